//! Turns patterns into plan items: the never list, choices, age and size. Each path is planned once.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use glob::{MatchOptions, Pattern};

use super::item::Items;
use super::never::Never;
use super::{Category, Choice, EntryName, Limit, Names, Options, Plan, PlanItem, Source};
use crate::host::{Found, Host, HostPath, Kind, Os, Stat};
use crate::manifest::Outcome;
use crate::redact::Redaction;

/// What one item of a definition asks for.
pub(super) struct Ask {
    pub(super) category: Category,
    /// Folder of the installation; empty for the environment and the user's own paths.
    pub(super) folder: String,
    pub(super) origin: Arc<str>,
    pub(super) reason: Arc<str>,
    pub(super) rules: Arc<[String]>,
    pub(super) max_age: Option<Duration>,
    pub(super) max_file: Option<u64>,
    /// Patterns over paths in lower case to leave out.
    pub(super) exclude: Vec<Pattern>,
}

impl Ask {
    fn leaves_out(&self, path: &HostPath) -> bool {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        !self.exclude.is_empty() && {
            let folded = path.slashed().to_lowercase();
            self.exclude.iter().any(|pattern| pattern.matches_with(&folded, options))
        }
    }
}

/// An outcome that is known without opening anything.
pub(super) type Known = Option<(Outcome, Arc<str>)>;

/// A plan in the making.
pub(super) struct Selection<'a> {
    pub(super) host: &'a Host,
    pub(super) options: &'a Options,
    redaction: &'a Redaction,
    never: Never,
    now: DateTime<Utc>,
    names: Names,
    /// Digests of the paths planned so far: a set of paths would double the memory of a large plan.
    seen: HashSet<u64>,
    repeated: bool,
    items: Items,
}

