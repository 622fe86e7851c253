//! What detection asks of a host: a narrow seam, so that it can be tested without one. Lists are read once a run.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::io::{self, Read};

use regex::{Regex, RegexBuilder};

use crate::host::{Host, HostPath, InstalledPackage, KeyPath, Miss, Os, Process, Service, Value, Vars};

/// Configuration and version files are small; a larger one is something else.
pub(super) const FILE_LIMIT: u64 = 1 << 20;

/// The questions that detection asks.
pub(super) trait Look {
    /// Family of the operating system.
    fn os(&self) -> Os;
    /// Environment variables.
    fn vars(&self) -> &Vars;
    /// Whether a file or folder is there.
    fn exists(&self, path: &str) -> io::Result<()>;
    /// A file, whole, up to the limit.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// At most so many bytes of a file from an offset.
    fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>>;
    /// Files that match a glob, sorted.
    fn search(&self, pattern: &str) -> Vec<String>;
    /// All values of a registry key; none if there is no such key.
    fn registry(&self, key: &str) -> Result<Option<Vec<(String, Value)>>, Miss>;
    /// Installed services or units.
    fn services(&self) -> Result<Vec<Service>, Miss>;
    /// Installed software.
    fn installed(&self) -> Result<Vec<InstalledPackage>, Miss>;
    /// Running processes.
    fn processes(&self) -> Result<Vec<Process>, Miss>;
}

impl Look for Host {
    fn os(&self) -> Os {
        self.os
    }

    fn vars(&self) -> &Vars {
        &self.vars
    }

    fn exists(&self, path: &str) -> io::Result<()> {
        self.files.stat(&HostPath::new(self.os, path)).map(drop)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.read_small(&HostPath::new(self.os, path), FILE_LIMIT)
    }

    fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let file = self.files.open_at(&HostPath::new(self.os, path), offset)?;
        let mut buffer = Vec::with_capacity(bytes);
        file.take(bytes as u64).read_to_end(&mut buffer)?;
        Ok(buffer)
    }

    fn search(&self, pattern: &str) -> Vec<String> {
        self.files.find(pattern).into_iter().map(|found| found.path.as_str().to_owned()).collect()
    }

    fn registry(&self, key: &str) -> Result<Option<Vec<(String, Value)>>, Miss> {
        self.registry.values(&KeyPath(key.to_owned()))
    }

    fn services(&self) -> Result<Vec<Service>, Miss> {
        Host::services(self)
    }

    fn installed(&self) -> Result<Vec<InstalledPackage>, Miss> {
        Host::installed(self)
    }

    fn processes(&self) -> Result<Vec<Process>, Miss> {
        Host::processes(self)
    }
}

/// A host during one run of detection: its lists, and the questions it could not answer.
pub(super) struct View<'h> {
    look: &'h dyn Look,
    services: OnceCell<Vec<Service>>,
    installed: OnceCell<Vec<InstalledPackage>>,
    processes: OnceCell<Vec<Process>>,
    failures: RefCell<BTreeSet<String>>,
}

impl<'h> View<'h> {
    /// A fresh view.
    pub(super) fn new(look: &'h dyn Look) -> Self {
        Self {
            look,
            services: OnceCell::new(),
            installed: OnceCell::new(),
            processes: OnceCell::new(),
            failures: RefCell::default(),
        }
    }

    /// Whether it is a Windows host.
    pub(super) fn is_windows(&self) -> bool {
        self.look.os() == Os::Windows
    }

    /// Environment variables.
    pub(super) fn vars(&self) -> &Vars {
        self.look.vars()
    }

    /// Services or units; none where they cannot be had.
    pub(super) fn services(&self) -> &[Service] {
        self.services.get_or_init(|| self.list("service", self.look.services()))
    }

    /// Installed software; none where it cannot be had.
    pub(super) fn installed(&self) -> &[InstalledPackage] {
        self.installed.get_or_init(|| self.list("uninstall", self.look.installed()))
    }

    /// Running processes; none where they cannot be had.
    pub(super) fn processes(&self) -> &[Process] {
        self.processes.get_or_init(|| self.list("process", self.look.processes()))
    }

    fn list<T>(&self, probe: &str, answer: Result<Vec<T>, Miss>) -> Vec<T> {
        answer.unwrap_or_else(|miss| {
            self.missed(probe, &miss);
            Vec::new()
        })
    }

    /// Whether a file or folder is there.
    pub(super) fn exists(&self, path: &str) -> bool {
        self.answer(path, self.look.exists(path)).is_some()
    }

    /// A small file; none if it is not there.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.answer(path, self.look.read(path))
    }

    /// Part of a file; fewer bytes at its end.
    pub(super) fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        self.look.read_at(path, offset, bytes)
    }

    /// Files that match a glob, sorted.
    pub(super) fn search(&self, pattern: &str) -> Vec<String> {
        self.look.search(pattern)
    }

    /// All values of a registry key.
    pub(super) fn registry(&self, key: &str) -> Option<Vec<(String, Value)>> {
        self.look.registry(key).unwrap_or_else(|miss| {
            self.missed(&format!("registry {key}"), &miss);
            None
        })
    }

    /// One value of a registry key, as text.
    pub(super) fn registry_text(&self, key: &str, name: &str) -> Option<String> {
        let values = self.registry(key)?;
        values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.text())
    }

    /// A file that is not there is an answer; one that cannot be read is not.
    pub(super) fn answer<T>(&self, path: &str, result: io::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                None
            }
            Err(error) => {
                self.fail(&format!("file {path}"), &error.to_string());
                None
            }
        }
    }

    /// What a system does not have, or nobody recorded, is no failure.
    fn missed(&self, probe: &str, miss: &Miss) {
        if !matches!(miss, Miss::Missing(_)) {
            self.fail(probe, &miss.to_string());
        }
    }

    /// Notes a question that could not be answered.
    pub(super) fn fail(&self, probe: &str, reason: &str) {
        self.failures.borrow_mut().insert(format!("{probe}: {reason}"));
    }

    /// All such questions, sorted.
    pub(super) fn into_failures(self) -> Vec<String> {
        self.failures.into_inner().into_iter().collect()
    }

    /// An expression that must match a whole name, without regard to case. Loading a definition has checked it.
    pub(super) fn whole(&self, pattern: &str) -> Option<Regex> {
        self.expression(&format!("^(?:{pattern})$"))
    }

    /// An expression that may match anywhere, without regard to case.
    pub(super) fn expression(&self, pattern: &str) -> Option<Regex> {
        let built = RegexBuilder::new(pattern).case_insensitive(true).build();
        if built.is_err() {
            self.fail(&format!("expression {pattern}"), "cannot be compiled");
        }
        built.ok()
    }
}

/// The first group of a match, or all of it.
pub(super) fn captured<'t>(regex: &Regex, text: &'t str) -> Option<&'t str> {
    let captures = regex.captures(text)?;
    captures.get(1).or_else(|| captures.get(0)).map(|found| found.as_str())
}
