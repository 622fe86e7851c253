//! The apps that `plan` and `collect` were given: where they are, what is inside, and whether a person agrees to hand one over as it is.

use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write as _};
use std::sync::Arc;

use super::{args, fail, print};
use crate::Error;
use crate::app::{AppKind, AppSummary, HostSource, Place};
use crate::definition::AppForm;
use crate::detect::Installation;
use crate::host::{Host, HostPath, Kind};
use crate::manifest::Outcome;
use crate::plan::{AppFile, WantedApp, find_apps, known_of, list_apps};
use crate::redact::Redaction;

/// The word that has to be typed.
const YES: &str = "yes";

/// Tables and connections that are named in the question at most.
const NAMED: usize = 12;

const NO_SITE: &str =
    "an export without data comes from the site itself, which was not asked; its summary is taken";
const REFUSED: &str = "nobody agreed to hand over the app itself";

/// Looks at every app that was named. What is planned beyond its summary is not agreed to yet.
pub(super) fn look(
    (apps, asks_site): (&args::Apps, bool),
    host: &Host,
    found: &[Installation<'_>],
) -> Vec<WantedApp> {
    let is_copied = asks_site && apps.app_content == args::AppContent::Reduced;
    let mut wanted: Vec<WantedApp> = Vec::new();
    for named in &apps.app {
        match places(host, named, found) {
            Err(_) if is_copied && !named.contains(['/', '\\', '*', '?']) => {
                wanted.push(only_there(host, named));
            }
            Err(known) => wanted.push(missing(named, known)),
            Ok(places) => {
                for (place, folder) in places {
                    // By its name and by its path it is one app.
                    if !wanted.iter().any(|app| app.place.as_ref() == Ok(&place)) {
                        wanted.push(one(host, named, (place, folder), (apps.app_content, is_copied)));
                    }
                }
            }
        }
    }
    wanted
}

/// As `look`, and asks what must be asked; gives what the manifest says of it.
pub(super) fn agree(
    args: &args::Collect,
    (host, found): (&Host, &[Installation<'_>]),
    redaction: &Redaction,
    wanted: &mut Vec<WantedApp>,
) -> Result<Option<String>, Error> {
    let apps = &args.choose.apps;
    let is_copied = apps.app_content == args::AppContent::Reduced && args.site.qrs;
    let hands_over = apps.app_content == args::AppContent::Full || is_copied;
    if hands_over
        && !apps.app.is_empty()
        && !args.accept_app_data
        && (args.yes || !std::io::stdin().is_terminal())
    {
        return Err(Error::usage(
            "--app-content hands over apps with the secrets in them (full: all data too), and nobody was asked",
            "leave out --yes and type a word on a terminal, or add --accept-app-data if a person who may decide this has agreed; \
             without --app-content a summary and the redacted script are taken",
        ));
    }
    *wanted = look((apps, args.site.qrs), host, found);
    if apps.app_content == args::AppContent::Reduced && !is_copied && !wanted.is_empty() {
        fail::note(
            "--app-content reduced: no export without data is taken, only summaries and redacted scripts",
            "an export without data is made by the Qlik Sense Repository Service of this host, which --qrs asks",
        );
    }
    for app in wanted.iter_mut() {
        let Ok(place) = &app.place else { continue };
        let what = (place, app.site.as_deref(), app.is_only_there);
        if app.itself.as_ref().is_some_and(Result::is_ok) && !ask(args, host, what, redaction) {
            app.itself = Some(Err(REFUSED.into()));
        }
    }
    let is_any_handed_over = wanted.iter().any(|app| matches!(app.itself, Some(Ok(()))));
    let content = match (is_any_handed_over, is_copied) {
        (true, true) => "reduced",
        (true, false) => "full",
        (false, _) => "summary",
    };
    Ok((!wanted.is_empty()).then(|| content.to_owned()))
}

/// An app and the installation that it belongs to, if that is known.
type At = (Place, Option<String>);

/// What a path, a name or an id means.
fn places(host: &Host, named: &str, found: &[Installation<'_>]) -> Result<Vec<At>, (Outcome, Arc<str>)> {
    let none = |why: &str| Err((Outcome::Missing, Arc::from(why)));
    // Parts of an app are named by what follows the folder's own path, so that must be whole.
    let whole = std::path::absolute(named).ok().filter(|_| host.root.is_none());
    let path = whole.as_deref().and_then(std::path::Path::to_str).unwrap_or(named);
    let places = match Place::all(host, &HostPath::new(host.os, path)) {
        Ok(places) if places.is_empty() => return none("there is no app in it"),
        Ok(places) => places,
        Err(error) if !is_no_path(&error) => return Err(known_of(&error)),
        Err(_) if named.contains(['*', '?']) => {
            let files = host.files.find(named).into_iter().filter(|found| found.stat.kind == Kind::File);
            files.map(|found| Place::File(found.path)).collect()
        }
        Err(_) => return by_name(host, named, found),
    };
    let apps = list_apps(host, found).found;
    let owner = |place: &Place| {
        let is_it = |app: &&AppFile| app.path.as_str().eq_ignore_ascii_case(place.path().as_str());
        apps.iter().find(is_it).and_then(|app| app.product.clone())
    };
    if places.is_empty() {
        return none("nothing matches");
    }
    let with_owner = |place: Place| {
        let owner = owner(&place);
        (place, owner)
    };
    Ok(places.into_iter().map(with_owner).collect())
}

/// The apps of that name or id, in the places where the products of this host keep theirs.
fn by_name(host: &Host, named: &str, found: &[Installation<'_>]) -> Result<Vec<At>, (Outcome, Arc<str>)> {
    let apps = find_apps(host, found, named);
    if apps.found.is_empty() {
        let mut why =
            "there is no such file or folder, and no product of this host has an app of that name or id"
                .to_owned();
        if !apps.problems.is_empty() {
            why.push_str("; not all places could be looked into");
        }
        return Err((Outcome::Missing, why.into()));
    }
    let at = |app: AppFile| match app.form {
        AppForm::File => (Place::File(app.path), app.product),
        AppForm::Folder => (Place::Folder(app.path), app.product),
    };
    Ok(apps.found.into_iter().map(at).collect())
}

/// Whether nothing has that name, which may be the name of an app all the same.
fn is_no_path(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as Kind;
    matches!(error.kind(), Kind::NotFound | Kind::NotADirectory | Kind::InvalidInput | Kind::InvalidFilename)
}

fn missing(named: &str, known: (Outcome, Arc<str>)) -> WantedApp {
    WantedApp {
        named: named.to_owned(),
        place: Err(known),
        title: named.to_owned(),
        folder: None,
        has_script: false,
        is_text: false,
        stat: None,
        site: None,
        is_only_there: false,
        itself: None,
    }
}

/// An app that no place of this host has, and that the site is asked for by its name or id.
fn only_there(host: &Host, named: &str) -> WantedApp {
    let place = Place::File(HostPath::new(host.os, named));
    let nothing = (Outcome::Missing, Arc::from("it is asked from the site"));
    WantedApp {
        place: Ok(place),
        has_script: true,
        site: Some(named.into()),
        is_only_there: true,
        itself: Some(Ok(())),
        ..missing(named, nothing)
    }
}

fn one(
    host: &Host,
    named: &str,
    (place, folder): At,
    (content, is_copied): (args::AppContent, bool),
) -> WantedApp {
    // What cannot be opened is told once it is collected.
    let summary = place.read(host).unwrap_or_else(|_| AppSummary::new(AppKind::Unknown, 0));
    let stat = match &place {
        Place::File(path) => HostSource::open(host, path).ok().map(|source| source.stat()),
        Place::Folder(_) => None,
    };
    let is_foreign = match summary.kind {
        AppKind::Unknown => true,
        AppKind::Zip => summary.packed_as.is_none(),
        _ => false,
    };
    // What products of other kinds call an app is a text, or a zip of texts.
    let is_text = is_foreign && folder.is_some() && matches!(place, Place::File(_));
    let itself = match content {
        _ if is_text => None,
        args::AppContent::Summary => None,
        args::AppContent::Reduced if is_copied => Some(can_be_taken(&place, &summary)),
        args::AppContent::Reduced => Some(Err(NO_SITE.into())),
        args::AppContent::Full => Some(can_be_taken(&place, &summary)),
    };
    WantedApp {
        named: named.to_owned(),
        title: title(&place, &summary),
        site: itself.as_ref().filter(|_| is_copied).map(|_| on_site(named, &place, &summary)),
        is_only_there: false,
        folder,
        is_text,
        has_script: summary.kind.has_script(),
        stat,
        itself,
        place: Ok(place),
    }
}

/// Whether the app itself is something that a person can agree to hand over as an app.
fn can_be_taken(place: &Place, summary: &AppSummary) -> Result<(), Arc<str>> {
    match place {
        Place::Folder(_) => Err("a folder is not one file; --add takes its files, redacted".into()),
        Place::File(_) if summary.kind.is_binary_app() || summary.packed_as.is_some() => Ok(()),
        Place::File(_) => Err("not an app of Qlik by its bytes".into()),
    }
}

/// What the site calls an app: the id that its file is named by, or else its title.
fn on_site(named: &str, place: &Place, summary: &AppSummary) -> Box<str> {
    let file = place.path().file_name();
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let is_id = stem.len() == 36 && stem.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if is_id { stem } else { summary.title.as_deref().unwrap_or(named) }.into()
}

/// The title, or else the name of its file.
fn title(place: &Place, summary: &AppSummary) -> String {
    let title = summary.title.as_deref().map(str::trim).filter(|title| !title.is_empty());
    let file = place.path().file_name();
    let stem = match place {
        Place::File(_) => file.rsplit_once('.').map_or(file, |(stem, _)| stem),
        Place::Folder(_) => file,
    };
    title.unwrap_or(if stem.is_empty() { file } else { stem }).to_owned()
}

/// Shows what is inside an app, and lets a person type a word before it is handed over.
fn ask(
    args: &args::Collect,
    host: &Host,
    (place, site, is_only_there): (&Place, Option<&str>, bool),
    redaction: &Redaction,
) -> bool {
    let mut text = String::new();
    if !is_only_there {
        let Ok(summary) = place.read(host) else { return false };
        text = inside((place, site.is_some()), &summary, redaction);
    }
    if let Some(site) = site {
        let _ = writeln!(
            text,
            "Of {} the site is asked for a copy without data; its load script and objects stay as they are, with any password in them.",
            redaction.clear_text(site)
        );
    }
    if !args.accept_app_data {
        let _ = write!(
            text,
            "Type the word {YES} to take it, or press Enter to take only its summary and script: "
        );
    }
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(print::plain(&text).as_bytes()).and_then(|()| err.flush());
    if args.accept_app_data {
        return true;
    }
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    answer.trim() == YES
}

/// What a person must know who hands over an app.
fn inside((place, is_copied): (&Place, bool), summary: &AppSummary, redaction: &Redaction) -> String {
    let clear = |text: &str| redaction.clear_text(text);
    let mut text = format!(
        "{} ({}) will be in the bundle {}, not redacted:\n",
        clear(&place.path().to_string()),
        print::size(summary.bytes),
        if is_copied { "as a copy without its data" } else { "as it is" },
    );
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<15} {value}");
    };
    line("what", summary.kind.words().to_owned());
    if let Some(packed) = &summary.packed_as {
        line("in a zip as", format!("{}; all other files in it too", clear(packed)));
    }
    line("title", summary.title.as_deref().map_or_else(|| "unknown".to_owned(), clear));
    let tables = summary.tables.iter().map(|table| {
        let rows = table.rows.map_or_else(|| "rows unknown".to_owned(), |rows| print::count(rows, "row"));
        format!("{} ({rows})", table.name)
    });
    line("tables", clear(&some(tables.collect())));
    let access = match summary.section_access {
        Some(true) => "yes; its users and passwords are inside",
        Some(false) => "no",
        None => "unknown",
    };
    line("section access", access.to_owned());
    let connections = summary.connections.iter().map(|one| format!("{} {}", one.kind, one.name));
    line("connections", clear(&some(connections.collect())));
    for problem in &summary.problems {
        line("not read", clear(problem));
    }
    text.push_str("Passwords, names and data inside stay readable for whoever gets the bundle.\n");
    text
}

fn some(names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let mut text = names.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, " and {more} more");
    }
    if text.is_empty() { "none found".to_owned() } else { text }
}
