//! `qdiag collect`: detect, plan, ask, collect, and say what came of it.

mod result;

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::exit::Exit;
use super::{args, detect as detect_command, options, plan as plan_command, print, progress};
use crate::Error;
use crate::bundle::Partial;
use crate::collect::{Event, Job, Stop, collect};
use crate::detect::{Detection, detect};
use crate::host::{self, Host, Mark, lower_priority};
use crate::plan::{EntryName, Plan, plan};

/// How long and how often it is looked whether the bundle is finished when the window is closed: four seconds of the five
/// that Windows gives.
const CLOSING_STEPS: u32 = 80;
const CLOSING_STEP: Duration = Duration::from_millis(50);

/// Whether the run has ended, with a bundle in its place or none.
static DONE: AtomicBool = AtomicBool::new(false);

/// Asked by ctrl-C; a signal handler needs something that outlives the run.
static STOP: Stop = Stop::new();

pub(super) fn run(args: &args::Collect) -> Result<Exit, Error> {
    be_a_good_neighbor(args.priority);
    let redaction = options::redaction(args.privacy, args.case_key.as_deref())?;
    let host = options::host(&args.place)?;
    let catalog = options::catalog(args.place.collectors.as_deref(), &redaction)?;
    let chosen = options::plan(&args.choose, &host, &catalog)?;
    let mut durations = Durations::default();
    let detection = durations.of("detect", &host, || detect(&host, &catalog));
    if nothing_to_do(args, &detection) {
        print::out(&format!(
            "No Qlik product was found on {}; nothing was written.\n",
            print::plain(&host.name)
        ));
        print::out(
            "With --environment-only a bundle with facts about this host is made; --add PATH takes what you name.\n",
        );
        return Ok(Exit::Finding);
    }
    let planned = durations.of("plan", &host, || plan(&host, &detection.installations, &chosen));
    let target = target(args, &host)?;
    if !args.yes && !ask(&planned, &target)? {
        return Err(Error::Interrupted);
    }
    let partial = Partial::create(&target)?;
    on_interrupt(partial.path().to_owned());
    let tell = progress::reporter(args.quiet, &host.clock);
    let job = Job {
        host: &host,
        redaction: &redaction,
        stop: &STOP,
        tell: &*tell,
        arguments: std::env::args_os()
            .skip(1)
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect(),
        window: chosen.window,
        case_number: args.case.clone(),
        installations: detect_command::installations(&detection, &host),
        probe_failures: detection.failures.clone(),
        durations_ms: durations.0,
    };
    let collected = collect(&job, &planned, partial);
    DONE.store(true, Ordering::SeqCst);
    let collected = collected?;
    tell.tell(Event::Finished);
    if args.json {
        print::json(&result::document(&collected));
    } else {
        print::out(&print::plain(&result::text(&collected)));
    }
    Ok(result::exit(&collected))
}

/// Gives way to the other programs of the host, and leaves none of its own behind.
fn be_a_good_neighbor(priority: args::Priority) {
    if priority == args::Priority::Low {
        lower_priority();
    }
    host::end_children_with_this_process();
}

fn nothing_to_do(args: &args::Collect, detection: &Detection<'_>) -> bool {
    detection.installations.is_empty() && !args.choose.environment_only && args.choose.add.is_empty()
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
fn target(args: &args::Collect, host: &Host) -> Result<PathBuf, Error> {
    let is_zip = args.output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
    if is_zip && !args.output.is_dir() {
        // The name without its ending is also the folder in the zip, which every system must be able to make.
        let stem = args.output.file_stem().unwrap_or_default().to_string_lossy();
        return match EntryName::parse(&stem) {
            Ok(_) => Ok(args.output.clone()),
            Err(reason) => Err(Error::usage(
                format!("--output {}: not a name for a bundle: {reason}", args.output.display()),
                "letters, digits, dots, dashes and underscores are safe everywhere; a folder alone gives a name by itself",
            )),
        };
    }
    let case = args.case.as_deref().map(name_part).transpose()?;
    let start = host.clock.utc().format("%Y%m%dT%H%M%SZ");
    let host_name = name_part(&host.name).unwrap_or_else(|_| "host".into());
    let name = case.map_or_else(
        || format!("qdiag-{host_name}-{start}.zip"),
        |case| format!("qdiag-{case}-{host_name}-{start}.zip"),
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

/// Shows what will be read and asks for consent.
fn ask(plan: &Plan, target: &Path) -> Result<bool, Error> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Error::usage(
            "there is no terminal to ask on",
            "say --yes to collect without a question; qdiag plan shows what is taken",
        ));
    }
    let mut text = String::new();
    for (category, (items, bytes)) in result::by_category(plan) {
        text.push_str(&format!(
            "  {category:<12} {:>12} {:>10}\n",
            print::count(items, "item"),
            print::size(bytes)
        ));
    }
    text.push_str(&format!("{}\n", plan_command::summary(plan)));
    text.push_str("Secrets are masked while reading. Nothing is sent. qdiag plan lists every file.\n");
    text.push_str(&format!("Write {}? [y/N] ", target.display()));
    let mut out = std::io::stderr().lock();
    let _ = out.write_all(print::plain(&text).as_bytes()).and_then(|()| out.flush());
    let mut answer = String::new();
    let _ = stdin.lock().read_line(&mut answer);
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// The first ctrl-C ends collecting and finishes a valid bundle; the second removes the temp files and ends the program.
/// When the window is closed, the bundle is finished if that takes a few seconds, or else there is none.
fn on_interrupt(partial: PathBuf) {
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
