//! The encrypted connection: the service must show a certificate that this site's root has signed, and is shown the client's.

use std::fmt;
use std::io::{Read, Write};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme,
    StreamOwned,
};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport, TransportAdapter,
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::certificates::Certificates;
use crate::host::Miss;

/// How connections to the site are made.
pub(super) fn config(certificates: Certificates) -> Result<Arc<ClientConfig>, Miss> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let Certificates { client, root } = certificates;
    let verifier = SiteVerifier::new(root, &provider)?;
    let unusable = |_| Miss::Failed("the certificates cannot be used for a connection".into());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(unusable)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(client)));
    // A few connections are made, and none of their secrets is kept for later ones.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}

/// As strict as any other check of a chain and a name, with two differences that certificates of Qlik ask for. Old ones tell their name in
/// the subject alone; then that name counts. And some of real sites are not made for servers (stefanwalther/qrs, issue 21): then those
/// made for clients count as well. In both cases the site's root must have signed them.
#[derive(Debug)]
struct SiteVerifier {
    servers: Arc<WebPkiServerVerifier>,
    clients: Arc<dyn ClientCertVerifier>,
}

impl SiteVerifier {
    fn new(root: Vec<CertificateDer<'static>>, provider: &Arc<CryptoProvider>) -> Result<Self, Miss> {
        let unusable = || Miss::Failed("root.pem cannot be used as a root certificate".into());
        let mut roots = RootCertStore::empty();
        for certificate in root {
            roots.add(certificate).map_err(|_| unusable())?;
        }
        let (roots, provider) = (Arc::new(roots), || Arc::clone(provider));
        let servers = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), provider()).build();
        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider()).build();
        match (servers, clients) {
            (Ok(servers), Ok(clients)) => Ok(Self { servers, clients }),
            _ => Err(unusable()),
        }
    }
}

/// Whether a certificate without any alternative name has this name in its subject.
fn is_in_subject(certificate: &CertificateDer<'_>, name: &ServerName<'_>) -> bool {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return false };
    let has_others = !matches!(parsed.subject_alternative_name(), Ok(None));
    let common: Vec<_> = parsed.subject().iter_common_name().collect();
    match common.as_slice() {
        [only] if !has_others => only.as_str().is_ok_and(|only| only.eq_ignore_ascii_case(&name.to_str())),
        _ => false,
    }
}

impl ServerCertVerifier for SiteVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut checked =
            self.servers.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Err(rustls::Error::InvalidCertificate(
            CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. },
        )) = checked
        {
            self.clients.verify_client_cert(end_entity, intermediates, now)?;
            checked = verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)
                .map(|()| ServerCertVerified::assertion());
        }
        // The name is looked at last, so the chain was found to be right.
        match checked {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if is_in_subject(end_entity, server_name) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.servers.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.servers.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.servers.supported_verify_schemes()
    }
}

/// Encrypts what goes to addresses that begin with `https`.
///
/// The HTTP library could do that itself, but it would keep copies of the key that nobody wipes.
pub(super) struct Encrypt(pub(super) Arc<ClientConfig>);

impl fmt::Debug for Encrypt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encrypt")
    }
}

impl<In: Transport> Connector<In> for Encrypt {
    type Out = Either<In, Encrypted>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details.uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|_| ureq::Error::Tls("the host has no proper name"))?;
        let mut connection = ClientConnection::new(Arc::clone(&self.0), name).map_err(ureq::Error::Rustls)?;
        let mut socket = TransportAdapter::new(transport.boxed(), Arc::clone(&details.current_time));
        socket.set_timeout(details.timeout);
        connection.complete_io(&mut socket)?;
        let size = details.config.input_buffer_size();
        let buffers = LazyBuffers::new(size, details.config.output_buffer_size());
        Ok(Some(Either::B(Encrypted { buffers, stream: StreamOwned::new(connection, socket) })))
    }
}

/// An encrypted connection.
pub(super) struct Encrypted {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for Encrypted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encrypted")
    }
}

impl Transport for Encrypted {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        Ok(self.stream.write_all(output)?)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.get_mut().set_timeout(timeout);
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input)?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
