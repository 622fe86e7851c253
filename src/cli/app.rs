//! `qdiag app`: what an app is, without its data. Everything of it goes through the redaction before it is printed.

mod text;

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::exit::Exit;
use super::{args, fail, options, print};
use crate::Error;
use crate::app::{AppKind, AppSummary, Place};
use crate::host::{Host, HostPath};
use crate::redact::{Hint, Redaction};

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    apps: Vec<App>,
}

/// One app.
#[derive(Serialize)]
struct App {
    /// Where it is.
    file: String,
    #[serde(skip)]
    kind: AppKind,
    /// What is told of it.
    summary: Value,
    /// Its load script, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
}

/// What became of the apps: the worst counts.
#[derive(Default)]
struct Found {
    apps: Vec<App>,
    is_partial: bool,
    is_unreadable: bool,
}

pub(super) fn run(args: &args::App) -> Result<Exit, Error> {
    let redaction = options::redaction(&args.masking)?;
    let host = Host::live()?;
    let mut found = Found::default();
    for file in &args.files {
        let path = local_path(&host, file);
        match Place::all(&host, &path) {
            Err(error) => found.cannot_read(file, error),
            Ok(places) if places.is_empty() => found.no_app(
                &format!("{} holds no app", file.display()),
                "name a .qvf, .qvw, .qvd or .qvx file, a -prj folder, an unbuilt app, or a folder right in which they are",
            ),
            Ok(places) => places.iter().for_each(|place| found.read(args, &host, place, &redaction)),
        }
    }
    if args.json {
        print::json(&Document { schema: "1.0", apps: std::mem::take(&mut found.apps) });
    } else {
        show(args, &found.apps);
    }
    Ok(match found {
        Found { is_unreadable: true, .. } => Exit::Input,
        Found { is_partial: true, .. } => Exit::Partial,
        _ => Exit::Ok,
    })
}

fn show(args: &args::App, apps: &[App]) {
    let mut text = String::new();
    for app in apps {
        if !args.script {
            text.push_str(&text::screen(&app.file, app.kind, &app.summary));
            continue;
        }
        // With several, each says whose it is, as a comment of the script.
        if apps.len() > 1 {
            text.push_str(&format!("// {}\n", app.file));
        }
        text.push_str(&app.script.as_deref().unwrap_or_default().replace("\r\n", "\n"));
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    print::out(&printable(&text));
}

/// Tabs belong to a script; what else moves the cursor is shown and not done.
fn printable(text: &str) -> String {
    text.split('\t').map(print::plain).collect::<Vec<_>>().join("\t")
}

impl Found {
    fn cannot_read(&mut self, file: &Path, error: std::io::Error) {
        self.is_unreadable = true;
        fail::report(&Error::input("read", file, error));
    }

    fn no_app(&mut self, fact: &str, meaning: &str) {
        self.is_unreadable = true;
        fail::report(&Error::usage(fact, meaning));
    }

    fn read(&mut self, args: &args::App, host: &Host, place: &Place, redaction: &Redaction) {
        let file = place.path().to_string();
        let summary = match place.read(host) {
            Ok(summary) => summary,
            Err(error) => return self.cannot_read(&PathBuf::from(&file), error),
        };
        if summary.kind == AppKind::Unknown {
            return self.no_app(
                &format!("{file}: {}", summary.problems.join("; ")),
                "name a .qvf, .qvw, .qvd or .qvx file, a zip of one, a -prj folder or an unbuilt app",
            );
        }
        self.is_partial |= !summary.problems.is_empty();
        let script = if args.script { self.script(&file, &summary, redaction) } else { None };
        match redacted(&summary, redaction) {
            Ok(told) => self.apps.push(App {
                file: redaction.clear_name(&file),
                kind: summary.kind,
                summary: told,
                script,
            }),
            Err(reason) => self.withheld(&file, &reason),
        }
    }

    fn withheld(&mut self, file: &str, reason: &str) {
        self.is_partial = true;
        fail::note(
            &format!("{file}: withheld: {reason}"),
            "what cannot be masked with certainty is not shown",
        );
    }

    /// The script with its secrets masked.
    fn script(&mut self, file: &str, summary: &AppSummary, redaction: &Redaction) -> Option<String> {
        let Some(script) = &summary.script else {
            let why = if summary.kind.has_script() {
                "no load script was found in it"
            } else {
                "it has no load script"
            };
            fail::note(
                &format!("{file}: {why}"),
                "without --script the command tells what else is known of it",
            );
            self.is_partial |= summary.kind.has_script();
            return None;
        };
        let text = cleared(redaction, script.unredacted().as_bytes(), "script.qvs");
        text.map_err(|reason| self.withheld(file, &reason)).ok()
    }
}

/// The summary with its secrets masked.
fn redacted(summary: &AppSummary, redaction: &Redaction) -> Result<Value, String> {
    let bytes = serde_json::to_vec_pretty(summary).expect("a summary is plain data");
    let text = cleared(redaction, &bytes, "summary.json")?;
    serde_json::from_str(&text).map_err(|_| "it would no longer be JSON after masking".to_owned())
}

fn cleared(redaction: &Redaction, bytes: &[u8], name: &str) -> Result<String, String> {
    let mut cleared = redaction.clear(Cursor::new(bytes), &Hint::new(name, &[]));
    let mut text = Vec::new();
    cleared.read_to_end(&mut text).map_err(|error| error.to_string())?;
    match &cleared.clearance().withheld {
        Some(reason) => Err(reason.clone()),
        None => Ok(String::from_utf8_lossy(&text).into_owned()),
    }
}

/// The path of a file that the user named on this machine. A link that is named is meant as what it leads to.
fn local_path(host: &Host, file: &Path) -> HostPath {
    let is_link = file.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    let target = if is_link { file.canonicalize().ok() } else { None };
    let path = target.unwrap_or_else(|| std::path::absolute(file).unwrap_or_else(|_| file.to_owned()));
    let Some(text) = path.to_str() else {
        return HostPath::from_bytes(host.os, path.as_os_str().as_encoded_bytes());
    };
    // Windows writes what a link leads to with a prefix of its own.
    let share = text.strip_prefix(r"\\?\UNC\").map(|share| format!(r"\\{share}"));
    let plain = share.as_deref().or_else(|| text.strip_prefix(r"\\?\")).unwrap_or(text);
    HostPath::new(host.os, plain)
}
