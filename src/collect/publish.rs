//! From plan to published bundle: gather, finish, read back, mend or refuse, publish.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use super::budget::Budget;
use super::disguise;
use super::entry::stamp;
use super::told::{ticket, told};
use super::{Event, Gathered, Job, gather};
use crate::Error;
use crate::analyze::Analysis;
use crate::bundle::{
    self, Added, Again, Contents, Digest, Packing, Partial, PartialFile, Search, Sha256Hex, Writer,
};
use crate::manifest::{
    Entry, HostFacts, Manifest, PackedLines, RedactionFacts, Run, SCHEMA, Tool, WindowFacts,
};
use crate::plan::{EntryName, Names, Plan};
use crate::pool::Pool;
use crate::redact::{Privacy, Redaction};

/// A published bundle.
pub struct Collected {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256 of the zip.
    pub sha256: Sha256Hex,
    /// Size of the zip in bytes.
    pub bytes: u64,
    /// What the logs tell, if they were analyzed.
    pub analysis: Option<Analysis>,
    /// The table beside it that tells what stand-ins of identities stand for, if it has any.
    pub table: Option<PathBuf>,
    /// Whether collecting ended early, since the disk had too little space left.
    pub is_disk_full: bool,
    /// What it says of itself.
    pub manifest: Manifest<PackedLines>,
}

/// Runs the plan into the temp file and publishes it once it has read back clean.
pub fn collect(job: &Job<'_>, plan: &Plan, partial: Partial) -> Result<Collected, Error> {
    let started = job.host.clock.utc();
    let mark = job.host.clock.mark();
    let top = top_folder(&partial);
    let mut writer = Writer::start(partial.out()?, &top, started, job.packing.clone());
    writer.watch_disk();
    let budget = job.max_bundle.as_ref().map(|max| {
        let head = head_bytes(&self::manifest(job, Gathered::default(), &stamp(started), 0), job);
        Budget::new(max, plan, head, job.packing.compression)
    });
    let mut gathered = gather(job, plan, &mut writer, budget.transpose()?)?;
    let analysis = gathered.analysis.take();
    let is_disk_full = gathered.is_disk_full;
    let spent = u64::try_from(job.host.clock.since(mark).as_millis()).unwrap_or(u64::MAX);
    let learned = job.redaction.look();
    let mut manifest = self::manifest(job, gathered, &stamp(started), spent);
    manifest.redaction.learned_values = learned.len() as u64;
    job.tell.tell(Event::Checking);
    let most = job.max_bundle.as_ref().map(|max| max.bytes);
    let collected = settle(job.redaction, partial, (writer, most), manifest)?;
    Ok(Collected { analysis, is_disk_full, ..collected })
}

/// What the manifest takes without its lines, whatever the run will add to it.
fn head_bytes(manifest: &Manifest<PackedLines>, job: &Job<'_>) -> u64 {
    let mut head = manifest.with_entries(Vec::<Entry>::new());
    // What only differs by folders and threads must not change what fits.
    head.run.arguments.clear();
    head.run.durations_ms.clear();
    let text = serde_json::to_vec_pretty(&head).expect("a manifest is plain data");
    let arguments: usize = job.arguments.iter().map(|argument| argument.len() + 4).sum();
    let ticket = bundle::packed_size(ticket(manifest).as_bytes(), job.packing.compression) + TICKET;
    bundle::packed_size(&text, job.packing.compression)
        + ticket
        + TO_COME
        + arguments.next_multiple_of(256) as u64
}

/// What the slowest items and the durations take, of which nothing is known at the start.
const TO_COME: u64 = 600;

/// What the ticket takes besides its text so far: its headers and digest, and the gaps that it will name.
const TICKET: u64 = 900;

