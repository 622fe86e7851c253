//! Apps in Qlik's container (`.qvf`, and some `.qvd`): a small file system whose streams hold JSON, the load script and the data.
//!
//! It reads what describes the app and the heads of tables, never the symbols and rows. Whatever the bytes say, it reads a
//! bounded number of them, keeps a bounded number of names, and ends.

mod container;
mod directory;
mod drift;
mod model;
mod payload;
mod streams;
mod tables;
mod trouble;

#[cfg(test)]
mod tests;

use serde::de::DeserializeOwned;

use super::objects::Objects;
use super::properties::Properties;
use super::tolerant::MOST;
use super::{AppKind, AppSummary, Script, Source};
use container::{Container, Content, Inode, Limits};
use directory::{Entry, Listing};
use trouble::Trouble;

/// Streams that hold the script; the second one in old apps.
const SCRIPTS: [&str; 2] = ["qvapp_appscript", "app_appscript"];
/// Size of the section access table when there is none.
const NO_SECTION_ACCESS: u64 = 27;
/// Folders and streams that hold no object of the app, by how they begin.
const NO_OBJECTS: [&str; 6] =
    ["data/", "media/", "qvapp_", "app_appscript", "user_variablelist", "LoadModel"];

/// Reads an app. What cannot be read is a line of `problems`.
pub fn read(source: &mut dyn Source) -> AppSummary {
    read_within(source, Limits::default())
}

fn read_within(source: &mut dyn Source, limits: Limits) -> AppSummary {
    let mut summary = AppSummary::new(AppKind::Unknown, 0);
    let mut container = match Container::open(source, limits) {
        Ok(Some(container)) => container,
        Ok(None) => {
            summary.problems.push("the file does not begin as an app of Qlik Sense does".into());
            return summary;
        }
        Err(trouble) => {
            summary.problems.push(format!("the file {trouble}"));
            return summary;
        }
    };
    (summary.kind, summary.bytes) = (AppKind::Qvf, container.size());
    if container.mend() {
        let says = "bytes of the file were lost or added, as when version control converts line ends: its size is no multiple of 512";
        summary.problems.push(says.into());
    }
    let listing = match directory::list(&mut container) {
        Ok(listing) => listing,
        Err(trouble) => {
            summary.problems.push(format!("the directory of the file {trouble}, so nothing of it is known"));
            return summary;
        }
    };
    let mut reader = Reader { container, listing, summary };
    reader.directory();
    if reader.listing.entries.iter().any(|entry| entry.kind.as_deref() == Some("tableheader")) {
        reader.stored_tables();
    } else {
        reader.app();
    }
    reader.summary
}

/// A container that is being read.
struct Reader<'a> {
    container: Container<'a>,
    listing: Listing,
    summary: AppSummary,
}

