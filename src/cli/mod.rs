//! One match on the command; the only module that prints.

mod args;
mod collect;
mod collectors;
mod detect;
mod exit;
mod fail;
mod options;
mod plan;
mod print;
mod progress;
mod redact;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use crate::Error;
use args::{Arguments, Command};
use exit::Exit;

/// Parses the arguments, runs the command and gives its exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok }.into();
        }
    };
    match run(&arguments) {
        Ok(exit) => exit.into(),
        Err(error) => {
            fail::report(&error);
            Exit::from(&error).into()
        }
    }
}

fn run(arguments: &Arguments) -> Result<Exit, Error> {
    match &arguments.command {
        Command::Detect(args) => detect::run(args),
        Command::Plan(args) => plan::run(args),
        Command::Collect(args) => collect::run(args),
        Command::Verify(args) => Ok(verify::run(args)),
        Command::Redact(args) => redact::run(args),
        Command::Collectors(args) => collectors::run(&args.action),
    }
}
