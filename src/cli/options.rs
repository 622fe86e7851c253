//! Flags to validated options: ages, sizes, times, globs.

use std::path::Path;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};

use super::args;
use crate::Error;
use crate::bundle::{Compression, Packing};
use crate::collect::Deadline;
use crate::definition::{Catalog, parse_age, parse_size};
use crate::host::Host;
use crate::logline::Formats;
use crate::plan::{Choice, Options, Window};
use crate::pool::Pool;
use crate::redact::{MaskKey, Privacy, Redaction, RuleFile};

/// The host that was asked for.
pub(super) fn host(place: &args::Where) -> Result<Host, Error> {
    match &place.root {
        Some(root) => Host::rooted(root),
        None => Host::live(),
    }
}

/// The definitions that were asked for.
pub(super) fn catalog(folder: Option<&Path>, redaction: &Redaction) -> Result<Catalog, Error> {
    let catalog = Catalog::load(folder, &|id| redaction.has_rule(id))?;
    if folder.is_some() {
        // The formats that are built in are tried by tests.
        Formats::of(&catalog)?;
    }
    Ok(catalog)
}

/// The redaction of commands that mask nothing of their own.
pub(super) fn plain_redaction() -> Result<Redaction, Error> {
    redaction(&args::Masking::default())
}

/// The redaction that was asked for.
pub(super) fn redaction(masking: &args::Masking) -> Result<Redaction, Error> {
    let key = match masking.case_key.as_deref() {
        Some(path) => MaskKey::from_secret(&read_key(path)?),
        None => MaskKey::random().map_err(|error| {
            Error::usage(format!("the system gives no random numbers: {error}"), "use --case-key FILE")
        })?,
    };
    let privacy = match masking.privacy {
        args::Privacy::Secrets => Privacy::Secrets,
        args::Privacy::Identities => Privacy::Identities,
    };
    let files: Vec<RuleFile> = masking.rules.iter().map(|path| rule_file(path)).collect::<Result<_, _>>()?;
    let mut redaction = Redaction::with_rules(key, privacy, &files)?;
    if let Some(path) = &masking.mask_word {
        let text = small_text(path, "read the words to mask")?;
        redaction.mask_words(&text.lines().map(str::to_owned).collect::<Vec<_>>())?;
    }
    Ok(redaction)
}

fn rule_file(path: &Path) -> Result<RuleFile, Error> {
    Ok(RuleFile { name: path.display().to_string(), text: small_text(path, "read the rules")? })
}

/// A file of the user's own that was named on the command line.
#[expect(clippy::disallowed_methods, reason = "the user's own small file, not host data")]
pub(super) fn small_text(path: &Path, what: &'static str) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::input(what, path, source))
}

#[expect(clippy::disallowed_methods, reason = "the case key is the user's own small file, not host data")]
fn read_key(path: &Path) -> Result<Vec<u8>, Error> {
    let key = std::fs::read(path).map_err(|source| Error::input("read the case key", path, source))?;
    if key.len() < 16 || key.len() > 1024 * 1024 {
        return Err(Error::usage(
            format!("the case key {} has {} bytes", path.display(), key.len()),
            "use a file of 16 bytes to 1 MB of random content",
        ));
    }
    Ok(key)
}

/// What the plan is shaped by.
pub(super) fn plan(choose: &args::Choose, host: &Host, catalog: &Catalog) -> Result<Options, Error> {
    for id in &choose.product {
        if !catalog.definitions.iter().any(|definition| definition.id == *id) {
            return Err(Error::usage(
                format!("there is no product {id}"),
                "qdiag collectors list shows all ids",
            ));
        }
    }
    let window = window(choose, host)?;
    Ok(Options {
        window,
        products: choose.product.clone(),
        include: choices(&choose.include, "--include")?,
        exclude: choices(&choose.exclude, "--exclude")?,
        add: choose.add.clone(),
        confirmed: Vec::new(),
        apps: Vec::new(),
        max_file: choose.max_file.as_deref().map(max_file).transpose()?,
        environment_only: choose.environment_only,
        qrs: false,
    })
}