/// Finishes a bundle, reads it back, mends or refuses it, and publishes it.
pub(super) fn settle(
    redaction: &Arc<Redaction>,
    mut partial: Partial,
    (writer, most): (Writer<PartialFile>, Option<u64>),
    mut manifest: Manifest<PackedLines>,
) -> Result<Collected, Error> {
    let packing = writer.packing().clone();
    let contents = finish(redaction, writer, &manifest)?;
    let (hits, mut digest) = with_digest(&partial, packing.pool.is_some(), || {
        search(redaction, &partial, (&contents, None, agreed(&manifest)), packing.pool.as_ref())
    });
    let hits = hits?;
    if !hits.is_empty() {
        let (mended, second) = mend((redaction, &packing), &partial, &contents, (&hits, &manifest))?;
        manifest = second;
        partial = mended;
        digest = None;
    }
    let digest = digest.unwrap_or_else(|| partial.digest())?;
    if let Some(most) = most.filter(|most| partial.bytes().is_ok_and(|bytes| bytes > *most)) {
        let why = format!("it came to more than the {most} bytes of --max-bundle");
        let error = io::Error::new(io::ErrorKind::FileTooLarge, why);
        return Err(Error::output("publish", partial.target(), error));
    }
    let table = (redaction.privacy == Privacy::Identities).then(|| redaction.table());
    let published = partial.publish(digest, table.as_ref())?;
    Ok(Collected {
        path: published.path,
        sha256: published.sha256,
        bytes: published.bytes,
        analysis: None,
        table: published.table,
        is_disk_full: false,
        manifest,
    })
}

/// Does some work while a thread of its own takes the digest of the file, if there are threads and one more can be had.
fn with_digest<T>(
    partial: &Partial,
    has_threads: bool,
    work: impl FnOnce() -> T,
) -> (T, Option<Result<Digest, Error>>) {
    thread::scope(|scope| {
        let start =
            || thread::Builder::new().name("qdiag hashes".into()).spawn_scoped(scope, || partial.digest());
        let digest = has_threads.then(start).and_then(Result::ok);
        let done = work();
        (done, digest.map(|digest| digest.join().expect("taking a digest does not panic")))
    })
}

