//! Where apps are: the places that the definitions of the found products name. Lists and stats only; nothing here is taken by itself.

use std::collections::HashSet;
use std::ops::ControlFlow;

use chrono::{DateTime, Utc};
use glob::Pattern;

use super::never::{Never, why_no_app};
use crate::definition::{self, AppForm, AppPlace, Certainty};
use crate::detect::Installation;
use crate::host::{Found, Host, HostPath, Kind, Os};

/// More apps of one pattern are not told.
const CANDIDATES: usize = 10_000;
/// More folders that cannot be looked into are only counted.
const PROBLEMS: usize = 100;

/// An app that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppFile {
    /// The file, or the folder with its parts.
    pub path: HostPath,
    /// Its name as people know it: of a file without its ending, of a folder without `-prj`. On a server of Qlik Sense, its id.
    pub name: String,
    /// Whether it is a file or a folder.
    pub form: AppForm,
    /// Size in bytes; of a folder, of the files in it.
    pub bytes: u64,
    /// When it was last written; of a folder, when the file was by which it is known.
    pub modified: Option<DateTime<Utc>>,
    /// Id of the installation whose place it is in; none for a path that somebody named and that is in no such place.
    pub product: Option<String>,
    /// What an app is there.
    pub note: Option<String>,
    /// How well it is founded that apps are there.
    pub sure: Certainty,
}

/// Apps that were found, and what could not be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apps {
    /// In the order of products and their places, each place by path; every path once.
    pub found: Vec<AppFile>,
    /// In words for people: folders that cannot be looked into, places without a value on this host, places with too many apps.
    pub problems: Vec<String>,
}

