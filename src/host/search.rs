//! Finds files by pattern: the fixed part is gone to directly, the rest is walked without following links, and no folder is
//! entered that cannot lead to a match.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use glob::{MatchOptions, Pattern};
use walkdir::{DirEntry, WalkDir};

use super::files::{Files, Kind, Stat};
use super::{HostPath, Os, platform};

/// Deeper folders are left alone; no product has any.
const DEPTH: usize = 64;

/// A name that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its full path.
    pub path: HostPath,
    /// What is known of it.
    pub stat: Stat,
}

/// A file, link or device that matches, or a folder that could not be looked into.
pub type Match = Result<Found, (HostPath, io::Error)>;

/// One part of a pattern after its fixed part.
enum Part {
    /// `**`: any folders.
    Any,
    /// A part with or without wildcards, folded where letter case does not count.
    One(Pattern),
}

impl Files {
    /// Gives everything that matches a pattern in the host's own writing (`C:\x\**\*.log`), folder by folder, each sorted by
    /// name; links are not followed.
    pub fn search(&self, pattern: &str, take: &mut dyn FnMut(Match)) {
        // Nothing stops it, so how it ends tells nothing.
        let _ = self.search_until(pattern, &mut |found| {
            take(found);
            ControlFlow::Continue(())
        });
    }

    /// As `search`, until it is told to stop; tells whether it was.
    pub fn search_until(
        &self,
        pattern: &str,
        take: &mut dyn FnMut(Match) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let os = self.place.os();
        let (fixed, parts) = split(pattern, os);
        let base = HostPath::new(os, &fixed);
        let real = match self.place.real(&base) {
            Ok(real) => platform::stored(real),
            Err(error) => return take(Err((base, error))),
        };
        match real.symlink_metadata() {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                ControlFlow::Continue(())
            }
            Err(error) => take(Err((base, error))),
            Ok(metadata) => {
                let stat = self.stat_of(&metadata);
                if parts.is_empty() && stat.kind != Kind::Folder {
                    take(Ok(Found { path: self.place.host(&real), stat }))
                } else if !parts.is_empty() {
                    self.walk(&real, &parts, take)
                } else {
                    ControlFlow::Continue(())
                }
            }
        }
    }

    /// All that matches, sorted by path; for patterns that cannot match much. What could not be looked into is left out.
    pub fn find(&self, pattern: &str) -> Vec<Found> {
        let mut all = Vec::new();
        self.search(pattern, &mut |found| all.extend(found.ok()));
        all
    }

    fn walk(
        &self,
        base: &Path,
        parts: &[Part],
        take: &mut dyn FnMut(Match) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let fold = self.place.os() == Os::Windows;
        let deepest = if parts.iter().any(|part| matches!(part, Part::Any)) { DEPTH } else { parts.len() };
        let names = |entry: &DirEntry| -> Vec<String> {
            let below = entry.path().strip_prefix(base).unwrap_or(entry.path());
            let name = |part: &std::ffi::OsStr| {
                if fold { part.to_string_lossy().to_lowercase() } else { part.to_string_lossy().into_owned() }
            };
            below.iter().map(name).collect()
        };
        // In one folder paths differ by the name only, and to compare them takes no look for it.
        let walk = WalkDir::new(base)
            .min_depth(1)
            .max_depth(deepest)
            .sort_by(|one, other| one.path().as_os_str().cmp(other.path().as_os_str()))
            .into_iter();
        let enter = |entry: &DirEntry| !entry.file_type().is_dir() || leads(parts, &names(entry));
        for entry in walk.filter_entry(enter) {
            match entry {
                Err(error) => {
                    let path = self.place.host(error.path().unwrap_or(base));
                    // A file that vanished between listing and looking is no failure.
                    let error = io_error(error);
                    if error.kind() != io::ErrorKind::NotFound {
                        take(Err((path, error)))?;
                    }
                }
                Ok(entry) if entry.file_type().is_dir() || !fits(parts, &names(&entry)) => {}
                Ok(entry) => {
                    let path = self.place.host(entry.path());
                    take(match entry.metadata() {
                        Ok(metadata) => Ok(Found { path, stat: self.stat_of(&metadata) }),
                        Err(error) => Err((path, io_error(error))),
                    })?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

fn io_error(error: walkdir::Error) -> io::Error {
    error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"))
}

/// The fixed folder of a pattern, and the parts from the first wildcard on.
fn split(pattern: &str, os: Os) -> (String, Vec<Part>) {
    let slashed = if os == Os::Windows { pattern.replace('\\', "/") } else { pattern.to_owned() };
    let all: Vec<&str> = slashed.split('/').collect();
    let first = all.iter().position(|part| unescape(part).is_none()).unwrap_or(all.len());
    let fixed: Vec<String> = all[..first].iter().filter_map(|part| unescape(part)).collect();
    let mut fixed = fixed.join("/");
    if fixed.is_empty() || fixed.ends_with(':') {
        fixed.push('/');
    }
    let part = |text: &&str| match (*text, os) {
        ("**", _) => Some(Part::Any),
        (text, Os::Windows) => Pattern::new(&text.to_lowercase()).ok().map(Part::One),
        (text, _) => Pattern::new(text).ok().map(Part::One),
    };
    // A part that is no pattern matches nothing; definitions and flags are checked before they come here.
    let parts: Vec<Option<Part>> = all[first..].iter().filter(|part| !part.is_empty()).map(part).collect();
    let nothing = || vec![Part::One(Pattern::new("[]]").expect("a constant")), Part::One(Pattern::default())];
    (fixed, parts.into_iter().collect::<Option<Vec<_>>>().unwrap_or_else(nothing))
}

/// The text that a part without wildcards stands for; `[*]` is an escaped `*`.
fn unescape(part: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = part;
    while let Some(at) = rest.find(['*', '?', '[']) {
        let escaped = rest[at..].strip_prefix('[').and_then(|inner| {
            let mut characters = inner.chars();
            let character = characters.next()?;
            (character != '!' && characters.next() == Some(']')).then_some(character)
        })?;
        text.push_str(&rest[..at]);
        text.push(escaped);
        rest = &rest[at + 2 + escaped.len_utf8()..];
    }
    text.push_str(rest);
    Some(text)
}

fn matches(pattern: &Pattern, name: &str) -> bool {
    pattern.matches_with(name, MatchOptions { require_literal_separator: true, ..MatchOptions::new() })
}

/// Whether a folder can hold a match.
fn leads(parts: &[Part], folder: &[String]) -> bool {
    match (parts.split_first(), folder.split_first()) {
        (Some(_), None) | (Some((Part::Any, _)), _) => true,
        (Some((Part::One(pattern), rest)), Some((name, below))) => {
            matches(pattern, name) && leads(rest, below)
        }
        (None, _) => false,
    }
}

/// Whether a path is a match.
fn fits(parts: &[Part], path: &[String]) -> bool {
    match (parts.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((Part::Any, [])), _) => !path.is_empty(),
        (Some((Part::Any, rest)), _) => (0..=path.len()).any(|skip| fits(rest, &path[skip..])),
        (Some((Part::One(pattern), rest)), Some((name, below))) => {
            matches(pattern, name) && fits(rest, below)
        }
        _ => false,
    }
}
