//! Requests: read-only verbs, no redirect, no proxy, short limits of time and of size.

use std::fmt;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, NextTimeout, TcpConnector};
use ureq::{Agent, Body, BodyReader};

use super::tls::Encrypt;
use super::{Service, local, words};
use crate::host::Miss;

/// How long a connection may take, with its encryption.
pub(super) const CONNECT: Duration = Duration::from_secs(3);
/// How long an answer may take.
pub(super) const ANSWER: Duration = Duration::from_secs(15);
/// The most of one answer.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Asks services of one host.
pub(super) struct Client {
    agent: Agent,
    /// The host as an address has it.
    host: String,
    user: String,
    header: String,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client of {}", self.host)
    }
}

/// One request.
pub(super) struct Request<'a> {
    pub(super) service: Service,
    pub(super) port: u16,
    /// Path and, perhaps, what is asked behind it.
    pub(super) path: &'a str,
    /// The whole time that it may take.
    pub(super) limit: Duration,
}

/// An answer that is still on its way.
pub struct Answer {
    body: BodyReader<'static>,
    service: Service,
    left: u64,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answer of the {}", self.service.name())
    }
}

impl Read for Answer {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buffer).map_err(|error| words::of_rest(&error, self.service))?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                return Err(io::Error::new(
                    io::ErrorKind::FileTooLarge,
                    "the answer is larger than is taken",
                ));
            }
        }
        Ok(read)
    }
}

impl Client {
    /// A client for a name that stands for these addresses; without certificates only for what is not encrypted.
    pub(super) fn new(
        (name, addresses): (&str, Vec<IpAddr>),
        tls: Option<Arc<ClientConfig>>,
        (user, header): (String, String),
    ) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .timeout_resolve(Some(CONNECT))
            .max_response_header_size(64 * 1024)
            .user_agent(concat!("qdiag/", env!("CARGO_PKG_VERSION")))
            .build();
        let resolver = Pinned(addresses);
        let agent = match tls {
            Some(tls) => {
                Agent::with_parts(config, ().chain(TcpConnector::default()).chain(Encrypt(tls)), resolver)
            }
            None => Agent::with_parts(config, TcpConnector::default(), resolver),
        };
        let host = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
        Self { agent, host, user, header }
    }

    /// Asks for a document.
    pub(super) fn get(&self, request: &Request<'_>) -> Result<Answer, Miss> {
        let (address, key) = self.address(request)?;
        let call = self.agent.get(address).config().timeout_global(Some(request.limit)).build();
        let call = call.header("X-Qlik-Xrfkey", key).header("X-Qlik-User", &self.header);
        self.answer(request, call.header("Accept", "application/json, */*").call())
    }

    /// Asks for something to be made ready.
    pub(super) fn post(&self, request: &Request<'_>) -> Result<Answer, Miss> {
        let (address, key) = self.address(request)?;
        let call = self.agent.post(address).config().timeout_global(Some(request.limit)).build();
        let call = call.header("X-Qlik-Xrfkey", key).header("X-Qlik-User", &self.header);
        self.answer(request, call.header("Content-Type", "application/json").send("{}"))
    }

    /// The whole address, and the key that must stand in it and in a header.
    fn address(&self, request: &Request<'_>) -> Result<(String, String), Miss> {
        let Request { service, port, path, .. } = request;
        if *service == Service::GatewayMonitor {
            return Ok((format!("http://{}:{port}{path}", self.host), random_key()?));
        }
        let key = random_key()?;
        let sign = if path.contains('?') { '&' } else { '?' };
        Ok((format!("https://{}:{port}{path}{sign}xrfkey={key}", self.host), key))
    }

    fn answer(
        &self,
        request: &Request<'_>,
        result: Result<ureq::http::Response<Body>, ureq::Error>,
    ) -> Result<Answer, Miss> {
        let mut response = result.map_err(|error| words::of_failure(&error, request.service))?;
        let mut text = Vec::new();
        if !response.status().is_success() {
            // What cannot be read of it is not missed.
            let _ = response.body_mut().as_reader().take(1024).read_to_end(&mut text);
        }
        match words::of_status(
            response.status(),
            &String::from_utf8_lossy(&text),
            request.service,
            &self.user,
        ) {
            Some(miss) => Err(miss),
            None if response.body().mime_type().is_some_and(|kind| kind.contains("html")) => {
                Err(words::of_page(request.service))
            }
            None => Ok(Answer {
                body: response.into_body().into_with_config().limit(u64::MAX).reader(),
                service: request.service,
                left: LARGEST,
            }),
        }
    }
}

impl Answer {
    /// The same answer, that may be larger.
    pub(super) fn of_at_most(self, bytes: u64) -> Self {
        Self { left: bytes, ..self }
    }

    /// The answer as a JSON value.
    pub(super) fn json<T: serde::de::DeserializeOwned>(self) -> Result<T, Miss> {
        let service = self.service;
        serde_json::from_reader(io::BufReader::new(self)).map_err(|error| match error.io_error_kind() {
            Some(io::ErrorKind::TimedOut) => {
                Miss::TimedOut(format!("the {} did not send the rest in time", service.name()))
            }
            Some(_) => Miss::Failed(format!("the {} did not send the whole answer", service.name())),
            None => Miss::Failed(format!("what the {} answered is not what was expected", service.name())),
        })
    }
}

/// Sixteen random letters and digits.
fn random_key() -> Result<String, Miss> {
    const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let random = random::<16>()?;
    Ok(random.iter().map(|byte| char::from(SIGNS[usize::from(*byte) % SIGNS.len()])).collect())
}

/// Random bytes of the system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Miss> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Miss::Failed("the system gives no random numbers".into()))?;
    Ok(bytes)
}

/// Gives the addresses that were found to be this machine's, and asks no name server again: what it says may have changed.
#[derive(Debug)]
struct Pinned(Vec<IpAddr>);

impl Resolver for Pinned {
    fn resolve(
        &self,
        uri: &Uri,
        _: &ureq::config::Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(default);
        let mut found = self.empty();
        // There is room for as many.
        for address in self.0.iter().take(16) {
            found.push(SocketAddr::new(*address, port));
        }
        if found.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(found) }
    }
}

/// A client for services that are only ever asked by way of the loopback, without encryption.
pub(super) fn of_loopback(user: (String, String)) -> Client {
    Client::new(("localhost", local::loopback()), None, user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sixteen_letters_and_digits_and_never_the_same() {
        let keys: std::collections::BTreeSet<String> =
            (0..100).map(|_| random_key().expect("random")).collect();
        assert_eq!(keys.len(), 100);
        assert!(
            keys.iter().all(|key| key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()))
        );
    }

    #[test]
    fn addresses_carry_the_key_behind_what_is_asked() {
        let user = || (String::new(), String::new());
        let client = Client::new(("::1", local::loopback()), None, user());
        let request = |service, path| Request { service, port: 4242, path, limit: ANSWER };
        let (address, key) =
            client.address(&request(Service::Repository, "/qrs/app?filter=a")).expect("random");
        assert_eq!(address, format!("https://[::1]:4242/qrs/app?filter=a&xrfkey={key}"));
        let (address, key) =
            client.address(&request(Service::Engine, "/engine/healthcheck/")).expect("random");
        assert_eq!(address, format!("https://[::1]:4242/engine/healthcheck/?xrfkey={key}"));
        let (address, _) = client.address(&request(Service::GatewayMonitor, "/logs")).expect("random");
        assert_eq!(address, "http://[::1]:4242/logs");
    }
}
