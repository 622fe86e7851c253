//! A stand-in for the Qlik Sense Repository Service: TLS with client certificates, Qlik's rules, real answers, faults on demand.
//!
//! ```text
//! let site = Standin::start(ServerCertificate::Good);   // 127.0.0.1, a free port, its own root; ends when dropped
//! Standin::with_tls_12_only(ServerCertificate::Good)    // as Windows Server up to 2019 has it
//! site.port()                                           // what the client connects to
//! site.host()                                           // "qlikserver1.domain.local", the name in the certificate
//! site.certificates()                                   // folder: client.pem, client_key.pem (PKCS#1), root.pem,
//!                                                       //         server.pem, server_key.pem, as Qlik exports them
//! site.certificates().join("pkcs8")                     // the same client, its key in PKCS#8
//! site.certificates().join("expired")                   // the client's time is over
//! site.certificates().join("foreign")                   // the client of another root
//! site.certificates().join("other-root")                // a good client that trusts another root
//! site.fault("/qrs/app", Fault::Slow(duration));        // for paths that begin so; "" is for all; the last one wins
//! site.connections()                                    // how many came, also those that TLS refused
//! site.seen()                                           // each request: method, path, query, user, status
//! ```
//!
//! Known users: `INTERNAL\sa_api` and `INTERNAL\sa_repository` (all rights), `DOMAIN\reader` (sees nothing). The
//! apps, data connections and so on are those of `answers.rs`; secrets in them are listed in `answers::SECRETS`.
//! What Qlik asks of a request stands in `rules.rs`, with sources.

mod answers;
mod app;
mod certificates;
mod client;
mod faults;
mod http;
mod rules;
mod serve;
mod tests;
mod tls_tests;

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use tempfile::TempDir;

pub(crate) use answers::SECRETS;
pub(crate) use certificates::ServerCertificate;
pub(crate) use faults::Fault;

use certificates::Authority;
use http::Requests;

/// The name in `host.cfg` of the fixture host, in small letters as it stands in answers.
const HOST: &str = "qlikserver1.domain.local";

/// One request that came through TLS, and what the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    /// The header `X-Qlik-User` as it came.
    pub(crate) user: String,
    pub(crate) status: u16,
}

/// The running server.
pub(crate) struct Standin {
    address: SocketAddr,
    folder: TempDir,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

/// What the threads of the server share.
struct Shared {
    tls: Arc<ServerConfig>,
    stop: AtomicBool,
    connections: AtomicUsize,
    faults: Mutex<Vec<(String, Fault)>>,
    seen: Mutex<Vec<Seen>>,
    site: Mutex<rules::Site>,
    open: Mutex<Vec<TcpStream>>,
}

impl Standin {
    /// Makes certificates and listens.
    pub(crate) fn start(kind: ServerCertificate) -> Self {
        Self::with_versions(kind, rustls::ALL_VERSIONS)
    }

    /// As Windows before Server 2022: a refused client learns of it within the handshake.
    pub(crate) fn with_tls_12_only(kind: ServerCertificate) -> Self {
        Self::with_versions(kind, &[&rustls::version::TLS12])
    }