/// All apps of the found products, for a choice.
pub fn list_apps(host: &Host, found: &[Installation<'_>]) -> Apps {
    gather(host, found, (CANDIDATES, &|_| true))
}

/// The apps of the found products that are meant by a name, an id or a path, without regard to letter case: the name of the file with
/// or without its ending, the id in braces or not, the whole path or its last parts. A whole path that no definition names is found
/// too. Several may be meant; none is no error.
pub fn find_apps(host: &Host, found: &[Installation<'_>], wanted: &str) -> Apps {
    let meant = Meant::new(host.os, wanted);
    let mut apps = gather(host, found, (CANDIDATES, &|app| meant.is(app)));
    if apps.found.is_empty() {
        match named(host, found, wanted) {
            Some(Ok(app)) => apps.found.push(app),
            Some(Err(why)) => apps.problems.push(why),
            None => {}
        }
    }
    apps
}

/// What somebody means.
struct Meant {
    os: Os,
    text: String,
}

impl Meant {
    fn new(os: Os, wanted: &str) -> Self {
        let wanted = wanted.trim();
        let id = wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let slashed = HostPath::new(os, id.unwrap_or(wanted)).slashed();
        Self { os, text: folded(slashed.trim_end_matches('/')) }
    }

    fn is(&self, app: &AppFile) -> bool {
        if self.text.is_empty() {
            return false;
        }
        let path = folded(&HostPath::new(self.os, app.path.as_str()).slashed());
        let last =
            path.strip_suffix(&self.text).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        last || folded(&app.name) == self.text
    }
}

fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// A file or folder at a whole path, or why it can be no app.
fn named(host: &Host, found: &[Installation<'_>], wanted: &str) -> Option<Result<AppFile, String>> {
    let path = HostPath::new(host.os, wanted.trim());
    let slashed = path.slashed();
    if !(slashed.starts_with('/') || slashed.get(1..3) == Some(":/")) {
        return None;
    }
    let stat = host.files.stat(&path).ok()?;
    if let Some(why) = Forbidden::new(found).why(&path) {
        return Some(Err(format!("{path}: never taken: {why}")));
    }
    let form = match stat.kind {
        Kind::File => AppForm::File,
        Kind::Folder => AppForm::Folder,
        Kind::Link => return Some(Err(format!("{path}: a link, which is not followed"))),
        Kind::Placeholder | Kind::Other => return Some(Err(format!("{path}: no file that is on this host"))),
    };
    let (bytes, modified) =
        (if form == AppForm::File { stat.bytes } else { size_of(host, &path) }, stat.modified);
    let (product, note, sure) = (None, None, Certainty::Sourced);
    Some(Ok(AppFile { name: name_of(&path, form), path, form, bytes, modified, product, note, sure }))
}

/// What is no app wherever it lies: keys and the like, and the names that definitions never take. Their folders count for nothing here,
/// since those of apps are among them.
struct Forbidden {
    built_in: Never,
    names: Vec<Pattern>,
}

impl Forbidden {
    fn new(found: &[Installation<'_>]) -> Self {
        let globs = found.iter().flat_map(|installation| &installation.definition.never);
        let names = globs.filter(|glob| !glob.contains(['/', '\\', '{', '%']));
        let names = names.filter_map(|glob| Pattern::new(&folded(glob)).ok()).collect();
        Self { built_in: Never::new(&[]), names }
    }

    fn why(&self, path: &HostPath) -> Option<&str> {
        let name = folded(path.file_name());
        let by_definition =
            || self.names.iter().any(|never| never.matches(&name)).then_some("by a definition");
        why_no_app(&self.built_in, &path.slashed()).or_else(by_definition)
    }
}

/// How many of one pattern are told at most, and which.
type Wanted<'w> = (usize, &'w dyn Fn(&AppFile) -> bool);

/// A search through all places.
struct Search<'h> {
    host: &'h Host,
    forbidden: Forbidden,
    seen: HashSet<String>,
    apps: Apps,
    untold: usize,
}

fn gather(host: &Host, found: &[Installation<'_>], wanted: Wanted<'_>) -> Apps {
    let (forbidden, seen) = (Forbidden::new(found), HashSet::new());
    let mut search = Search { host, forbidden, seen, apps: Apps::default(), untold: 0 };
    for installation in found {
        for place in &installation.definition.apps {
            search.place(installation, place, wanted);
        }
    }
    if search.untold > 0 {
        search.apps.problems.push(format!("{} more folders could not be looked into", search.untold));
    }
    search.apps
}

impl Search<'_> {
    /// Looks below all paths of a place. One without a value is told only if none has one: several may stand for different hosts.
    fn place(&mut self, owner: &Installation<'_>, place: &AppPlace, wanted: Wanted<'_>) {
        let expand = |path: &String| {
            definition::expand_pattern(path, &self.host.vars, &owner.variables)
                .map_err(|variable| format!("{}: {path} has no value for {variable}", owner.id))
        };
        let (known, unknown): (Vec<_>, Vec<_>) = place.paths.iter().map(expand).partition(Result::is_ok);
        if known.is_empty() {
            unknown.into_iter().filter_map(Result::err).for_each(|text| self.problem(text));
        }
        for pattern in known.into_iter().flatten() {
            self.look(owner, (place, &pattern), wanted);
        }
    }

    fn look(
        &mut self,
        owner: &Installation<'_>,
        (place, pattern): (&AppPlace, &str),
        (most, fits): Wanted<'_>,
    ) {
        let mut told = 0;
        // Whether all was told stands among the problems.
        let _ = self.host.files.search_until(pattern, &mut |found| {
            match found {
                Err((path, error)) => self.problem(format!("{path}: {}", error.kind())),
                Ok(found) => {
                    let Some(app) = self.app(owner, place, found).filter(|app| fits(app)) else {
                        return ControlFlow::Continue(());
                    };
                    if told == most {
                        self.problem(format!("{pattern}: only the first {most} apps are told"));
                        return ControlFlow::Break(());
                    }
                    told += 1;
                    if self.seen.insert(self.key(&app.path)) {
                        self.apps.found.push(self.sized(app));
                    }
                }
            }
            ControlFlow::Continue(())
        });
    }

    /// The app that a match stands for. Links are none, and no app is a file that is never taken.
    fn app(&self, owner: &Installation<'_>, place: &AppPlace, found: Found) -> Option<AppFile> {
        if found.stat.kind != Kind::File || self.forbidden.why(&found.path).is_some() {
            return None;
        }
        let path = match place.kind {
            AppForm::File => found.path,
            AppForm::Folder => found.path.parent()?,
        };
        Some(AppFile {
            name: name_of(&path, place.kind),
            path,
            form: place.kind,
            bytes: found.stat.bytes,
            modified: found.stat.modified,
            product: Some(owner.id.clone()),
            note: place.note.clone(),
            sure: place.sure,
        })
    }

    /// With the size of all parts.
    fn sized(&self, app: AppFile) -> AppFile {
        match app.form {
            AppForm::File => app,
            AppForm::Folder => AppFile { bytes: size_of(self.host, &app.path), ..app },
        }
    }

    fn key(&self, path: &HostPath) -> String {
        if self.host.os == Os::Windows { folded(path.as_str()) } else { path.as_str().to_owned() }
    }

    fn problem(&mut self, text: String) {
        if self.apps.problems.len() < PROBLEMS {
            self.apps.problems.push(text);
        } else {
            self.untold += 1;
        }
    }
}

/// Bytes of the files in a folder, not of those further below.
fn size_of(host: &Host, folder: &HostPath) -> u64 {
    let pattern = HostPath::new(host.os, &Pattern::escape(folder.as_str())).join("*");
    let (mut bytes, mut files) = (0_u64, 0_usize);
    // What is beyond so many files counts little.
    let _ = host.files.search_until(pattern.as_str(), &mut |found| {
        if let Ok(found) = found
            && found.stat.kind == Kind::File
        {
            bytes = bytes.saturating_add(found.stat.bytes);
            files += 1;
        }
        if files < CANDIDATES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    bytes
}

/// The name by which people know an app.
fn name_of(path: &HostPath, form: AppForm) -> String {
    let file = path.file_name();
    let name = match form {
        AppForm::File => file.rsplit_once('.').map_or(file, |(name, _)| name),
        AppForm::Folder => file.strip_suffix("-prj").unwrap_or(file),
    };
    if name.is_empty() { file.to_owned() } else { name.to_owned() }
}
