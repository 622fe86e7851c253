//! Redacts what was collected before: a bundle, another program's zip, or a folder, into a new bundle that says what it was made of.

mod input;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::entry::{Counted, stamp};
use super::publish::{Collected, settle, top_folder};
use super::told::told;
use super::{Event, Reporter, Stop, disguise};
use crate::Error;
use crate::bundle::{End, Packing, Partial, PartialFile, Writer};
use crate::host::Clock;
use crate::manifest::{
    Entry, HostFacts, Lines, Manifest, Origin, Outcome, PackedLines, RedactionFacts, Run, SCHEMA, Tool,
    Totals,
};
use crate::plan::{EntryName, Names, known_of};
use crate::redact::{Hint, Privacy, Redaction};
use input::{Input, Member};

/// Everything that redacting once more needs.
pub struct Redo<'a> {
    /// Masks secrets.
    pub redaction: &'a Arc<Redaction>,
    /// What the user may ask while it works.
    pub stop: &'a Stop,
    /// Listens.
    pub tell: &'a dyn Reporter,
    /// How entries are packed, and by how many threads.
    pub packing: Packing,
    /// The clock of this machine.
    pub clock: &'a Clock,
    /// The command line; it is redacted before it is kept.
    pub arguments: Vec<String>,
}

/// Redacts the input into the temp file and publishes it once it has read back clean. Fails if the input is neither a folder nor a zip, or a
/// bundle that is not as it was written.
pub fn redact_again(redo: &Redo<'_>, path: &Path, partial: Partial) -> Result<Collected, Error> {
    let started = redo.clock.utc();
    let mut input = Input::open(path)?;
    let old = input.manifest()?;
    let mut writer = Writer::start(partial.out()?, &top_folder(&partial), started, redo.packing.clone());
    let mut lines = Lines::default();
    let members = input.members(old.as_ref())?;
    redo.tell.tell(Event::Started {
        items: members.len() as u64,
        bytes: members.iter().map(|member| member.bytes).sum(),
    });
    let mut names = Names::new();
    let mut known: BTreeMap<String, Entry> = old
        .iter()
        .flat_map(|old| old.entries.iter())
        .map(|entry| (entry.name.clone(), entry.clone()))
        .collect();
    let mut kind = None;
    for member in &members {
        if redo.stop.is_asked() {
            return Err(Error::Interrupted);
        }
        if kind.replace(member.is_config) != Some(member.is_config) {
            redo.redaction.look();
        }
        let line = known.remove(&member.name).unwrap_or_else(|| new_line(member));
        let entry = take(redo, &mut input, member, (line, &mut names, &mut writer))?;
        redo.tell.tell(Event::Done { outcome: entry.outcome });
        lines.push(&disguised(redo.redaction, entry));
    }
    // What the old bundle only speaks of.
    for entry in old.iter().flat_map(|old| old.entries.iter()).filter(|entry| known.contains_key(&entry.name))
    {
        let mut entry = entry.clone();
        entry.name = redo.redaction.clear_path(&entry.name);
        lines.push(&disguised(redo.redaction, entry));
    }
    let learned = redo.redaction.look();
    let mut manifest = manifest(redo, old, input.origin()?, lines.finish());
    manifest.run.started = stamp(started);
    manifest.redaction.learned_values = learned.len() as u64;
    redo.tell.tell(Event::Checking);
    settle(redo.redaction, partial, (writer, None), manifest)
}

fn new_line(member: &Member) -> Entry {
    Entry {
        source: member.path.clone(),
        category: "added".into(),
        item: "redact/input".into(),
        source_modified: member.modified.map(stamp),
        ..Entry::new(Outcome::Collected)
    }
}

fn disguised(redaction: &Redaction, entry: Entry) -> Entry {
    if redaction.privacy == Privacy::Identities { disguise::entry(redaction, entry) } else { entry }
}

