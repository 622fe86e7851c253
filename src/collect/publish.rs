//! From plan to published bundle: gather, finish, read back, mend or refuse, publish.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::entry::stamp;
use super::{Event, Gathered, Job, gather};
use crate::Error;
use crate::bundle::{self, Added, Contents, Partial, PartialFile, Sha256Hex, Writer};
use crate::manifest::{Entry, HostFacts, Manifest, PackedLines, RedactionFacts, Run, SCHEMA, Tool};
use crate::plan::{EntryName, Plan};
use crate::redact::{Hint, Learned, Privacy};

/// A published bundle.
pub struct Collected {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256 of the zip.
    pub sha256: Sha256Hex,
    /// Size of the zip in bytes.
    pub bytes: u64,
    /// What it says of itself.
    pub manifest: Manifest<PackedLines>,
}

/// Runs the plan into the temp file and publishes it once it has read back clean.
pub fn collect(job: &Job<'_>, plan: &Plan, mut partial: Partial) -> Result<Collected, Error> {
    let started = job.host.clock.utc();
    let mark = job.host.clock.mark();
    let top = top_folder(&partial);
    let mut writer = Writer::start(partial.out()?, &top, started);
    let gathered = gather(job, plan, &mut writer)?;
    let spent = u64::try_from(job.host.clock.since(mark).as_millis()).unwrap_or(u64::MAX);
    let learned = job.redaction.learned();
    let mut manifest = manifest(job, gathered, &stamp(started), spent);
    manifest.redaction.learned_values = learned.len() as u64;
    job.tell.tell(Event::Checking);
    let contents = finish(job, writer, &manifest)?;
    let hits = search(&partial, &contents, &learned)?;
    if !hits.is_empty() {
        let (mended, second) = mend(job, &partial, &contents, &hits, (&manifest, &learned))?;
        manifest = second;
        partial = mended;
    }
    let published = partial.publish()?;
    Ok(Collected { path: published.path, sha256: published.sha256, bytes: published.bytes, manifest })
}

/// The name of the zip without its ending is the one folder in it.
fn top_folder(partial: &Partial) -> String {
    partial.target().file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn finish(
    job: &Job<'_>,
    writer: Writer<PartialFile>,
    manifest: &Manifest<PackedLines>,
) -> Result<Contents, Error> {
    Ok(writer.finish(manifest, job.redaction)?.contents)
}

/// Entries of the finished bundle that still hold a value which was masked elsewhere.
fn search(partial: &Partial, contents: &Contents, learned: &Learned) -> Result<BTreeSet<EntryName>, Error> {
    let checked = bundle::check(partial.read_back()?, contents, &|_, content| learned.scan(content))?;
    Ok(checked.hits.into_iter().map(|(name, _)| name).collect())
}

/// Writes the bundle once more with the late discoveries masked. If one is left even then, nothing is published.
fn mend(
    job: &Job<'_>,
    partial: &Partial,
    contents: &Contents,
    hits: &BTreeSet<EntryName>,
    (manifest, learned): (&Manifest<PackedLines>, &Learned),
) -> Result<(Partial, Manifest<PackedLines>), Error> {
    let second = partial.second()?;
    let (writer, changed) =
        bundle::rewrite(partial.read_back()?, contents, second.out()?, hits, &|name, content| {
            let hint = Hint { name: name.file_name().to_owned(), rules: Vec::new() };
            job.redaction.clear_with(content, &hint, Some(learned))
        })?;
    let changed: BTreeMap<String, Added> =
        changed.into_iter().map(|(name, added)| (name.to_string(), added)).collect();
    let entries = manifest.entries.map(|entry| corrected(entry, &changed));
    let mut manifest = manifest.with_entries(entries);
    manifest.totals = manifest.entries.totals().clone();
    manifest.redaction.masks.clear();
    for entry in manifest.entries.iter() {
        for (rule, count) in entry.masks {
            *manifest.redaction.masks.entry(rule).or_default() += count;
        }
    }
    let contents = finish(job, writer, &manifest)?;
    let left = search(&second, &contents, learned)?;
    if left.is_empty() {
        return Ok((second, manifest));
    }
    Err(Error::Leak { entries: left.iter().map(ToString::to_string).collect() })
}

/// The line of an entry that was cleared again: its new digest and size, and the masks of both passes.
fn corrected(mut entry: Entry, changed: &BTreeMap<String, Added>) -> Entry {
    let Some(added) = changed.get(&entry.name).filter(|_| entry.sha256.is_some()) else { return entry };
    entry.bytes = added.bytes;
    entry.sha256 = Some(added.sha256.to_string());
    for (rule, count) in &added.clearance.masks {
        *entry.masks.entry(rule.clone()).or_default() += count;
    }
    entry
}

fn manifest(job: &Job<'_>, gathered: Gathered, started: &str, collect_ms: u64) -> Manifest<PackedLines> {
    let entries = gathered.lines.finish();
    let mut durations_ms = job.durations_ms.clone();
    durations_ms.insert("collect".into(), collect_ms);
    let privacy = match job.redaction.privacy {
        Privacy::Secrets => "secrets",
        Privacy::Identities => "identities",
    };
    Manifest {
        schema: SCHEMA.into(),
        tool: Tool {
            name: "qdiag".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            build: env!("QDIAG_TARGET").into(),
            rules: job.redaction.rules_version().to_owned(),
        },
        run: Run {
            started: started.to_owned(),
            finished: stamp(job.host.clock.utc()),
            durations_ms,
            slowest: gathered.slowest,
            arguments: job.arguments.iter().map(|argument| job.redaction.clear_text(argument)).collect(),
            mode: if job.host.root.is_some() { "root" } else { "live" }.into(),
            administrator: job.host.administrator,
            interrupted: gathered.interrupted,
            case_number: job.case_number.clone(),
        },
        host: HostFacts {
            os: job.host.os.word().into(),
            name: job.host.name.clone(),
            utc_offset: job.host.clock.now().format("%:z").to_string(),
        },
        installations: job.installations.clone(),
        probe_failures: job.probe_failures.clone(),
        totals: entries.totals().clone(),
        redaction: RedactionFacts { privacy: privacy.into(), masks: gathered.masks, learned_values: 0 },
        entries,
    }
}
