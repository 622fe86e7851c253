//! The site on this host: opens it when it is first asked, remembers which service does not answer, and keeps within its time.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use chrono::{DateTime, Utc};

use super::certificates::{self, Place};
use super::client::{self, ANSWER, Answer, CONNECT, Client, Request};
use super::export::Copy;
use super::{Endpoint, Service, local, tls};
use crate::Error;
use crate::host::{Clock, Host, HostPath, Mark, Miss};

/// How long all questions together may take.
const PHASE: Duration = Duration::from_mins(2);

/// A user of the site: directory and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    directory: String,
    name: String,
}

impl Default for User {
    fn default() -> Self {
        Self { directory: "INTERNAL".into(), name: "sa_api".into() }
    }
}

impl User {
    /// A user as `DIRECTORY\name`.
    ///
    /// # Errors
    /// It is not written so, or has a sign that a header of HTTP may not have.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let is_plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| matches!(byte, 0x20..0x7F) && byte != b';')
        };
        match text.split_once('\\') {
            Some((directory, name)) if is_plain(directory) && is_plain(name) && !name.contains('\\') => {
                Ok(Self { directory: directory.into(), name: name.into() })
            }
            _ => Err(Error::usage(
                format!("--qrs-user {text}: not a user of the site"),
                r"a directory and a name such as INTERNAL\sa_api",
            )),
        }
    }

    fn text(&self) -> String {
        format!("{}\\{}", self.directory, self.name)
    }

    fn header(&self) -> String {
        format!("UserDirectory={}; UserId={}", self.directory, self.name)
    }
}

/// Where the services listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// The Repository Service.
    pub repository: u16,
    /// The About service.
    pub about: u16,
    /// The engine.
    pub engine: u16,
    /// The gateway's monitor.
    pub monitor: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self { repository: 4242, about: 9032, engine: 4747, monitor: 5051 }
    }
}

/// What the user said of the site.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Folder with the certificates, if it is not the one of the product.
    pub certificates: Option<PathBuf>,
    /// The name that the certificates were made for, if not the one in `host.cfg`.
    pub host_name: Option<String>,
    /// The address of this machine to connect to, where that name does not lead to it.
    pub address: Option<IpAddr>,
    /// Who asks.
    pub user: User,
    /// Where the services listen.
    pub ports: Ports,
    /// The product's data folder, if it is known.
    pub data_dir: Option<String>,
    /// Logs of a gateway are wanted from then on.
    pub logs_since: Option<DateTime<Utc>>,
    /// Whether the license's number and owner are shown.
    pub show_serial: bool,
}

/// The Qlik services on this host.
pub struct Site<'h> {
    host: &'h Host,
    settings: Settings,
    clock: Clock,
    state: Mutex<State>,
    /// The app that was exported last, and its copy.
    copy: Mutex<Option<(String, Copy)>>,
}

#[derive(Default)]
struct State {
    started: Option<Mark>,
    /// The client of the encrypted services, or why there is none.
    client: Option<Result<std::sync::Arc<Client>, Miss>>,
    /// What is known of each service.
    services: BTreeMap<Service, Known>,
}

/// What is known of a service.
#[derive(Clone, Default)]
struct Known {
    has_answered: bool,
    failure: Option<Miss>,
}

impl fmt::Debug for Site<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Site")
    }
}

impl<'h> Site<'h> {
    /// The site of a host. Nothing is opened or asked yet.
    pub fn new(host: &'h Host, settings: Settings) -> Self {
        Self { host, settings, clock: Clock::live(), state: Mutex::default(), copy: Mutex::default() }
    }

    /// The copy of the app that was exported last.
    pub(super) fn copy(&self) -> MutexGuard<'_, Option<(String, Copy)>> {
        self.copy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the license's number and owner are shown.
    pub fn shows_serial(&self) -> bool {
        self.settings.show_serial
    }

    /// Asks for a document; the time that is left of the run bounds it.
    ///
    /// # Errors
    /// Why there is no answer, in words for people.
    pub fn ask(&self, endpoint: Endpoint, left: Option<Duration>) -> Result<Answer, Miss> {
        let path = match endpoint {
            Endpoint::GatewayLogs => self.gateway_logs(),
            _ => endpoint.path().to_owned(),
        };
        let limit = self.limit(left)?;
        self.send(
            &Request { service: endpoint.service(), port: self.port(endpoint.service()), path: &path, limit },
            false,
        )
    }

    /// Sends a request, unless it is known that its service does not answer.
    pub(super) fn send(&self, request: &Request<'_>, is_post: bool) -> Result<Answer, Miss> {
        let known = self.state().services.get(&request.service).cloned().unwrap_or_default();
        if let Some(failure) = known.failure {
            return Err(failure);
        }
        let client = self.client(request.service)?;
        let result = if is_post { client.post(request) } else { client.get(request) };
        let mut state = self.state();
        let known = state.services.entry(request.service).or_default();
        match &result {
            Ok(_) | Err(Miss::Missing(_)) => known.has_answered = true,
            // One reason for all: a service that gave no answer at first is not asked again and again.
            Err(failure) if !known.has_answered => known.failure = Some(failure.clone()),
            Err(_) => {}
        }
        result
    }

