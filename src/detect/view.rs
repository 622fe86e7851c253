//! A host during one run of detection. What was asked once is remembered, so that each list, key and file is read once, however
//! many definitions ask for it.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::look::Look;
use super::pe::{self, FileVersion};
use crate::host::{InstalledPackage, Miss, Os, Process, Service, Value, Vars};

/// Something of a host that belongs to one installation or to none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A service or unit, by name.
    Service(String),
    /// A process, by id.
    Process(u32),
    /// Installed software, by its place in the list.
    Package(usize),
}

/// What one of several installations sees of a host.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// What belongs to others alone.
    pub(super) hidden: BTreeSet<Owner>,
    /// What belongs to it and not to all.
    pub(super) own: BTreeSet<Owner>,
}

/// Values of a registry key by name.
type Values = Rc<Vec<(String, Value)>>;

/// The answers to questions of one kind.
type Answers<T> = RefCell<BTreeMap<String, T>>;

/// What is known of a host.
struct Known<'h> {
    look: &'h dyn Look,
    services: OnceCell<Vec<Service>>,
    installed: OnceCell<Vec<InstalledPackage>>,
    processes: OnceCell<Vec<Process>>,
    keys: Answers<Option<Values>>,
    there: Answers<bool>,
    files: Answers<Option<Rc<Vec<u8>>>>,
    programs: Answers<Option<FileVersion>>,
    found: Answers<Rc<Vec<String>>>,
    expressions: Answers<Option<Regex>>,
    failures: RefCell<BTreeSet<String>>,
}

/// A host, or what one installation sees of it.
#[derive(Clone)]
pub(super) struct View<'h> {
    known: Rc<Known<'h>>,
    scope: Option<Rc<Scope>>,
}

impl<'h> View<'h> {
    /// A fresh view of all.
    pub(super) fn new(look: &'h dyn Look) -> Self {
        let known = Known {
            look,
            services: OnceCell::new(),
            installed: OnceCell::new(),
            processes: OnceCell::new(),
            keys: RefCell::default(),
            there: RefCell::default(),
            files: RefCell::default(),
            programs: RefCell::default(),
            found: RefCell::default(),
            expressions: RefCell::default(),
            failures: RefCell::default(),
        };
        Self { known: Rc::new(known), scope: None }
    }

    /// The same host as one of several installations sees it.
    pub(super) fn scoped(&self, scope: Scope) -> Self {
        Self { known: Rc::clone(&self.known), scope: Some(Rc::new(scope)) }
    }

    /// Whether it is what one of several installations sees.
    pub(super) fn scope(&self) -> Option<&Scope> {
        self.scope.as_deref()
    }

    fn shows(&self, owner: &Owner) -> bool {
        self.scope().is_none_or(|scope| !scope.hidden.contains(owner))
    }

    /// Whether it is a Windows host.
    pub(super) fn is_windows(&self) -> bool {
        self.known.look.os() == Os::Windows
    }

    /// Environment variables.
    pub(super) fn vars(&self) -> &Vars {
        self.known.look.vars()
    }

    /// Services or units; none where they cannot be had.
    pub(super) fn services(&self) -> impl Iterator<Item = &Service> {
        let all = self.known.services.get_or_init(|| self.list("service", self.known.look.services()));
        all.iter().filter(|service| self.shows(&Owner::Service(service.name.clone())))
    }

    /// Installed software, each with its place in the list; none where it cannot be had.
    pub(super) fn installed(&self) -> impl Iterator<Item = (usize, &InstalledPackage)> {
        let all = self.known.installed.get_or_init(|| self.list("uninstall", self.known.look.installed()));
        all.iter().enumerate().filter(|(place, _)| self.shows(&Owner::Package(*place)))
    }

    /// Running processes; none where they cannot be had.
    pub(super) fn processes(&self) -> impl Iterator<Item = &Process> {
        let all = self.known.processes.get_or_init(|| self.list("process", self.known.look.processes()));
        all.iter().filter(|process| self.shows(&Owner::Process(process.pid)))
    }

