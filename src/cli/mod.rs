//! One match on the command; the only module that prints.

mod analyze;
mod app;
mod apps;
mod args;
mod case;
mod collect;
mod collectors;
mod detect;
mod estimate;
mod exit;
mod fail;
mod options;
mod plan;
mod preview;
mod print;
mod progress;
mod redact;
mod selftest;
mod site;
mod verify;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::{Error, host};
use args::{Arguments, Command};
use exit::Exit;

/// Parses the arguments, runs the command and gives its exit code.
pub fn main() -> ExitCode {
    host::never_ask_in_a_window();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            wait_for_enter();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok }.into();
        }
    };
    let exit = run(&arguments).unwrap_or_else(|error| {
        fail::report(&error);
        Exit::from(&error)
    });
    wait_for_enter();
    exit.into()
}

/// A window that was opened for this program closes with it, and with it goes what it said.
fn wait_for_enter() {
    // A scheduled task has a console of its own too, which nobody sees; only a double-click gives no arguments.
    if std::env::args_os().len() == 1 && host::has_own_console() {
        let _ = std::io::stderr().write_all(b"\nPress Enter to close this window.\n");
        let _ = std::io::stdin().read_line(&mut String::new());
    }
}

fn run(arguments: &Arguments) -> Result<Exit, Error> {
    match &arguments.command {
        Command::Detect(args) => detect::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Collect(args) => collect::run(args),
        Command::Analyze(args) => analyze::run(args),
        Command::Verify(args) => Ok(verify::run(args)),
        Command::Case(args) => case::run(args),
        Command::Redact(args) => redact::run(args),
        Command::App(args) => app::run(args),
        Command::Preview(args) => preview::run(args),
        Command::Collectors(args) => collectors::run(&args.action),
        Command::Selftest(args) => selftest::run(args),
    }
}