    /// The time that a question may take now.
    pub(super) fn limit(&self, left: Option<Duration>) -> Result<Duration, Miss> {
        let mut state = self.state();
        let started = *state.started.get_or_insert_with(|| self.clock.mark());
        let of_phase = PHASE.saturating_sub(self.clock.since(started));
        if of_phase.is_zero() {
            return Err(Miss::TimedOut(format!(
                "the {} s that all questions to the site may take were over",
                PHASE.as_secs()
            )));
        }
        let limit = ANSWER.min(of_phase).min(left.unwrap_or(ANSWER));
        if limit.is_zero() { Err(Miss::TimedOut("the time limit was reached".into())) } else { Ok(limit) }
    }

    pub(super) fn port(&self, service: Service) -> u16 {
        let ports = &self.settings.ports;
        match service {
            Service::Repository => ports.repository,
            Service::About => ports.about,
            Service::Engine => ports.engine,
            Service::GatewayMonitor => ports.monitor,
        }
    }

    fn user(&self) -> (String, String) {
        (self.settings.user.text(), self.settings.user.header())
    }

    fn client(&self, service: Service) -> Result<std::sync::Arc<Client>, Miss> {
        if service == Service::GatewayMonitor {
            return Ok(std::sync::Arc::new(client::of_loopback(self.user())));
        }
        let opened = self.state().client.clone();
        if let Some(opened) = opened {
            return opened;
        }
        let opened = self.open().map(std::sync::Arc::new);
        self.state().client = Some(opened.clone());
        opened
    }

    /// Finds the name, sees that it is this machine, and reads the certificates.
    fn open(&self) -> Result<Client, Miss> {
        let name = match &self.settings.host_name {
            Some(name) => name.clone(),
            None => self.name_of_node()?,
        };
        let address = self.settings.address.map(|address| address.to_string());
        let addresses = local::addresses(address.as_ref().unwrap_or(&name), CONNECT)?;
        let place = match &self.settings.certificates {
            Some(folder) => Place::Named(folder.clone()),
            None => Place::OfHost(&self.host.files, self.data_dir()?.join(EXPORTED)),
        };
        let certificates = certificates::read(&place, self.clock.utc())?;
        Ok(Client::new((&name, addresses), Some(tls::config(certificates)?), self.user()))
    }

    fn data_dir(&self) -> Result<HostPath, Miss> {
        let folder = match &self.settings.data_dir {
            Some(folder) => Some(folder.clone()),
            None => self.host.vars.get("ProgramData").map(|data| format!(r"{data}\Qlik\Sense")),
        };
        let folder =
            folder.ok_or_else(|| Miss::Missing("the data folder of Qlik Sense is not known".into()))?;
        Ok(HostPath::new(self.host.os, &folder))
    }

    /// The name that `host.cfg` tells, in base64: the one that the certificates were made for.
    fn name_of_node(&self) -> Result<String, Miss> {
        let path = self.data_dir()?.join("host.cfg");
        let bytes = self.host.files.read_small(&path, 4096).map_err(|error| {
            let why = crate::error::io_reason(&error);
            Miss::Missing(format!(
                "{path} does not tell the name of this node ({why}); give it with --qrs-host"
            ))
        })?;
        let name = base64::engine::general_purpose::STANDARD.decode(bytes.trim_ascii());
        let name = name.ok().and_then(|name| String::from_utf8(name).ok()).map(|name| name.trim().to_owned());
        name.filter(|name| is_name(name)).ok_or_else(|| {
            Miss::Failed(format!("{path} does not hold the name of a host; give it with --qrs-host"))
        })
    }

    /// Logs of a gateway from the day on that is wanted, or of the last two days, as the makers of the monitor advise.
    fn gateway_logs(&self) -> String {
        let now = self.host.clock.utc();
        let since = self.settings.logs_since.or_else(|| now.checked_sub_signed(chrono::Duration::days(2)));
        let since = since.unwrap_or(now).format("%Y-%m-%d");
        format!("{}?start={since}", Endpoint::GatewayLogs.path())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the exported certificates stand, below the data folder.
const EXPORTED: &str = r"Repository\Exported Certificates\.Local Certificates";

/// Whether a text can be the name or the address of a host.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
}

impl Settings {
    /// Takes a name that the user gave.
    ///
    /// # Errors
    /// It is no name of a host.
    pub fn with_host_name(mut self, name: Option<&str>) -> Result<Self, Error> {
        if let Some(wrong) = name.filter(|name| !is_name(name)) {
            return Err(Error::usage(
                format!("--qrs-host {wrong}: not the name of a host"),
                "the full name of this host, as its Qlik certificates have it",
            ));
        }
        self.host_name = name.map(str::to_owned);
        Ok(self)
    }
}
