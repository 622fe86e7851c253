//! Apps that the user named: what is told of them, their scripts, and the apps themselves where a person agreed. Opens nothing; what an app is
//! was looked at before.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::select::{Ask, Known, Selection};
use super::{Category, EntryName, Source};
use crate::app::Place;
use crate::host::{Found, Stat};

/// The most bytes of a title in the names of entries, so that no folder of theirs is ever left out of a long name.
const MOST_TITLE: usize = 60;

/// The name of a copy without data in the folder of its app.
const WITHOUT_DATA: &str = "without-data.qvf";

/// What is taken of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AppContent {
    /// What is told of it, without data.
    Summary,
    /// Its load script.
    Script,
    /// The app itself, as it is.
    Binary,
    /// The app without its data, as the site makes a copy of it.
    Reduced,
}

/// An app and what is taken of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPart {
    /// Where the app is.
    pub place: Place,
    /// What is taken of it.
    pub content: AppContent,
    /// What the site is asked for, if what is taken comes from a copy that the site makes.
    pub site: Option<Box<str>>,
}

impl AppPart {
    /// The source, as the manifest names it.
    pub(super) fn describe(&self) -> String {
        let path = self.place.path();
        match self.content {
            AppContent::Summary => format!("app summary: {path}"),
            AppContent::Script => format!("app script: {path}"),
            AppContent::Binary => path.to_string(),
            AppContent::Reduced => format!("app without data: {path}"),
        }
    }
}

/// An app that the user named, as far as looking at it told.
#[derive(Debug, Clone)]
pub struct WantedApp {
    /// What the user typed.
    pub named: String,
    /// Where it is; the outcome, if there is none.
    pub place: Result<Place, (crate::manifest::Outcome, Arc<str>)>,
    /// Its title, or the name of its file.
    pub title: String,
    /// The installation it belongs to, if that is known.
    pub folder: Option<String>,
    /// Whether it may hold a load script.
    pub has_script: bool,
    /// Whether it is a text or an archive of texts in a place where its product keeps apps: redacted as any other file.
    pub is_text: bool,
    /// What listing told of its file.
    pub stat: Option<Stat>,
    /// What the site calls it, if the site is to make a copy without data.
    pub site: Option<Box<str>>,
    /// Whether only the site has it: then all that is told of it comes from that copy.
    pub is_only_there: bool,
    /// If more than the summary was asked for, what becomes of the app itself: it is taken, or left out for this reason.
    pub itself: Option<Result<(), Arc<str>>>,
}

/// Plans what is taken of each app.
pub(super) fn plan(selection: &mut Selection<'_>, apps: &[WantedApp]) {
    let mut titles = HashSet::new();
    for app in apps {
        let ask = ask(app);
        match &app.place {
            Err(known) => selection.miss(app.named.clone(), &ask, known.clone()),
            Ok(place) => plan_app(selection, (app, place), &ask, &mut titles),
        }
    }
}

fn plan_app(
    selection: &mut Selection<'_>,
    (app, place): (&WantedApp, &Place),
    ask: &Ask,
    titles: &mut HashSet<String>,
) {
    let title = free_title(app, titles);
    if app.is_text {
        return plan_text(selection, (app, place), ask, &title);
    }
    let slashed = place.path().slashed();
    let mut excluded = selection.options.exclude.iter();
    let excluded = excluded.find(|choice| choice.names(&slashed, &ask.origin, ask.category.word()));
    let left_out: Known = excluded.map(|choice| {
        (crate::manifest::Outcome::Skipped, format!("left out by --exclude {}", choice.text).into())
    });
    let mut take = |content, name: &str, (stat, known): (Option<Stat>, Known)| {
        let is_copy = app.is_only_there || content == AppContent::Reduced;
        let site = app.site.clone().filter(|_| is_copy);
        let source = Source::App(Box::new(AppPart { place: place.clone(), content, site }));
        let known = left_out.clone().or(known);
        selection.take_known((source, stat), &format!("{title}/{name}"), (ask, known));
    };
    take(AppContent::Summary, "summary.json", (None, None));
    if app.has_script {
        take(AppContent::Script, "script.qvs", (None, None));
    }
    if let Some(itself) = &app.itself {
        let known = itself.clone().err().map(|reason| (crate::manifest::Outcome::Skipped, reason));
        if app.site.is_some() {
            return take(AppContent::Reduced, WITHOUT_DATA, (None, known));
        }
        let name = place.path().file_name().replace(['/', '\\'], "_");
        // An app that has the name of what is told of it must not take that.
        let name = if ["summary.json", "script.qvs"].contains(&name.to_lowercase().as_str()) {
            format!("app-{name}")
        } else {
            name
        };
        take(AppContent::Binary, &name, (app.stat, known));
    }
}

/// A definition of tasks, a job or a project, which is taken like a configuration.
fn plan_text(selection: &mut Selection<'_>, (app, place): (&WantedApp, &Place), ask: &Ask, title: &str) {
    let path = place.path();
    // What is taken as a configuration is in the bundle already.
    if !selection.is_new(path) {
        return;
    }
    let known = app.stat.and_then(|stat| selection.known(&Found { path: path.clone(), stat }, ask));
    let name = format!("{title}/{}", path.file_name().replace(['/', '\\'], "_"));
    selection.take_known((Source::File(path.clone()), app.stat), &name, (ask, known));
}

/// The title as the name of a folder that no other app has.
fn free_title(app: &WantedApp, titles: &mut HashSet<String>) -> String {
    let plain = app.title.replace(['/', '\\'], "_");
    let plain = plain.trim();
    let cut = plain[..plain.floor_char_boundary(MOST_TITLE)].trim_end();
    let folder = app.folder.as_deref().unwrap_or_default();
    let mut title = if cut.is_empty() { "untitled".to_owned() } else { cut.to_owned() };
    let base = title.clone();
    let mut number = 1_u32;
    while !titles.insert(format!("{folder}/{}", EntryName::from_parts([title.as_str()]).folded())) {
        number += 1;
        title = format!("{base}~{number}");
    }
    title
}

fn ask(app: &WantedApp) -> Ask {
    Ask {
        category: Category::App,
        folder: app.folder.clone().unwrap_or_default(),
        origin: "options/app".into(),
        reason: "named with --app".into(),
        rules: [].into(),
        max_age: None,
        max_file: None,
        exclude: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{HostPath, Os};

    fn app(title: &str) -> WantedApp {
        WantedApp {
            named: "x".into(),
            place: Ok(Place::File(HostPath::new(Os::Linux, "/x"))),
            title: title.into(),
            folder: None,
            has_script: true,
            is_text: false,
            stat: None,
            site: None,
            is_only_there: false,
            itself: None,
        }
    }

    #[test]
    fn each_app_has_a_folder_of_its_own() {
        let mut titles = HashSet::new();
        let long = "ü".repeat(200);
        for (title, folder) in [
            ("Sales", "Sales"),
            ("SALES", "SALES~2"),
            ("a/b", "a_b"),
            (r"a\b", "a_b~2"),
            ("a:b", "a:b~3"),
            (" ", "untitled"),
            ("..", ".."),
            (&long, &"ü".repeat(30)),
            (&long, &format!("{}~2", "ü".repeat(30))),
        ] {
            assert_eq!(free_title(&app(title), &mut titles), folder, "{title}");
        }
    }
}