/// The time that is wanted.
fn window(choose: &args::Choose, host: &Host) -> Result<Window, Error> {
    if let Some(around) = time(choose.around.as_deref(), "--around", host)? {
        let text = &choose.window;
        let half = parse_age(text).filter(|age| !age.is_zero()).map(|age| age / 2);
        let ends =
            half.and_then(|half| Some((around.checked_sub_signed(half)?, around.checked_add_signed(half)?)));
        let (since, until) = ends.ok_or_else(|| {
            Error::usage(format!("--window {text}: not a duration"), "a duration such as 30m, 2h or 1d")
        })?;
        return Ok((Some(since), Some(until)));
    }
    let since = time(choose.since.as_deref(), "--since", host)?;
    let until = time(choose.until.as_deref(), "--until", host)?;
    if since.is_some_and(|since| until.is_some_and(|until| since >= until)) {
        return Err(Error::usage("--since is not before --until", "swap them, or leave one out"));
    }
    Ok((since, until))
}

fn choices(globs: &[String], flag: &str) -> Result<Vec<Choice>, Error> {
    let parse = |glob: &String| {
        Choice::parse(glob).map_err(|why| {
            Error::usage(format!("{flag} {glob}: {why}"), "a glob such as '**/Engine/**' or '*.txt'")
        })
    };
    globs.iter().map(parse).collect()
}

fn max_file(text: &str) -> Result<u64, Error> {
    parse_size(text).filter(|bytes| *bytes >= 1000).ok_or_else(|| {
        Error::usage(
            format!("--max-file {text}: not a size"),
            "a size of at least 1kB such as 500kB, 50MB or 1GB",
        )
    })
}

/// The most that the bundle may have.
pub(super) fn max_bundle(choose: &args::Choose) -> Result<Option<u64>, Error> {
    let parse = |text: &String| {
        parse_size(text).filter(|bytes| *bytes >= 50_000).ok_or_else(|| {
            Error::usage(
                format!("--max-bundle {text}: not a size for a bundle"),
                "a size of at least 50kB such as 5MB, 25MB or 1GB",
            )
        })
    };
    choose.max_bundle.as_ref().map(parse).transpose()
}

/// A duration back from the host's now, or a time in the host's zone.
pub(super) fn time(text: Option<&str>, flag: &str, host: &Host) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || {
        Error::usage(
            format!("{flag} {text}: neither a duration nor a time"),
            "a duration such as 36h or 2d, a date such as 2026-11-20, or a time such as 2026-11-20T14:00 or 2026-11-20T14:00:00Z",
        )
    };
    if let Some(age) = parse_age(text) {
        return host.clock.utc().checked_sub_signed(age).map(Some).ok_or_else(wrong);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(Some(time.to_utc()));
    }
    let local = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| {
            NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0))
        });
    local.and_then(|local| in_zone(local, host)).map(Some).ok_or_else(wrong)
}

/// A local time of the host; the earlier one in the hour that comes twice.
fn in_zone(local: NaiveDateTime, host: &Host) -> Option<DateTime<Utc>> {
    let (offset, _) = host.zone().offsets(local.and_utc().timestamp());
    local.and_utc().checked_sub_signed(Duration::seconds(offset.into()))
}

/// How a bundle is packed, and by how many threads. The threads take the priority of this one, so it must be set before.
pub(super) fn packing(work: &args::Work) -> Packing {
    let compression = match work.compression {
        args::Compression::Fast => Compression::Fast,
        args::Compression::Balanced => Compression::Balanced,
        args::Compression::Small => Compression::Small,
    };
    Packing { compression, pool: Pool::new(work.threads) }
}

/// How long a run and each item may take.
pub(super) fn deadline(run: Option<&str>, item: &str) -> Result<Deadline, Error> {
    let duration = |text: &str, flag: &str| {
        let parsed = parse_age(text).and_then(|time| time.to_std().ok()).filter(|time| !time.is_zero());
        parsed.ok_or_else(|| {
            Error::usage(format!("{flag} {text}: not a duration"), "a duration such as 90s, 10m or 2h")
        })
    };
    let run = run.map(|text| duration(text, "--deadline")).transpose()?;
    Ok(Deadline::new(run, Some(duration(item, "--item-deadline")?)))
}