    fn list<T>(&self, probe: &str, answer: Result<Vec<T>, Miss>) -> Vec<T> {
        answer.unwrap_or_else(|miss| {
            self.missed(probe, &miss);
            Vec::new()
        })
    }

    /// A path as it is remembered.
    fn folded(&self, path: &str) -> String {
        if self.is_windows() { path.to_lowercase() } else { path.to_owned() }
    }

    /// Whether a file or folder is there.
    pub(super) fn exists(&self, path: &str) -> bool {
        remembered(&self.known.there, self.folded(path), || {
            self.answer(path, self.known.look.exists(path)).is_some()
        })
    }

    /// Whether a path is a folder without anything in it.
    pub(super) fn is_empty_folder(&self, path: &str) -> bool {
        self.known.look.is_empty_folder(path)
    }

    /// A small file; none if it is not there.
    pub(super) fn read(&self, path: &str) -> Option<Rc<Vec<u8>>> {
        remembered(&self.known.files, self.folded(path), || {
            self.answer(path, self.known.look.read(path)).map(Rc::new)
        })
    }

    /// The version resource of a program.
    pub(super) fn program_version(&self, path: &str) -> Option<FileVersion> {
        remembered(&self.known.programs, self.folded(path), || {
            let read = pe::read(&|offset, bytes| self.known.look.read_at(path, offset, bytes));
            self.answer(path, read).flatten()
        })
    }

    /// Files that match a glob, sorted.
    pub(super) fn search(&self, pattern: &str) -> Rc<Vec<String>> {
        remembered(&self.known.found, self.folded(pattern), || Rc::new(self.known.look.search(pattern)))
    }

    /// All values of a registry key.
    pub(super) fn registry(&self, key: &str) -> Option<Values> {
        remembered(&self.known.keys, key.to_lowercase(), || {
            let values = self.known.look.registry(key).unwrap_or_else(|miss| {
                self.missed(&format!("registry {key}"), &miss);
                None
            });
            values.map(Rc::new)
        })
    }

    /// One value of a registry key, as text.
    pub(super) fn registry_text(&self, key: &str, name: &str) -> Option<String> {
        let values = self.registry(key)?;
        values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.text())
    }

    /// A file that is not there is an answer; one that cannot be read is not.
    fn answer<T>(&self, path: &str, result: io::Result<T>) -> Option<T> {
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
        self.known.failures.borrow_mut().insert(format!("{probe}: {reason}"));
    }

    /// All such questions, sorted.
    pub(super) fn into_failures(self) -> Vec<String> {
        self.known.failures.take().into_iter().collect()
    }

    /// An expression that must match a whole name, without regard to case. Loading a definition has checked it.
    pub(super) fn whole(&self, pattern: &str) -> Option<Regex> {
        self.expression(&format!("^(?:{pattern})$"))
    }

    /// An expression that may match anywhere, without regard to case.
    pub(super) fn expression(&self, pattern: &str) -> Option<Regex> {
        remembered(&self.known.expressions, pattern.to_owned(), || {
            let built = RegexBuilder::new(pattern).case_insensitive(true).build();
            if built.is_err() {
                self.fail(&format!("expression {pattern}"), "cannot be compiled");
            }
            built.ok()
        })
    }
}

/// The answer to a question, asked the first time only.
fn remembered<T: Clone>(answers: &Answers<T>, question: String, ask: impl FnOnce() -> T) -> T {
    if let Some(answer) = answers.borrow().get(&question) {
        return answer.clone();
    }
    let answer = ask();
    answers.borrow_mut().insert(question, answer.clone());
    answer
}

/// The first group that took part in a match, or all of it.
pub(super) fn captured<'t>(regex: &Regex, text: &'t str) -> Option<&'t str> {
    let captures = regex.captures(text)?;
    captures.iter().skip(1).flatten().next().or_else(|| captures.get(0)).map(|found| found.as_str())
}
