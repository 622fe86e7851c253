//! Apps that were taken apart into a folder of texts: `app-properties.json`, `script.qvs`, `connections.yml` and so on.
//!
//! Of connections it tells names and kinds, never strings, users or passwords; of variables their names, never their values.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::objects::Objects;
use super::properties::Properties;
use super::tolerant::{Few, MOST, Scalar, cut};
use super::{AppKind, AppSummary, Connection, Folder, Script};

/// Most bytes that are read of a file.
const LARGEST: usize = 32 << 20;
/// Most bytes that are read of all files.
const ALL: u64 = 512 << 20;

/// Where a part stands when `config.yml` does not say.
const PLACES: [(&str, &str); 7] = [
    ("script", "script.qvs"),
    ("connections", "connections.yml"),
    ("dimensions", "dimensions.json"),
    ("measures", "measures.json"),
    ("objects", "objects/*.json"),
    ("variables", "variables.json"),
    ("app-properties", "app-properties.json"),
];

/// One item of `variables.json`.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Variable {
    #[serde(rename = "qName")]
    name: Scalar,
}

/// Reads an app. What cannot be read is a line of `problems`.
pub fn read(folder: &mut dyn Folder) -> AppSummary {
    let mut summary = AppSummary::new(AppKind::Unbuilt, 0);
    let names = match folder.names() {
        Ok(names) => names,
        Err(error) => {
            summary.problems.push(format!("the folder cannot be listed ({})", error.kind()));
            return summary;
        }
    };
    let mut reader = Reader { folder, names, places: Vec::new(), summary };
    reader.places();
    reader.properties();
    reader.connections();
    reader.variables();
    reader.objects();
    reader.script();
    reader.summary
}

/// A folder that is being read.
struct Reader<'a> {
    folder: &'a mut dyn Folder,
    names: Vec<String>,
    /// What `config.yml` says, only of files that are listed.
    places: Vec<(String, String)>,
    summary: AppSummary,
}

