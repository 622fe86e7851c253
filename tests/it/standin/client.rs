//! A plain client over TLS for the tests of the stand-in: no HTTP library, so that what comes is seen as it comes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::Standin;

/// The key that the tests send.
pub(super) const KEY: &str = "abcdefghijklmnop";

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    head: String,
    pub(super) body: Vec<u8>,
    /// Whether the body ended as the head said.
    pub(super) complete: bool,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A connection to the stand-in, which stays open between requests.
pub(super) struct Client {
    stream: StreamOwned<ClientConnection, TcpStream>,
    held: Vec<u8>,
}

impl Client {
    /// With the certificates of a folder; without client certificate when the folder has none.
    pub(super) fn open(site: &Standin, folder: &Path, host: &str) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_file(folder.join("root.pem")).expect("there is a root");
        roots.add(root).expect("the root is right");
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has them")
            .with_root_certificates(roots);
        let config = if folder.join("client.pem").exists() {
            let chain =
                vec![CertificateDer::from_pem_file(folder.join("client.pem")).expect("a certificate")];
            let key = PrivateKeyDer::from_pem_file(folder.join("client_key.pem")).expect("a key");
            builder.with_client_auth_cert(chain, key).expect("the key is that of the certificate")
        } else {
            builder.with_no_client_auth()
        };
        let name = ServerName::try_from(host.to_owned()).expect("a name");
        let connection = ClientConnection::new(Arc::new(config), name).map_err(std::io::Error::other)?;
        let stream = TcpStream::connect(("127.0.0.1", site.port()))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut stream = StreamOwned::new(connection, stream);
        stream.conn.complete_io(&mut stream.sock)?;
        Ok(Self { stream, held: Vec::new() })
    }

    /// The good client.
    pub(super) fn of(site: &Standin) -> Self {
        Self::open(site, site.certificates(), site.host()).expect("the good client may come in")
    }

    /// A request with the right headers.
    pub(super) fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, &rightful()).expect("an answer")
    }

    /// A request with these headers; the key is added to the path.
    pub(super) fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> std::io::Result<Reply> {
        let mark = if path.contains('?') { '&' } else { '?' };
        self.raw(method, &format!("{path}{mark}xrfkey={KEY}"), headers)
    }

    /// A request as it is, without a body.
    pub(super) fn raw(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
    ) -> std::io::Result<Reply> {
        self.with_body(method, target, headers, "")
    }

    /// A request as it is; the headers say how the body is to be read.
    pub(super) fn with_body(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> std::io::Result<Reply> {
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: qlikserver1.domain.local\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.stream.write_all(text.as_bytes())?;
        self.reply()
    }

    /// The next answer; an early end of the body is told, not an error.
    fn reply(&mut self) -> std::io::Result<Reply> {
        let end = loop {
            if let Some(at) = self.held.windows(4).position(|part| part == b"\r\n\r\n") {
                break at;
            }
            if !self.more()? {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        };
        let head = String::from_utf8_lossy(&self.held[..end]).into_owned();
        self.held.drain(..end + 4);
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status line");
        let mut reply = Reply { status, head, body: Vec::new(), complete: true };
        if reply.header("Transfer-Encoding").is_some() {
            self.chunks(&mut reply);
        } else {
            let length: usize = reply.header("Content-Length").expect("a length").parse().expect("a number");
            reply.complete = self.fill(length);
            reply.body = self.held.drain(..length.min(self.held.len())).collect();
        }
        Ok(reply)
    }

    fn chunks(&mut self, reply: &mut Reply) {
        // More than any right answer has: enough to know that there is no end.
        while reply.body.len() < 4 * 1024 * 1024 {
            let Some(at) = self.line() else { break };
            let size = String::from_utf8_lossy(&self.held[..at]).into_owned();
            let size = usize::from_str_radix(&size, 16).expect("a size");
            self.held.drain(..at + 2);
            if !self.fill(size + 2) {
                break;
            }
            reply.body.extend(self.held.drain(..size));
            self.held.drain(..2);
            if size == 0 {
                return;
            }
        }
        reply.complete = false;
    }

    fn line(&mut self) -> Option<usize> {
        loop {
            if let Some(at) = self.held.windows(2).position(|part| part == b"\r\n") {
                return Some(at);
            }
            if !self.more().unwrap_or(false) {
                return None;
            }
        }
    }

    fn fill(&mut self, length: usize) -> bool {
        while self.held.len() < length {
            if !self.more().unwrap_or(false) {
                return false;
            }
        }
        true
    }

    fn more(&mut self) -> std::io::Result<bool> {
        let mut part = [0; 16 * 1024];
        let length = self.stream.read(&mut part)?;
        self.held.extend_from_slice(&part[..length]);
        Ok(length > 0)
    }
}

/// The headers of a request that all rules let through.
pub(super) fn rightful() -> [(&'static str, &'static str); 2] {
    [("X-Qlik-Xrfkey", KEY), ("X-Qlik-User", "UserDirectory=INTERNAL; UserId=sa_api")]
}