    fn with_versions(kind: ServerCertificate, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let (own, foreign) = (Authority::new(HOST), Authority::new("elsewhere.domain.local"));
        let issuer = if kind == ServerCertificate::Foreign { &foreign } else { &own };
        let server = issuer.server(kind, HOST);
        let folder = TempDir::new().expect("temporary folder");
        certificates::write(folder.path(), &own, &foreign, &server);
        let (chain, key) = server.for_tls();
        let mut roots = RootCertStore::empty();
        roots.add(own.der.clone()).expect("the root is right");
        let provider = Arc::new(default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let tls = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("ring has them")
            .with_client_cert_verifier(verifier.build().expect("there is a root"))
            .with_single_cert(chain, key)
            .expect("the key is that of the certificate");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            tls: Arc::new(tls),
            stop: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            faults: Mutex::default(),
            seen: Mutex::default(),
            site: Mutex::default(),
            open: Mutex::default(),
        });
        let accepting = std::thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        });
        Self { address, folder, shared, accepting: Some(accepting) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The name in the server's certificate, which is also in `host.cfg`.
    #[expect(clippy::unused_self, reason = "a client asks the server it has")]
    pub(crate) fn host(&self) -> &'static str {
        HOST
    }

    /// The folder of Qlik's exported certificates; its folders are variants of which one thing is wrong each.
    pub(crate) fn certificates(&self) -> &Path {
        self.folder.path()
    }

    /// The flags that make qdiag ask this site, but for those that name certificates.
    pub(crate) fn flags(&self) -> Vec<String> {
        let port = self.port().to_string();
        let ports = ["--qrs-port", "--qrs-about-port", "--qrs-engine-port"]
            .map(|name| [name.to_owned(), port.clone()]);
        let fixed = ["--qrs", "--qrs-address", "127.0.0.1"].map(str::to_owned);
        fixed.into_iter().chain(ports.into_iter().flatten()).collect()
    }

    /// From now on, requests whose path begins so are answered so.
    pub(crate) fn fault(&self, path: &str, fault: Fault) {
        lock(&self.shared.faults).push((path.to_lowercase(), fault));
    }

    /// How many connections came so far, whatever became of them.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// All requests so far, in the order of their answers.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for the next client.
        drop(TcpStream::connect(self.address));
        for stream in lock(&self.shared.open).drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        if let Some(thread) = self.accepting.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// The last fault for this path.
    fn fault_of(&self, path: &str) -> Fault {
        let path = path.to_lowercase();
        let faults = lock(&self.faults);
        faults
            .iter()
            .rev()
            .find(|(start, _)| path.starts_with(start))
            .map_or(Fault::None, |(_, fault)| fault.clone())
    }
}

/// A thread that failed must not make the others fail.
fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    for stream in listener.incoming() {
        if shared.stopped() {
            break;
        }
        let Ok(stream) = stream else { continue };
        shared.connections.fetch_add(1, Ordering::SeqCst);
        if matches!(shared.fault_of(""), Fault::CloseAtAccept) {
            continue;
        }
        if let Ok(copy) = stream.try_clone() {
            lock(&shared.open).push(copy);
        }
        let shared = Arc::clone(shared);
        threads.push(std::thread::spawn(move || converse(stream, &shared)));
    }
    for thread in threads {
        let _ = thread.join();
    }
}

/// One connection, until one of the two sides ends it.
fn converse(stream: TcpStream, shared: &Shared) {
    let Ok(connection) = ServerConnection::new(Arc::clone(&shared.tls)) else { return };
    let _ = stream.set_nodelay(true);
    let mut requests = Requests::new(StreamOwned::new(connection, stream));
    // A refused certificate ends the first read; the library has then told the client why.
    while let Ok(Some(request)) = requests.next() {
        let fault = shared.fault_of(&request.path);
        let answer = fault.answer(|| rules::answer(&request, &mut lock(&shared.site)));
        lock(&shared.seen).push(Seen {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            user: request.header("X-Qlik-User").unwrap_or_default().to_owned(),
            status: answer.status,
        });
        let stream = requests.stream();
        let goes_on = fault.send(&answer, request.closes(), stream, &|| shared.stopped());
        if !goes_on || request.closes() {
            stream.conn.send_close_notify();
            let _ = stream.conn.complete_io(&mut stream.sock);
            break;
        }
    }
    part(requests.stream());
}

/// Closing with words of the client still unread would take the last words of the server from it.
fn part(stream: &mut StreamOwned<ServerConnection, TcpStream>) {
    let socket = &mut stream.sock;
    let _ = socket.shutdown(std::net::Shutdown::Write);
    let _ = socket.set_read_timeout(Some(Duration::from_millis(500)));
    let mut unread = [0; 4096];
    while socket.read(&mut unread).is_ok_and(|length| length > 0) {}
}
