//! Paths that reach beyond the product: a wildcard before anything names it, a default that is a folder of all programs, a never glob
//! that nothing could match.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Problem, Section, tell};
use crate::definition::lines::Place;
use crate::definition::template::{Piece, pieces};

/// Environment variables that name a folder of all programs or of a person. Others belong to a product.
const SHARED_VARIABLES: [&str; 18] = [
    "programdata",
    "allusersprofile",
    "programfiles",
    "programfiles(x86)",
    "programw6432",
    "commonprogramfiles",
    "commonprogramfiles(x86)",
    "systemroot",
    "windir",
    "systemdrive",
    "temp",
    "tmp",
    "userprofile",
    "appdata",
    "localappdata",
    "public",
    "home",
    "homedrive",
];

/// Names of folders that are everybody's.
const SHARED_FOLDERS: [&str; 55] = [
    "users",
    "home",
    "root",
    "documents and settings",
    "program files",
    "program files (x86)",
    "programdata",
    "common files",
    "windows",
    "system32",
    "microsoft",
    "temp",
    "tmp",
    "appdata",
    "local",
    "locallow",
    "roaming",
    "programs",
    "documents",
    "desktop",
    "downloads",
    "public",
    "all users",
    "opt",
    "var",
    "usr",
    "etc",
    "srv",
    "mnt",
    "media",
    "data",
    "log",
    "logs",
    "lib",
    "lib64",
    "share",
    "bin",
    "sbin",
    "run",
    "cache",
    "spool",
    "systemd",
    "system",
    "init.d",
    "sysconfig",
    "default",
    "library",
    "application support",
    "applications",
    "volumes",
    "private",
    "conf",
    "config",
    ".config",
    "proc",
];

/// Letters of a name that must be fixed for it to name a product.
const FIXED: usize = 3;

/// What a path begins with.
#[derive(Debug, PartialEq, Eq)]
enum Reach {
    /// A variable of the definition or a folder of the product.
    Product,
    /// One file or folder, without a wildcard, in a folder of everybody.
    One,
    /// Whatever stands in a folder of everybody.
    Anything,
}

/// Names that only the product's own files have, or their folders. People keep such files beside their documents, wherever those are.
const BESIDE_DOCUMENTS: [&str; 3] = [".qvw.", ".qvf.", "-prj/"];

/// Whether a path names files that stand beside documents, at a depth that is said.
fn is_beside_document(path: &str) -> bool {
    let names = names(path);
    let last = names[names.len().saturating_sub(2)..].join("/");
    BESIDE_DOCUMENTS.iter().any(|own| last.contains(own)) && !path.contains("**")
}

/// Whether a path names apps, at a depth that is said. People keep them wherever they keep their documents.
fn is_app(path: &str) -> bool {
    let names = names(path);
    let app = |name: &String| [".qvw", ".qvf"].iter().any(|ending| name.ends_with(ending));
    names.last().is_some_and(app) && !path.contains("**")
}

/// Tells of paths that reach whatever stands on the host.
pub(super) fn roots(sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    let defaults = defaults(sections);
    let reach = |path: &str, takes: bool| reach(&by_default(path, &defaults), takes);
    let hint = r"begin it with a {variable} or name a folder of the product before the first wildcard: '%ProgramData%\Example\**'";
    for section in sections {
        for (number, path) in section.texts("paths").enumerate() {
            let own = is_beside_document(path) || (section.top == "apps" && is_app(path));
            if reach(path, true) == Reach::Anything && !own {
                let place = section.place.then("paths").at(number);
                tell(problems, place, "can match what is not the product's", hint);
            }
        }
        let Some(path) = section.text("path") else { continue };
        if reach(path, false) == Reach::Anything {
            tell(problems, section.place.then("path"), "can match what is not the product's", hint);
        } else if names_folder(section) && reach(&folder(path, section), false) != Reach::Product {
            let message = "gives a variable a folder that is not the product's";
            tell(
                problems,
                section.place.clone(),
                message,
                "write a smaller up, so that it ends in a folder of the product",
            );
        }
    }
}

/// Variables that are a folder of everybody where the host tells nothing, with that folder.
fn defaults<'s>(sections: &'s [Section<'_>]) -> Vec<(String, &'s str)> {
    let of = |section: &'s Section<'_>| {
        let default =
            section.text("default").filter(|path| is_path(path) && reach(path, false) != Reach::Product)?;
        Some((format!("{{{}}}", section.text("name")?), default))
    };
    sections.iter().filter(|section| section.top == "variable").filter_map(of).collect()
}

/// A path with the default of the variable that it begins with, if that is a folder of everybody.
fn by_default(path: &str, defaults: &[(String, &str)]) -> String {
    let found = defaults
        .iter()
        .find_map(|(name, default)| Some(format!("{default}{}", path.strip_prefix(name.as_str())?)));
    found.unwrap_or_else(|| path.to_owned())
}

/// Whether a variable becomes the folder of the file that a probe finds.
fn names_folder(section: &Section<'_>) -> bool {
    section.kind == "search" || (section.kind == "file" && section.text("variable").is_some())
}