/// Clears one member into the new bundle.
fn take(
    redo: &Redo<'_>,
    input: &mut Input,
    member: &Member,
    (mut entry, names, writer): (Entry, &mut Names, &mut Writer<PartialFile>),
) -> Result<Entry, Error> {
    let cleared = redo.redaction.clear_path(&member.name);
    let name = names.allocate(&EntryName::from_parts(cleared.split('/')));
    entry.name = name.to_string();
    // Nobody was asked about this bundle: an app goes through the rules like all else, which pass on text only.
    if std::mem::take(&mut entry.unredacted) {
        entry.reason = None;
    }
    let modified: Option<DateTime<Utc>> = member.modified;
    let source = match input.content(member) {
        Ok(source) => source,
        Err(error) => {
            let (outcome, reason) = known_of(&error);
            return Ok(Entry { outcome, reason: Some(reason.to_string()), sha256: None, bytes: 0, ..entry });
        }
    };
    let hint = Hint { pool: redo.packing.pool.clone(), ..Hint::new(name.file_name(), &[]) };
    let mut content = redo.redaction.clear(Counted { source, tell: redo.tell }, &hint);
    let added = writer.add(&name, &mut content, modified)?;
    entry.bytes = added.bytes;
    entry.source_bytes =
        if entry.source_bytes == 0 { added.clearance.source_bytes } else { entry.source_bytes };
    entry.sha256 = Some(added.sha256.to_string());
    entry.encoding = added.clearance.encoding;
    for (rule, count) in added.clearance.masks {
        *entry.masks.entry(rule).or_default() += count;
    }
    match added.end {
        End::Whole if entry.bytes == 0 => entry.outcome = Outcome::Empty,
        End::Whole => {}
        End::Withheld(reason) => {
            entry.outcome = Outcome::Withheld;
            entry.reason = Some(reason);
            entry.masks.clear();
        }
        End::SourceFailed(error) => {
            entry.outcome = Outcome::Truncated;
            entry.reason = Some(format!("reading failed: {}", known_of(&error).1));
        }
        End::NoRoom(_) => unreachable!("a new bundle of an old one has no limit"),
    }
    Ok(entry)
}

/// What the new bundle says: all that the old one said of its host, or nothing of one.
fn manifest(
    redo: &Redo<'_>,
    old: Option<Manifest>,
    origin: Origin,
    entries: PackedLines,
) -> Manifest<PackedLines> {
    let mut masks: BTreeMap<String, u64> = BTreeMap::new();
    for (rule, count) in entries.iter().flat_map(|entry| entry.masks) {
        *masks.entry(rule).or_default() += count;
    }
    let privacy = if redo.redaction.privacy == Privacy::Identities { "identities" } else { "secrets" };
    let totals: Totals = entries.totals().clone();
    let mut manifest = match old {
        Some(old) => old.with_entries(entries),
        None => Manifest {
            schema: SCHEMA.into(),
            tool: tool(redo.redaction),
            run: Run::default(),
            host: HostFacts { os: "unknown".into(), name: "unknown".into(), utc_offset: "+00:00".into() },
            installations: Vec::new(),
            left_overs: Vec::new(),
            probe_failures: Vec::new(),
            totals: Totals::default(),
            redaction: RedactionFacts::default(),
            case: None,
            completeness: None,
            entries,
        },
    };
    manifest.tool = tool(redo.redaction);
    manifest.run.finished = stamp(redo.clock.utc());
    manifest.run.mode = "redact".into();
    if let Some(content) = manifest.run.app_content.as_mut().filter(|content| *content == "full") {
        "summary".clone_into(content);
    }
    manifest.run.redacted_from = Some(origin);
    manifest.run.arguments =
        redo.arguments.iter().map(|argument| redo.redaction.clear_text(argument)).collect();
    manifest.totals = totals;
    // Names that a first redaction masked stay masked, at whatever level this one is.
    let is_lower = manifest.redaction.privacy == "identities";
    manifest.redaction.privacy = if is_lower { "identities" } else { privacy }.into();
    manifest.redaction.masks = masks;
    if let Some(origin) = &mut manifest.run.redacted_from {
        origin.name = redo.redaction.clear_name(&origin.name);
    }
    told(redo.redaction, disguise::head(redo.redaction, manifest), false)
}

fn tool(redaction: &Redaction) -> Tool {
    Tool {
        name: "qdiag".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        build: env!("QDIAG_TARGET").into(),
        rules: redaction.rules_version().to_owned(),
    }
}
