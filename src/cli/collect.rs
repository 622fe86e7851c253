//! `qdiag collect`: detect, plan, ask, collect, and say what came of it.

mod consent;
mod missing;
pub(super) mod result;
mod said;
mod space;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::exit::Exit;
use super::{apps, args, detect as detect_command, options, print, progress, site};
use crate::Error;
use crate::analyze::Rows;
use crate::bundle::{Packing, Partial};
use crate::case::Case;
use crate::collect::{Collected, Event, Job, MaxBundle, Reporter, Stop, collect, know_names};
use crate::definition::Catalog;
use crate::detect::{Detection, detect};
use crate::estimate::{Estimate, estimate, prioritize};
use crate::host::{self, Host, Mark, lower_priority};
use crate::logline::Formats;
use crate::plan::{EntryName, Options, Plan, never_named, plan};
use crate::qrs::Settings;
use crate::redact::{Privacy, Redaction};

/// How long and how often it is looked whether the bundle is finished when the window is closed: four seconds of the five
/// that Windows gives.
const CLOSING_STEPS: u32 = 80;
const CLOSING_STEP: Duration = Duration::from_millis(50);

/// Whether the run has ended, with a bundle in its place or none.
pub(super) static DONE: AtomicBool = AtomicBool::new(false);

/// Asked by ctrl-C; a signal handler needs something that outlives the run.
pub(super) static STOP: Stop = Stop::new();

pub(super) fn run(args: &args::Collect) -> Result<Exit, Error> {
    let deadline = options::deadline(args.deadline.as_deref(), &args.item_deadline)?;
    be_a_good_neighbor(args.priority);
    let redaction = options::redaction(&args.masking)?;
    let said = said::read(args)?;
    let host = options::host(&args.place)?;
    let catalog = options::catalog(args.place.collectors.as_deref(), &redaction)?;
    let (formats, rows) = (Formats::of(&catalog)?, Rows::load(args.place.collectors.as_deref())?);
    let (mut chosen, site) = chosen(args, &host, &catalog)?;
    let most = options::max_bundle(&args.choose)?;
    let mut durations = Durations::default();
    let detection = durations.of("detect", &host, || detect(&host, &catalog));
    if nothing_to_do(args, &detection) {
        say_nothing_found(&host, &detection);
        return Ok(Exit::Finding);
    }
    let app_content = apps::agree(args, (&host, &detection.installations), &redaction, &mut chosen.apps)?;
    chosen.confirmed = consent::to_never(never_named(&host, &detection.installations, &chosen));
    let redaction = Arc::new(unless_given_up(args, redaction)?);
    know_names(&redaction, &host, &detection.installations);
    let case = said::cleared(&said, &redaction);
    let planned = durations.of("plan", &host, || plan(&host, &detection.installations, &chosen, &redaction));
    let packing = options::packing(&args.work);
    let target = target((args, case.as_ref()), &host, &redaction)?;
    let estimate = foresee((args, most), &host, (&planned, &packing), &target)?;
    let planned = if most.is_some() { prioritize(&host, &planned, &chosen.window) } else { planned };
    agreed(args, &planned, (estimate.as_ref(), most), &target)?;
    let tell = progress::reporter(args.quiet, &host.clock);
    let site = site.map(|site| site::of_host(&host, site, (&detection.installations, &chosen.window)));
    let job = Job {
        host: &host,
        formats: &formats,
        redaction: &redaction,
        packing,
        stop: &STOP,
        deadline,
        tell: &*tell,
        arguments: arguments(),
        window: chosen.window,
        max_bundle: most.zip(estimate.as_ref()).map(|(bytes, estimate)| MaxBundle { bytes, estimate }),
        app_content,
        site: site.as_ref(),
        case,
        issues: Some(&rows.issues.rows),
        incident: options::time(args.choose.around.as_deref(), "--around", &host)?,
        installations: detect_command::installations(&detection, &host),
        left_overs: detect_command::left_overs(&detection),
        probe_failures: detection.failures.clone(),
        durations_ms: durations.0,
    };
    conclude(args, &*tell, collect(&job, &planned, create(&target)?))
}

/// Says what came of the run.
fn conclude(
    args: &args::Collect,
    tell: &dyn Reporter,
    collected: Result<Collected, Error>,
) -> Result<Exit, Error> {
    DONE.store(true, Ordering::SeqCst);
    let collected = collected?;
    tell.tell(Event::Finished);
    let exit = result::show(&collected, args.json);
    Ok(if args.answers.require_complete { result::if_complete(&collected, exit) } else { exit })
}

/// The file that is written, which is removed if the user ends the run.
fn create(target: &Path) -> Result<Partial, Error> {
    let partial = Partial::create(target)?;
    on_interrupt(partial.path().to_owned());
    Ok(partial)
}

/// What is taken, and how the site is asked, if it is.
fn chosen(
    args: &args::Collect,
    host: &Host,
    catalog: &Catalog,
) -> Result<(Options, Option<Settings>), Error> {
    let site = site::settings(&args.site)?;
    Ok((Options { qrs: site.is_some(), ..options::plan(&args.choose, host, catalog)? }, site))
}

/// Whether the user wants what was planned; asked unless `--yes` says so.
fn agreed(
    args: &args::Collect,
    planned: &Plan,
    (estimate, most): (Option<&Estimate>, Option<u64>),
    target: &Path,
) -> Result<(), Error> {
    match estimate.filter(|_| !args.yes) {
        Some(estimate) if !consent::to_plan(planned, (estimate, most), (target, args.site.qrs))? => {
            Err(Error::Interrupted)
        }
        _ => Ok(()),
    }
}