/// The folder that a probe for a file gives.
fn folder(path: &str, section: &Section<'_>) -> String {
    let up = section.table.get("up").and_then(Value::as_integer).and_then(|up| usize::try_from(up).ok());
    let mut names = names(path);
    names.truncate(names.len().saturating_sub(1 + up.unwrap_or(0)));
    names.join("/")
}

/// Tells of never globs that begin where no item takes anything.
pub(super) fn never(table: &Table, sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    let items = sections.iter().filter(|section| section.top == "collect");
    let mut roots: BTreeSet<String> = items.flat_map(|item| item.texts("paths")).filter_map(root).collect();
    for variable in sections.iter().filter(|section| section.top == "variable") {
        let name = variable.text("name").map(|name| format!("{{{name}}}")).unwrap_or_default();
        let default = variable.text("default").and_then(root);
        if let Some(default) = default.filter(|default| roots.contains(&name) || roots.contains(default)) {
            roots.extend([name, default]);
        }
    }
    let globs = table.get("never").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for (number, glob) in globs.enumerate() {
        let Some(root) = root(glob).filter(|root| !roots.contains(root)) else { continue };
        let known: Vec<&str> = roots.iter().map(String::as_str).collect();
        let hint =
            format!("begin it where items do ({}), or write only the name of the file", known.join(", "));
        let place = Place::key("never").at(number);
        tell(problems, place, format!("can match nothing: no item takes anything below {root}"), hint);
    }
}

/// Where a path begins, to compare: its variable, or its first two names. None for a glob that may begin anywhere.
fn root(path: &str) -> Option<String> {
    let absolute = path.starts_with(['/', '\\', '%', '{']) || path.get(1..2) == Some(":");
    if !absolute {
        return None;
    }
    let names = names(path);
    let first = names.first()?;
    let own = first.starts_with('{') || names.len() == 1;
    Some(if own { first.clone() } else { format!("{first}/{}", names[1]) })
}

/// The names of a path in lower case; variables stay as they are written.
fn names(path: &str) -> Vec<String> {
    let slashed = path.replace('\\', "/").to_lowercase();
    slashed.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn is_path(text: &str) -> bool {
    match pieces(text).first() {
        Some(Piece::Environment(name)) => SHARED_VARIABLES.contains(&name.to_lowercase().as_str()),
        _ => text.starts_with(['/', '\\']) || text.get(1..2) == Some(":"),
    }
}

/// How far a path reaches. What only looks for a file may look into each folder, but not below all of them.
fn reach(path: &str, takes: bool) -> Reach {
    if matches!(pieces(path).first(), Some(Piece::Variable(_))) {
        return Reach::Product;
    }
    let mut wanders = false;
    let mut before = String::new();
    for name in names(path) {
        let fixed = name.find(['*', '?', '[']).map_or(name.len(), |end| name[..end].chars().count());
        if name == "**" {
            return Reach::Anything;
        }
        if fixed < name.len() && fixed < FIXED {
            // The folder of each person is no product's, but what is named below it is.
            let of_people = name == "*" && matches!(before.as_str(), "users" | "home" | "appdata");
            if takes && !of_people {
                return Reach::Anything;
            }
            wanders = true;
        } else if !is_shared(&name) {
            return Reach::Product;
        }
        before = name;
    }
    if wanders { Reach::Anything } else { Reach::One }
}

fn is_shared(name: &str) -> bool {
    let variable = name.strip_prefix('%').and_then(|name| name.strip_suffix('%'));
    let drive = name.len() == 2 && name.ends_with(':');
    drive || variable.is_some_and(|name| SHARED_VARIABLES.contains(&name)) || SHARED_FOLDERS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_reach_the_product_or_beyond() {
        let table = [
            (r"{data_dir}\**\*.log", Reach::Product),
            (r"%ProgramData%\Qlik\**\*", Reach::Product),
            (r"%ProgramData%\*\x.log", Reach::Anything),
            (r"%ProgramData%\**\x.log", Reach::Anything),
            (r"%TALEND_HOME%\**", Reach::Product),
            (r"%TEMP%\Qlik*.log", Reach::Product),
            (r"%TEMP%\*.log", Reach::Anything),
            (r"%TEMP%\ab*.log", Reach::Anything),
            (r"C:\Users\*\AppData\Local\Temp\Qlik*.log", Reach::Product),
            (r"C:\Users\*\AppData\**\Qlik*.log", Reach::Anything),
            (r"C:\Users\*\AppData\*\Qlik\log*\*", Reach::Product),
            (r"C:\Users\**", Reach::Anything),
            (r"C:\*\Qlik\x.log", Reach::Anything),
            ("/home/*/.qlik/*", Reach::Product),
            ("/home/*/*.log", Reach::Anything),
            ("/home/*", Reach::Anything),
            ("/var/log/messages", Reach::Product),
            ("/var/log/*.log", Reach::Anything),
            ("/opt/qlik/**", Reach::Product),
            ("/opt", Reach::One),
            (r"\\files\qlik\*", Reach::Product),
        ];
        for (path, wanted) in table {
            assert_eq!(reach(path, true), wanted, "{path}");
        }
        assert_eq!(reach(r"C:\*\Talend-Studio*\x.ini", false), Reach::Product);
        assert_eq!(reach(r"C:\**\Talend-Studio*\x.ini", false), Reach::Anything);
        assert_eq!(reach(r"C:\*\*", false), Reach::Anything);
    }
}