impl<'a> Selection<'a> {
    pub(super) fn new(
        host: &'a Host,
        (options, redaction): (&'a Options, &'a Redaction),
        never: &[(String, String)],
    ) -> Self {
        Self {
            host,
            options,
            redaction,
            never: Never::new(never),
            now: host.clock.utc(),
            names: Names::default(),
            seen: HashSet::new(),
            repeated: false,
            items: Items::default(),
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.items.len()
    }

    /// Whether the patterns since the last question matched something that an earlier item had taken.
    pub(super) fn was_taken_before(&mut self) -> bool {
        std::mem::take(&mut self.repeated)
    }

    /// Plans something that is not a file.
    pub(super) fn take_source(&mut self, source: Source, name: &str, ask: &Ask) {
        self.take_known((source, None), name, (ask, None));
    }

    /// As `take_source`, with what is known of it already.
    pub(super) fn take_known(
        &mut self,
        (source, stat): (Source, Option<Stat>),
        name: &str,
        (ask, known): (&Ask, Known),
    ) {
        let name = self.name(ask, name);
        self.push(source, name, ask, (stat, known));
    }

    /// As `take_source`, for something that the user may leave out.
    pub(super) fn take_choice(&mut self, source: Source, name: &str, ask: &Ask) {
        let name = self.name(ask, name);
        let left_out = self.left_out(name.as_str(), ask).map(|reason| (Outcome::Skipped, reason.into()));
        self.push(source, name, ask, (None, left_out));
    }

    /// Plans every file that matches a pattern; names are relative to `base`.
    pub(super) fn take_pattern(&mut self, pattern: &str, base: Option<&str>, ask: &Ask) {
        let host = self.host;
        host.files.search(pattern, &mut |found| match found {
            Err((path, error)) => {
                let known = known_of(&error);
                self.push_path(path, base, ask, (None, Some(known)));
            }
            Ok(found) if ask.leaves_out(&found.path) => {}
            // What a person confirmed is taken as what it is: named by a person.
            Ok(found) if ask.category != Category::Added && self.is_confirmed(&found.path) => {
                self.repeated = true;
            }
            Ok(found) if self.is_new(&found.path) => self.take_found(found, base, ask),
            Ok(_) => self.repeated = true,
        });
    }

    /// Plans what the user named: a file, a folder with all beneath, or a glob.
    pub(super) fn add_by_user(&mut self, path: &str) {
        let ask = Ask {
            category: Category::Added,
            folder: String::new(),
            origin: "options/add".into(),
            reason: if self.options.confirmed.iter().any(|named| named == path) {
                "named with --add and confirmed, though such files are never taken".into()
            } else {
                "named with --add".into()
            },
            rules: [].into(),
            max_age: None,
            max_file: None,
            exclude: Vec::new(),
        };
        let before = self.len();
        let stat = self.host.files.stat(&HostPath::new(self.host.os, path));
        let pattern = match stat.map(|stat| stat.kind) {
            Ok(Kind::Folder) => format!("{}/**", glob::Pattern::escape(path.trim_end_matches(['/', '\\']))),
            // A file whose name looks like a glob means itself.
            Ok(Kind::File) => glob::Pattern::escape(path),
            _ => path.to_owned(),
        };
        self.take_pattern(&pattern, None, &ask);
        let was_taken = self.was_taken_before();
        if self.len() == before && !was_taken {
            self.miss(path.to_owned(), &ask, (Outcome::Missing, "there is no such file".into()));
        }
    }

    /// Plans a line for something that is not there.
    pub(super) fn miss(&mut self, what: String, ask: &Ask, known: (Outcome, Arc<str>)) {
        let item = ask.origin.rsplit('/').next().unwrap_or_default().to_owned();
        let name = self.name(ask, &item);
        self.push(Source::Nothing(what.into()), name, ask, (None, Some(known)));
    }

    /// The plan, with what the logs tell and the program's own log as its last lines.
    pub(super) fn finish(mut self) -> Plan {
        let own = |origin: &str, reason: &str| Ask {
            category: Category::Qdiag,
            folder: String::new(),
            origin: origin.into(),
            reason: reason.into(),
            rules: [].into(),
            max_age: None,
            max_file: None,
            exclude: Vec::new(),
        };
        if self.items.has_logs() {
            let ask = own("qdiag/analysis", "what the collected logs tell");
            self.take_source(Source::Analysis, "analysis.json", &ask);
        }
        self.take_source(Source::RunLog, "run.log", &own("qdiag/run-log", "what qdiag did"));
        self.items.finish()
    }

    fn take_found(&mut self, found: Found, base: Option<&str>, ask: &Ask) {
        let known = self.known(&found, ask);
        let stat = found.stat;
        self.push_path(found.path, base, ask, (Some(stat), known));
    }

    /// What is decided about a file without opening it.
    pub(super) fn known(&self, found: &Found, ask: &Ask) -> Known {
        let slashed = found.path.slashed();
        let skip = |reason: String| Some((Outcome::Skipped, Arc::from(reason)));
        match found.stat.kind {
            Kind::Link => return skip("a link, which is not followed".into()),
            Kind::Placeholder => return skip("its content lies with a cloud service".into()),
            Kind::Other => return skip("not a regular file".into()),
            Kind::Folder | Kind::File => {}
        }
        if let Some(why) = self.never.why(&slashed).filter(|_| !self.is_confirmed(&found.path)) {
            return skip(format!("never taken: {why}"));
        }
        self.left_out(&slashed, ask).or_else(|| self.too_old(&found.stat, ask)).and_then(skip)
    }

    /// Why the user's choices leave something out.
    fn left_out(&self, slashed: &str, ask: &Ask) -> Option<String> {
        let names = |choice: &&Choice| choice.names(slashed, &ask.origin, ask.category.word());
        if let Some(choice) = self.options.exclude.iter().find(names) {
            return Some(format!("left out by --exclude {}", choice.text));
        }
        let included = self.options.include.is_empty()
            || matches!(ask.category, Category::Environment | Category::Added)
            || self.options.include.iter().any(|choice| names(&choice));
        (!included).then(|| "not named by --include".into())
    }

    fn too_old(&self, stat: &Stat, ask: &Ask) -> Option<String> {
        let modified = stat.modified?;
        if ask.category == Category::Logs
            && let Some(since) = self.options.window.0
        {
            return (modified < since).then(|| "last written before the time window".to_owned());
        }
        let oldest = self.now - ask.max_age?;
        (modified < oldest).then(|| "older than the definition takes; choose with --since".to_owned())
    }

    fn push_path(
        &mut self,
        path: HostPath,
        base: Option<&str>,
        ask: &Ask,
        (stat, known): (Option<Stat>, Known),
    ) {
        let name = self.name(ask, &relative(&path, base));
        self.push(Source::File(path), name, ask, (stat, known));
    }

    fn push(&mut self, source: Source, name: EntryName, ask: &Ask, (stat, known): (Option<Stat>, Known)) {
        let limit = match (self.options.max_file, ask.max_file) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        let bytes = stat.map_or(0, |stat| stat.bytes);
        let limit = limit.filter(|limit| bytes > *limit).map_or(Limit::Whole, Limit::Bytes);
        self.items.push(&PlanItem {
            source,
            name,
            category: ask.category,
            origin: Arc::clone(&ask.origin),
            reason: Arc::clone(&ask.reason),
            rules: Arc::clone(&ask.rules),
            limit,
            stat,
            known,
        });
    }

    fn name(&mut self, ask: &Ask, relative: &str) -> EntryName {
        let mut folder = vec!["data", self.host.name.as_str()];
        folder.extend((!ask.folder.is_empty()).then_some(ask.folder.as_str()));
        folder.push(ask.category.word());
        let path: Vec<&str> = folder.into_iter().chain(relative.split('/')).collect();
        let cleared = self.redaction.clear_path(&path.join("/"));
        self.names.allocate(&EntryName::from_parts(cleared.split('/')))
    }

    fn is_confirmed(&self, path: &HostPath) -> bool {
        let os = self.host.os;
        let mut confirmed = self.options.confirmed.iter().map(|named| HostPath::new(os, named));
        confirmed.any(|named| folded(os, &named) == folded(os, path))
    }

    pub(super) fn is_new(&mut self, path: &HostPath) -> bool {
        let mut hasher = DefaultHasher::new();
        folded(self.host.os, path).hash(&mut hasher);
        path.exact().hash(&mut hasher);
        self.seen.insert(hasher.finish())
    }
}

/// A path to compare with others of its host.
fn folded(os: Os, path: &HostPath) -> String {
    let slashed = path.slashed();
    if os == Os::Windows { slashed.to_lowercase() } else { slashed }
}

/// The path below `base`, or without its drive colon and leading slashes.
fn relative(path: &HostPath, base: Option<&str>) -> String {
    let slashed = path.slashed();
    let below = base.and_then(|base| {
        let base = base.replace('\\', "/");
        let base = base.trim_end_matches('/');
        let head = slashed.get(..base.len())?;
        head.eq_ignore_ascii_case(base).then(|| slashed[base.len()..].trim_start_matches('/').to_owned())
    });
    below
        .filter(|rest| !rest.is_empty())
        .unwrap_or_else(|| slashed.replacen(':', "", 1).trim_start_matches('/').to_owned())
}

/// The outcome of something that could not be listed or opened.
pub(crate) fn known_of(error: &io::Error) -> (Outcome, Arc<str>) {
    let outcome = match error.kind() {
        io::ErrorKind::NotFound => Outcome::Missing,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy => Outcome::Denied,
        io::ErrorKind::TimedOut => Outcome::TimedOut,
        _ => Outcome::Failed,
    };
    (outcome, crate::error::io_reason(error).into())
}