/// The redaction, or none if the user types the word for that.
fn unless_given_up(args: &args::Collect, mut redaction: Redaction) -> Result<Redaction, Error> {
    if args.no_redact {
        consent::to_no_redaction()?;
        redaction.privacy = Privacy::Nothing;
    }
    Ok(redaction)
}

/// The command line, for the manifest.
pub(super) fn arguments() -> Vec<String> {
    std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect()
}

/// What the run will come to, if that is to be shown or decides what is taken; an error if there is no space for it.
fn foresee(
    (args, most): (&args::Collect, Option<u64>),
    host: &Host,
    (planned, packing): (&Plan, &Packing),
    target: &Path,
) -> Result<Option<Estimate>, Error> {
    if args.yes && most.is_none() && space::is_enough(target, planned) {
        return Ok(None);
    }
    let estimate = estimate(host, planned, packing, !args.yes);
    space::check(target, estimate.total.packed.min(most.unwrap_or(u64::MAX)))?;
    Ok(Some(estimate))
}

fn say_nothing_found(host: &Host, detection: &Detection<'_>) {
    print::out(&format!(
        "No Qlik product was found on {}; nothing was written.\n\
         With --environment-only a bundle with facts about this host is made; --add PATH takes what you name.\n",
        print::plain(&host.name)
    ));
    print::out(&print::plain(&detect_command::left_over_lines(&detect_command::left_overs(detection))));
}

/// Gives way to the other programs of the host, and leaves none of its own behind.
fn be_a_good_neighbor(priority: args::Priority) {
    if priority == args::Priority::Low {
        lower_priority();
    }
    host::end_children_with_this_process();
}

fn nothing_to_do(args: &args::Collect, detection: &Detection<'_>) -> bool {
    let choose = &args.choose;
    let is_named = choose.environment_only || !choose.add.is_empty() || !choose.apps.app.is_empty();
    detection.installations.is_empty() && !is_named
}

/// Milliseconds per step.
#[derive(Default)]
struct Durations(BTreeMap<String, u64>);

impl Durations {
    fn of<T>(&mut self, step: &str, host: &Host, work: impl FnOnce() -> T) -> T {
        let mark: Mark = host.clock.mark();
        let result = work();
        let spent = u64::try_from(host.clock.since(mark).as_millis()).unwrap_or(u64::MAX);
        self.0.insert(step.to_owned(), spent);
        result
    }
}

/// The path of the zip: the one given, or the default name in the folder given.
fn target(
    (args, case): (&args::Collect, Option<&Case>),
    host: &Host,
    redaction: &Redaction,
) -> Result<PathBuf, Error> {
    let mark = if args.no_redact { "UNREDACTED-" } else { "" };
    let is_zip = args.output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    if is_zip && !args.output.is_dir() {
        // The name without its ending is also the folder in the zip, which every system must be able to make.
        let stem = args.output.file_stem().unwrap_or_default().to_string_lossy();
        return match EntryName::parse(&stem) {
            Ok(_) if stem.starts_with(mark) => Ok(args.output.clone()),
            Ok(_) => Ok(args.output.with_file_name(format!("{mark}{stem}.zip"))),
            Err(reason) => Err(Error::usage(
                format!("--output {}: not a name for a bundle: {reason}", args.output.display()),
                "letters, digits, dots, dashes and underscores are safe everywhere; a folder alone gives a name by itself",
            )),
        };
    }
    let case = case.and_then(|case| case.case_number.as_deref()).map(name_part).transpose()?;
    let start = host.clock.utc().format("%Y%m%dT%H%M%SZ");
    let host_name = name_part(&redaction.clear_name(&host.name)).unwrap_or_else(|_| "host".into());
    let name = case.map_or_else(
        || format!("{mark}qdiag-{host_name}-{start}.zip"),
        |case| format!("{mark}qdiag-{case}-{host_name}-{start}.zip"),
    );
    Ok(args.output.join(name))
}

/// A text as part of a file name: letters, digits, dots, dashes and underscores.
fn name_part(text: &str) -> Result<String, Error> {
    let safe: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .take(60)
        .collect();
    if safe.trim_matches(['.', '_']).is_empty() {
        return Err(Error::usage(
            format!("--case {text:?} has no letter or digit"),
            "the number of the support case, such as 01234567",
        ));
    }
    Ok(safe)
}

/// The first ctrl-C ends collecting and finishes a valid bundle; the second removes the temp files and ends the program.
/// When the window is closed, the bundle is finished if that takes a few seconds, or else there is none.
pub(super) fn on_interrupt(partial: PathBuf) {
    let second = PathBuf::from(format!("{}2", partial.display()));
    let remove = move || {
        let _ = std::fs::remove_file(&partial);
        let _ = std::fs::remove_file(&second);
    };
    let remove_at_close = remove.clone();
    // Without a handler ctrl-C ends the program and leaves the temp file, which the next run names; no reason to stop here.
    let _ = ctrlc::set_handler(move || {
        if STOP.ask() {
            remove();
            end();
        }
        let _ = std::io::stderr()
            .write_all(b"\nfinishing the bundle with what there is; again to throw it away\n");
    });
    // The handler that is set last is asked first.
    host::on_close(move || {
        STOP.ask();
        for _ in 0..CLOSING_STEPS {
            if DONE.load(Ordering::SeqCst) {
                return;
            }
            std::thread::sleep(CLOSING_STEP);
        }
        remove_at_close();
    });
}

#[expect(clippy::exit, reason = "the user asked twice, and the work is on another thread")]
fn end() -> ! {
    std::process::exit(super::exit::Exit::Interrupted as i32)
}