impl Reader<'_> {
    /// The file; `Ok(None)` when there is none, else what stands in the way.
    fn bytes(&mut self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
        if !self.names.iter().any(|known| known == name) {
            return Ok(None);
        }
        if self.summary.bytes >= ALL {
            return Err("was left out, for the folder holds more than is read of one".into());
        }
        let read = self.folder.read(name, LARGEST.saturating_add(1));
        let bytes = Zeroizing::new(read.map_err(|error| format!("cannot be read ({})", error.kind()))?);
        if bytes.len() > LARGEST {
            return Err("is too large to be read".into());
        }
        self.summary.bytes = self.summary.bytes.saturating_add(bytes.len() as u64);
        Ok(Some(bytes))
    }

    /// The file, with a line of `problems` when it cannot be read.
    fn file(&mut self, name: &str) -> Option<Zeroizing<Vec<u8>>> {
        self.bytes(name).unwrap_or_else(|trouble| {
            self.summary.problems.push(format!("{name} {trouble}"));
            None
        })
    }

    /// Reads `config.yml`: lines of a key and a path.
    fn places(&mut self) {
        let Some(bytes) = self.file("config.yml") else { return };
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        for (key, path) in text.lines().filter_map(|line| line.split_once(':')) {
            let path = unquoted(path.trim()).trim_start_matches("./");
            if PLACES.iter().any(|(known, _)| *known == key) && !path.is_empty() {
                self.places.push((key.to_owned(), path.to_owned()));
            }
        }
    }

    /// Where this part stands.
    fn place(&self, part: &str) -> String {
        let told = self.places.iter().find(|(key, _)| key == part).map(|(_, path)| path.clone());
        let usual = PLACES.iter().find(|(key, _)| *key == part).map(|(_, path)| (*path).to_owned());
        told.or(usual).unwrap_or_default()
    }

    fn part(&mut self, part: &str) -> Option<Zeroizing<Vec<u8>>> {
        let place = self.place(part);
        self.file(&place)
    }

    fn json<T: DeserializeOwned>(&mut self, part: &str) -> Option<T> {
        let bytes = self.part(part)?;
        let read = serde_json::from_slice(without_mark(&bytes)).ok();
        if read.is_none() {
            self.summary.problems.push(format!("{} is damaged", self.place(part)));
        }
        read
    }

    fn properties(&mut self) {
        let Some(read) = self.json::<Properties>("app-properties") else { return };
        read.tell(&mut self.summary);
    }

    fn connections(&mut self) {
        let Some(bytes) = self.part("connections") else { return };
        let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
        self.summary.connections = connections(&text);
    }

    fn variables(&mut self) {
        let Some(read) = self.json::<Few<Variable>>("variables") else { return };
        let mut seen = BTreeSet::new();
        let names = read.kept.iter().filter_map(|variable| variable.name.text());
        self.summary.variables = names.filter(|name| seen.insert(name.clone())).collect();
    }

    fn objects(&mut self) {
        let pattern = self.place("objects");
        let (start, end) = pattern.split_once('*').unwrap_or((&pattern, ""));
        let is_object =
            |name: &&String| name.len() >= pattern.len() && name.starts_with(start) && name.ends_with(end);
        let mut files: Vec<String> = self.names.iter().filter(is_object).take(MOST).cloned().collect();
        files.sort_unstable();
        for part in ["measures", "dimensions"] {
            files.insert(0, self.place(part));
        }
        let mut objects = Objects::default();
        let (mut unread, mut all) = (0_u64, 0_u64);
        for name in files {
            let is_read = match self.bytes(&name) {
                Ok(Some(bytes)) => objects.add(without_mark(&bytes)).is_ok(),
                Ok(None) => continue,
                Err(_) => false,
            };
            all += 1;
            unread += u64::from(!is_read);
        }
        if unread > 0 {
            let text =
                format!("{unread} of {all} files of sheets, objects or master items could not be read");
            self.summary.problems.push(text);
        }
        if objects.more {
            self.summary.problems.push("not all objects are told, for there are too many".into());
        }
        (self.summary.sheets, self.summary.objects) = objects.into_parts();
    }

    fn script(&mut self) {
        let name = self.place("script");
        match self.file(&name) {
            Some(bytes) => {
                let text = String::from_utf8_lossy(without_mark(&bytes)).into_owned();
                self.summary.set_script(Script::new(text));
            }
            None => self.summary.problems.push("the load script is not there".into()),
        }
    }
}

/// Bytes behind a byte order mark.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// A YAML text without the quotes around it.
fn unquoted(text: &str) -> &str {
    let within = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    within('"').or(within('\'')).unwrap_or(text)
}

/// Name and kind of each connection: a key below `connections`, and the `type` below it. Nothing else is looked at.
fn connections(text: &str) -> Vec<Connection> {
    let mut found: Vec<Connection> = Vec::new();
    let (mut is_inside, mut of_name, mut of_property) = (false, None, None);
    for line in text.lines() {
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.trim().is_empty() || content.starts_with('#') {
            continue;
        }
        if indent == 0 {
            (is_inside, of_name, of_property) = (content.trim_end() == "connections:", None, None);
        } else if is_inside && *of_name.get_or_insert(indent) == indent {
            of_property = None;
            if let Some(name) = content.trim_end().strip_suffix(':').filter(|_| found.len() < MOST) {
                found.push(Connection { name: cut(unquoted(name)).to_owned(), kind: "unknown".into() });
            }
        } else if is_inside && *of_property.get_or_insert(indent) == indent {
            let kind = content.strip_prefix("type:").map(|kind| unquoted(kind.trim()));
            if let (Some(kind), Some(connection)) = (kind.filter(|kind| !kind.is_empty()), found.last_mut()) {
                cut(kind).clone_into(&mut connection.kind);
            }
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|connection| seen.insert(connection.clone()));
    found
}

#[cfg(test)]
mod tests;
