//! What is known to go wrong: known issues in logs, and checks of what the host says of itself. Each finding says what, where, why and what
//! to do. Reads only text that was cleared, and writes nothing.

mod analysis;
mod analyst;
mod bundle;
mod check;
mod columns;
mod figure;
mod finding;
mod fold;
mod issue;
mod log;
mod lookup;
mod pulse;
mod scan;
mod sketch;
mod slices;
mod watch;

pub use analysis::*;
pub use analyst::Analyst;
pub use bundle::of_bundle;
pub use check::{Check, CheckFacts, Ground, Kind, checks};
pub use finding::{Class, Finding, Place, Severity, Tally, Times};
pub use issue::{Issue, Issues, VersionRange};
pub use log::{Logs, logs};
pub use lookup::{Lookup, Set};
pub use scan::{Scan, ScanFile};
pub use watch::{Seen, Watch};

use std::path::Path;

use crate::Error;

/// All rows of a run.
#[derive(Debug)]
pub struct Rows {
    /// Known issues.
    pub issues: Issues,
    /// Checks of facts.
    pub checks: Vec<Check>,
}

impl Rows {
    /// The rows of this program, with those of `known-issues/` and `checks/` in a folder added; one of the same id overrides.
    pub fn load(folder: Option<&Path>) -> Result<Self, Error> {
        Ok(Self { issues: Issues::load(folder)?, checks: check::load(folder)? })
    }
}

/// A row that does not load.
fn wrong(file: &str, text: &str, id: &str, message: &str, hint: &str) -> Error {
    let named = format!("\"{id}\"");
    let line = text.lines().position(|line| line.starts_with("id") && line.contains(&named));
    Error::Definition {
        file: file.to_owned(),
        line: line.map_or(1, |line| line + 1),
        message: format!("{id}: {message}"),
        hint: hint.to_owned(),
    }
}

/// Whether a text is an id: lower-case letters, digits and hyphens.
fn is_id(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(is_part)
}