/// The name of the zip without its ending is the one folder in it.
pub(super) fn top_folder(partial: &Partial) -> String {
    partial.target().file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn finish(
    redaction: &Redaction,
    writer: Writer<PartialFile>,
    manifest: &Manifest<PackedLines>,
) -> Result<Contents, Error> {
    Ok(writer.finish(manifest, &ticket(manifest), redaction)?.contents)
}

/// What the check of a finished bundle found.
#[derive(Default)]
struct Hits {
    /// Entries that still hold a value which was masked elsewhere, or what stricter rules take for a secret.
    contents: BTreeSet<EntryName>,
    /// Entries whose names hold one, and the names they get.
    names: BTreeMap<EntryName, EntryName>,
}

impl Hits {
    fn is_empty(&self) -> bool {
        self.contents.is_empty() && self.names.is_empty()
    }
}

/// Entries that are stored as they are, since a person agreed to that.
fn agreed(manifest: &Manifest<PackedLines>) -> BTreeSet<EntryName> {
    let agreed = manifest.entries.iter().filter(|entry| entry.unredacted);
    agreed.filter_map(|entry| EntryName::parse(&entry.name).ok()).collect()
}

/// Searches the finished bundle, names and contents; of those that were collected only these, if any are named, and none that a person
/// agreed to hand over as it is.
fn search(
    redaction: &Redaction,
    partial: &Partial,
    (contents, only, agreed): (&Contents, Option<BTreeSet<EntryName>>, BTreeSet<EntryName>),
    pool: Option<&Arc<Pool>>,
) -> Result<Hits, Error> {
    if redaction.privacy == Privacy::Nothing {
        let nothing: Search = Arc::new(|_, _, _| Ok(0));
        bundle::check(partial.read_back()?, contents, &nothing, pool)?;
        return Ok(Hits::default());
    }
    let check = redaction.read_back();
    let search: Search = Arc::new(move |name, content, pool| {
        let is_known = name.as_str().starts_with(bundle::PAYLOAD)
            && only.as_ref().is_some_and(|only| !only.contains(name));
        if is_known || agreed.contains(name) { Ok(0) } else { check.count(content, pool) }
    });
    let checked = bundle::check(partial.read_back()?, contents, &search, pool)?;
    let mut hits =
        Hits { contents: checked.hits.into_iter().map(|(name, _)| name).collect(), ..Hits::default() };
    let mut names = Names::new();
    for stored in contents.payload.iter() {
        let cleared = stored.name.of_path(&redaction.clear_path(stored.name.as_str()));
        let name = names.allocate(&cleared);
        if name != stored.name {
            hits.names.insert(stored.name, name);
        }
    }
    Ok(hits)
}

/// Writes the bundle once more with the late discoveries masked. If one is left even then, nothing is published.
fn mend(
    (redaction, packing): (&Arc<Redaction>, &Packing),
    partial: &Partial,
    contents: &Contents,
    (hits, manifest): (&Hits, &Manifest<PackedLines>),
) -> Result<(Partial, Manifest<PackedLines>), Error> {
    let known = redaction.look();
    let second = partial.second()?;
    let again = Again { contents: &hits.contents, names: &hits.names, redaction, packing };
    let (writer, changed) = bundle::rewrite(partial.read_back()?, contents, second.out()?, &again)?;
    let changed: BTreeMap<String, Added> =
        changed.into_iter().map(|(name, added)| (name.to_string(), added)).collect();
    let is_disguised = redaction.privacy == Privacy::Identities;
    let entries = manifest.entries.map(|entry| {
        let entry = corrected(entry, &changed, &hits.names);
        if is_disguised { disguise::entry(redaction, entry) } else { entry }
    });
    let mut manifest = disguise::head(redaction, manifest.with_entries(entries));
    manifest.totals = manifest.entries.totals().clone();
    manifest.redaction.masks.clear();
    for entry in manifest.entries.iter() {
        for (rule, count) in entry.masks {
            *manifest.redaction.masks.entry(rule).or_default() += count;
        }
    }
    let is_told =
        [bundle::MANIFEST, bundle::TICKET].iter().any(|name| hits.contents.contains(&EntryName::fixed(name)));
    let manifest = told(redaction, manifest, is_told);
    let contents = finish(redaction, writer, &manifest)?;
    // If clearing has taught nothing new, what was taken over need not be searched again.
    let all = !Arc::ptr_eq(&known, &redaction.look());
    let changed = (!all).then(|| changed.keys().filter_map(|name| EntryName::parse(name).ok()).collect());
    let left = search(redaction, &second, (&contents, changed, agreed(&manifest)), packing.pool.as_ref())?;
    if left.is_empty() {
        return Ok((second, manifest));
    }
    let names = left.contents.iter().chain(left.names.keys());
    Err(Error::Leak { entries: names.map(ToString::to_string).collect() })
}

/// The line of an entry that was cleared again: its new digest and size, and the masks of both passes.
fn corrected(
    mut entry: Entry,
    changed: &BTreeMap<String, Added>,
    names: &BTreeMap<EntryName, EntryName>,
) -> Entry {
    let added = changed.get(&entry.name).filter(|_| entry.sha256.is_some());
    let renamed = EntryName::parse(&entry.name).ok().and_then(|name| names.get(&name));
    if let Some(name) = renamed {
        entry.name = name.to_string();
    }
    let Some(added) = added else { return entry };
    entry.bytes = added.bytes;
    entry.sha256 = Some(added.sha256.to_string());
    for (rule, count) in &added.clearance.masks {
        *entry.masks.entry(rule.clone()).or_default() += count;
    }
    entry
}

fn manifest(job: &Job<'_>, gathered: Gathered, started: &str, collect_ms: u64) -> Manifest<PackedLines> {
    let entries = gathered.lines.finish();
    let entries = if job.redaction.privacy == Privacy::Identities {
        entries.map(|entry| disguise::entry(job.redaction, entry))
    } else {
        entries
    };
    let mut durations_ms = job.durations_ms.clone();
    durations_ms.insert("collect".into(), collect_ms);
    let privacy = match job.redaction.privacy {
        Privacy::Nothing => "none",
        Privacy::Secrets => "secrets",
        Privacy::Identities => "identities",
    };
    let manifest = Manifest {
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
            app_content: job.app_content.clone(),
            case_number: job.case.as_ref().and_then(|case| case.case_number.clone()),
            redacted_from: None,
            window: window(job),
        },
        host: HostFacts {
            os: job.host.os.word().into(),
            name: job.host.name.clone(),
            utc_offset: job.host.clock.now().format("%:z").to_string(),
        },
        installations: job.installations.clone(),
        left_overs: job.left_overs.clone(),
        probe_failures: job.probe_failures.clone(),
        totals: entries.totals().clone(),
        redaction: RedactionFacts { privacy: privacy.into(), masks: gathered.masks, learned_values: 0 },
        case: job.case.clone(),
        completeness: None,
        entries,
    };
    told(job.redaction, disguise::head(job.redaction, manifest), false)
}

/// The time that was asked for, if there was one.
fn window(job: &Job<'_>) -> Option<WindowFacts> {
    let (since, until) = job.window;
    let is_named = since.is_some() || until.is_some();
    is_named.then(|| WindowFacts { since: since.map(stamp), until: until.map(stamp) })
}
