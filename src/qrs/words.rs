//! Why there is no answer, in plain words. Nothing of a certificate, a key or an answer is quoted.

use std::error::Error as _;
use std::io;

use rustls::{AlertDescription, CertificateError};
use ureq::http::StatusCode;

use super::Service;
use crate::host::Miss;

/// Why a request failed before there was an answer.
pub(super) fn of_failure(error: &ureq::Error, service: Service) -> Miss {
    let name = service.name();
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            Miss::TimedOut(format!("the {name} took no connection in time"))
        }
        ureq::Error::Timeout(_) => Miss::TimedOut(format!("the {name} gave no answer in time")),
        ureq::Error::Rustls(error) => of_encryption(error, name),
        ureq::Error::Io(error) => of_connection(error, name),
        ureq::Error::Protocol(_) | ureq::Error::Http(_) => {
            Miss::Failed(format!("what the {name} answered is no proper answer"))
        }
        ureq::Error::LargeResponseHeader(..) => {
            Miss::Failed(format!("the {name} answered with too long a header"))
        }
        _ => Miss::Failed(format!("the {name} could not be asked")),
    }
}

/// Why a connection failed.
fn of_connection(error: &io::Error, name: &str) -> Miss {
    if let Some(error) = encryption(error) {
        return of_encryption(error, name);
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            Miss::Failed(format!("nothing listens where the {name} should; it may not be running"))
        }
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => {
            Miss::TimedOut(format!("the {name} gave no answer in time"))
        }
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => {
            Miss::Failed(format!("the {name} closed the connection without an answer"))
        }
        _ => Miss::Failed(format!("the connection to the {name} failed: {}", error.kind())),
    }
}

fn encryption(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>()
}

/// Why there is no encrypted connection.
fn of_encryption(error: &rustls::Error, name: &str) -> Miss {
    use rustls::Error::{AlertReceived, InvalidCertificate};
    match error {
        InvalidCertificate(error) => Miss::Failed(of_certificate(error, name)),
        AlertReceived(AlertDescription::CertificateExpired) => {
            Miss::Denied(format!("the {name} refused the client certificate: it has expired"))
        }
        AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
            | AlertDescription::DecryptError,
        ) => Miss::Denied(format!(
            "the {name} refused the client certificate: it is not one of this site, or not the one it expects"
        )),
        _ => Miss::Failed(format!("no encrypted connection to the {name} came about")),
    }
}

/// What is wrong with the certificate that a service shows.
fn of_certificate(error: &CertificateError, name: &str) -> String {
    let why = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet",
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "is not signed by this site's root certificate (root.pem)"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "was made for another name; give the one it was made for with --qrs-host"
        }
        _ => "cannot be checked",
    };
    format!("the certificate of the {name} {why}")
}

/// What an answer other than the one that was wanted means; the text that comes with a refusal tells a wrong key from a wrong user.
pub(super) fn of_status(status: StatusCode, text: &str, service: Service, user: &str) -> Option<Miss> {
    let name = service.name();
    let code = status.as_u16();
    Some(match code {
        200..=299 => return None,
        300..=399 => {
            Miss::Failed(format!("the {name} answered with a redirect ({code}), which is not followed"))
        }
        400 | 403 if text.contains("XSRF") || text.to_lowercase().contains("xrfkey") => Miss::Failed(
            format!("the {name} refused the request ({code}): it did not accept the X-Qlik-Xrfkey"),
        ),
        400 => Miss::Failed(format!("the {name} took the request for a wrong one (400)")),
        401 | 403 => Miss::Denied(format!(
            "the {name} refused the request ({code}): the certificate or the user {user} is not allowed to; --qrs-user names another user"
        )),
        404 => Miss::Missing(format!("the {name} does not know this (404); other releases may")),
        500..=599 => Miss::Failed(format!("the {name} failed ({code})")),
        _ => Miss::Failed(format!("the {name} answered {code}")),
    })
}