impl Reader<'_> {
    fn app(&mut self) {
        self.header();
        self.properties();
        self.section_access();
        self.model();
        self.variables();
        self.script();
        self.objects();
    }

    fn problem(&mut self, what: &str, trouble: Trouble) {
        self.summary.problems.push(format!("{what} {trouble}"));
    }

    /// What of the directory could not be read.
    fn directory(&mut self) {
        if !self.listing.lost.is_empty() {
            let text = match self.listing.lost.len() {
                1 if self.listing.lost[0].is_empty() => {
                    "the directory is damaged, parts may be missing".to_owned()
                }
                1 => "a folder of the directory is damaged, parts may be missing".to_owned(),
                count => format!("{count} folders of the directory are damaged, parts may be missing"),
            };
            self.summary.problems.push(text);
        }
        if self.listing.more {
            self.summary.problems.push("the directory is larger than is read of one".into());
        }
    }

    /// The first entry of this path.
    fn find(&self, path: &str) -> Option<&Entry> {
        self.listing.entries.iter().find(|entry| entry.path == path)
    }

    fn inode(&mut self, path: &str) -> Result<Inode, Trouble> {
        let place = self.find(path).ok_or(Trouble::Absent)?.place;
        self.container.inode(place)
    }

    /// The unpacked content of a stream.
    fn content(&mut self, place: u64) -> Result<Content, Trouble> {
        let inode = self.container.inode(place)?;
        let Limits { stored, unpacked, .. } = self.container.limits;
        if inode.size > stored {
            return Err(Trouble::TooLarge);
        }
        let content = payload::unpack(self.container.read(&inode, stored)?, unpacked);
        self.container.charge(content.bytes.len() as u64)?;
        Ok(content)
    }

    fn content_of(&mut self, path: &str) -> Result<Content, Trouble> {
        let place = self.find(path).ok_or(Trouble::Absent)?.place;
        self.content(place)
    }

    /// The JSON of a stream; the NUL that ends it does not matter, nor does damage behind it.
    fn json<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Trouble> {
        parse(&self.content_of(path)?.bytes).ok_or(Trouble::Damaged)
    }

    fn header(&mut self) {
        match self.json::<streams::Header>("qvapp_header") {
            Ok(header) => self.summary.build = header.buildno.text(),
            Err(trouble) => self.problem("the header", trouble),
        }
    }

    fn properties(&mut self) {
        const STREAM: &str = "qvapp_approperties";
        match self.json::<Properties>(STREAM) {
            Ok(read) => read.tell(&mut self.summary),
            Err(trouble) => {
                self.summary.title = self.find(STREAM).and_then(|entry| entry.title.clone());
                self.problem("the part with title, version and reload time", trouble);
            }
        }
    }

    /// Whether there is a section access table; its values are not read.
    fn section_access(&mut self) {
        match self.inode("qvapp_qaccess") {
            Ok(inode) => {
                let has = self.summary.section_access.unwrap_or(false) || inode.size > NO_SECTION_ACCESS;
                self.summary.section_access = Some(has);
            }
            Err(Trouble::Absent) => {}
            Err(trouble) => self.problem("the section access table", trouble),
        }
    }

    fn variables(&mut self) {
        for (path, what) in [
            ("qvapp_variablelist", "the list of variables"),
            ("user_variablelist", "the list of the app's own variables"),
        ] {
            match self.json::<streams::Variables>(path) {
                Ok(read) => {
                    let names: Vec<_> =
                        read.entries.kept.iter().filter_map(streams::Variable::name).collect();
                    self.summary.variables.extend(names);
                }
                Err(Trouble::Absent) => {}
                Err(trouble) => self.problem(what, trouble),
            }
        }
        let mut seen = std::collections::HashSet::new();
        self.summary.variables.retain(|name| seen.insert(name.clone()));
        self.summary.variables.truncate(MOST);
    }

    fn script(&mut self) {
        let mut trouble = Trouble::Absent;
        for path in SCRIPTS {
            match self.content_of(path) {
                Ok(content) => {
                    if let Some((text, is_whole)) = script_text(&content) {
                        self.summary.set_script(Script::new(text));
                        if !is_whole {
                            self.summary
                                .problems
                                .push("the load script is damaged, only its beginning is told".into());
                        }
                        return;
                    }
                    trouble = Trouble::Damaged;
                }
                Err(Trouble::Absent) => {}
                Err(other) => trouble = other,
            }
        }
        self.problem("the load script", trouble);
        self.script_in_properties();
    }

    /// The script that an app keeps beside the real one, which may be an older one.
    fn script_in_properties(&mut self) {
        let Ok(content) = self.content_of("qvapp_allproperties") else { return };
        if let Some(text) = model::script_in_properties(&content.bytes) {
            let script = Script::new(text.to_owned());
            self.summary.set_script(script);
            let says = "the script told is the one among the document properties, which may be an older one";
            self.summary.problems.push(says.into());
        }
    }

    fn objects(&mut self) {
        let is_object = |entry: &&Entry| !NO_OBJECTS.iter().any(|start| entry.path.starts_with(start));
        let entries: Vec<u64> =
            self.listing.entries.iter().filter(is_object).map(|entry| entry.place).collect();
        let (mut objects, mut unread, mut is_exhausted) = (Objects::default(), 0_u64, false);
        for place in &entries {
            match self.content(*place) {
                Ok(content) if is_read(&mut objects, &content) => {}
                Ok(_) => unread += 1,
                Err(trouble) => {
                    unread += 1;
                    is_exhausted |= trouble == Trouble::Exhausted;
                }
            }
            if is_exhausted {
                break;
            }
        }
        if unread > 0 && !is_exhausted {
            let text =
                format!("{unread} of {} sheets, master items or bookmarks could not be read", entries.len());
            self.summary.problems.push(text);
        }
        if objects.more || is_exhausted {
            self.summary.problems.push("not all sheets and objects were read, for there are too many".into());
        }
        (self.summary.sheets, self.summary.objects) = objects.into_parts();
    }
}

/// Whether this was an object, in one of the two ways in which they are written.
fn is_read(objects: &mut Objects, content: &Content) -> bool {
    if content.bytes.first().is_some_and(|byte| matches!(byte, b'{' | b'[')) {
        return objects.add(&content.bytes).is_ok();
    }
    match model::bookmark(&content.bytes) {
        Some(bookmark) => objects.push(bookmark),
        None => return false,
    }
    true
}

/// The value at the beginning of the bytes.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    T::deserialize(&mut serde_json::Deserializer::from_slice(bytes)).ok()
}

/// The script, and whether it is the whole one.
fn script_text(content: &Content) -> Option<(String, bool)> {
    if let Some(read) = parse::<streams::ScriptText>(&content.bytes) {
        return Some((read.script, true));
    }
    // The beginning of a script, perhaps with a part of a character or of an escape at its end.
    (0..8_usize.min(content.bytes.len())).find_map(|cut| {
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(content.bytes.len() + 2));
        bytes.extend_from_slice(content.bytes.get(..content.bytes.len() - cut)?);
        bytes.extend_from_slice(b"\"}");
        parse::<streams::ScriptText>(&bytes).map(|read| (read.script, false))
    })
}