/// A page for people, such as one that asks who one is, instead of a document.
pub(super) fn of_page(service: Service) -> Miss {
    Miss::Denied(format!("the {} answered with a web page instead of what was asked for", service.name()))
}

/// Why the rest of an answer is missing.
pub(super) fn of_rest(error: &io::Error, service: Service) -> io::Error {
    let name = service.name();
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
    let is_late = error.kind() == io::ErrorKind::TimedOut || matches!(inner, Some(ureq::Error::Timeout(_)));
    if is_late {
        return io::Error::new(io::ErrorKind::TimedOut, format!("the {name} did not send the rest in time"));
    }
    let is_proper = inner.is_none_or(|inner| inner.source().is_none() && matches!(inner, ureq::Error::Io(_)));
    let what = if is_proper || error.kind() == io::ErrorKind::UnexpectedEof {
        "closed the connection before the answer was whole"
    } else {
        "did not send the rest as it should"
    };
    io::Error::new(io::ErrorKind::UnexpectedEof, format!("the {name} {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_says_what_to_do() {
        let with = |code: u16, text| {
            let status = StatusCode::from_u16(code).expect("a status");
            of_status(status, text, Service::Repository, r"INTERNAL\sa_api")
        };
        let of = |code| with(code, "Forbidden");
        assert_eq!(of(200), None);
        assert!(matches!(of(302), Some(Miss::Failed(why)) if why.contains("not followed")));
        assert!(matches!(of(400), Some(Miss::Failed(why)) if !why.contains("Xrfkey")));
        let key = with(403, "XSRF prevention check failed. Possible XSRF discovered.");
        assert!(matches!(key, Some(Miss::Failed(why)) if why.contains("Xrfkey")));
        assert!(
            matches!(of(403), Some(Miss::Denied(why)) if why.contains(r"INTERNAL\sa_api") && why.contains("--qrs-user"))
        );
        assert!(matches!(of(404), Some(Miss::Missing(_))));
        assert!(matches!(of(503), Some(Miss::Failed(_))));
    }

    #[test]
    fn what_is_wrong_with_certificates_is_told_apart() {
        let of = |error| {
            of_failure(&ureq::Error::Io(io::Error::new(io::ErrorKind::InvalidData, error)), Service::Engine)
        };
        let certificate = |error| of(rustls::Error::InvalidCertificate(error));
        assert!(
            matches!(certificate(CertificateError::Expired), Miss::Failed(why) if why.contains("has expired"))
        );
        assert!(
            matches!(certificate(CertificateError::UnknownIssuer), Miss::Failed(why) if why.contains("root.pem"))
        );
        assert!(
            matches!(certificate(CertificateError::NotValidForName), Miss::Failed(why) if why.contains("--qrs-host"))
        );
        let alert = |alert| of(rustls::Error::AlertReceived(alert));
        assert!(
            matches!(alert(AlertDescription::CertificateExpired), Miss::Denied(why) if why.contains("expired"))
        );
        assert!(
            matches!(alert(AlertDescription::UnknownCA), Miss::Denied(why) if why.contains("refused the client"))
        );
        let kind = |kind: io::ErrorKind| of_failure(&ureq::Error::Io(kind.into()), Service::About);
        assert!(
            matches!(kind(io::ErrorKind::ConnectionRefused), Miss::Failed(why) if why.contains("running"))
        );
        assert!(matches!(kind(io::ErrorKind::ConnectionReset), Miss::Failed(why) if why.contains("closed")));
        let late = ureq::Error::Timeout(ureq::Timeout::RecvResponse);
        assert!(matches!(of_failure(&late, Service::About), Miss::TimedOut(_)));
    }

    #[test]
    fn the_rest_of_an_answer_is_late_or_cut() {
        let late = io::Error::other(ureq::Error::Timeout(ureq::Timeout::RecvBody));
        assert_eq!(of_rest(&late, Service::Repository).kind(), io::ErrorKind::TimedOut);
        let cut = of_rest(&io::ErrorKind::UnexpectedEof.into(), Service::Repository);
        assert!(cut.to_string().contains("closed the connection"), "{cut}");
    }
}
