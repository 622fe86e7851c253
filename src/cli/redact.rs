//! `qdiag redact`: the very engine of `collect`, from a file to standard output, or from a folder, a zip or a bundle into a new bundle.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::collect::{DONE, STOP, on_interrupt, result};
use super::exit::Exit;
use super::{args, fail, options, progress};
use crate::Error;
use crate::bundle::Partial;
use crate::collect::{Event, Redo, redact_again};
use crate::host::Clock;
use crate::plan::EntryName;
use crate::redact::{Hint, Redaction};

pub(super) fn run(args: &args::Redact) -> Result<Exit, Error> {
    let redaction = Arc::new(options::redaction(&args.masking)?);
    match &args.output {
        Some(output) => into_bundle(args, &redaction, output),
        None if args.file.is_dir() => Err(Error::usage(
            format!("{} is a folder", args.file.display()),
            "say --output FOLDER to write a redacted bundle of it",
        )),
        None => to_output(args, &redaction),
    }
}

/// A new bundle of a folder, a zip or a bundle.
fn into_bundle(args: &args::Redact, redaction: &Arc<Redaction>, output: &Path) -> Result<Exit, Error> {
    let clock = Clock::live();
    let stem = args.file.file_stem().unwrap_or_default().to_string_lossy();
    let stem = redaction.clear_name(&stem);
    let is_zip =
        output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) && !output.is_dir();
    let target = if is_zip {
        output.to_owned()
    } else {
        let name =
            EntryName::from_parts([
                format!("{stem}-redacted-{}", clock.utc().format("%Y%m%dT%H%M%SZ")).as_str()
            ]);
        output.join(format!("{name}.zip"))
    };
    let partial = Partial::create(&target)?;
    on_interrupt(partial.path().to_owned());
    let tell = progress::reporter(false, &clock);
    let arguments = super::collect::arguments();
    let packing = options::packing(&args.work);
    let redo = Redo { redaction, stop: &STOP, tell: &*tell, packing, clock: &clock, arguments };
    let done = redact_again(&redo, &args.file, partial);
    DONE.store(true, Ordering::SeqCst);
    let done = done?;
    tell.tell(Event::Finished);
    Ok(result::show(&done, args.json))
}

#[expect(clippy::disallowed_types, reason = "the user's own file, named on the command line")]
fn to_output(args: &args::Redact, redaction: &Redaction) -> Result<Exit, Error> {
    let standard_input = args.file == Path::new("-");
    let source: Box<dyn Read> = if standard_input {
        Box::new(io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(&args.file).map_err(|source| Error::input("open", &args.file, source))?)
    };
    let own_name =
        args.file.file_name().map(|name| name.to_string_lossy().into_owned()).filter(|_| !standard_input);
    let hint = Hint { name: args.name.clone().or(own_name).unwrap_or_default(), ..Hint::default() };
    let mut cleared = redaction.clear(source, &hint);
    let mut out = io::stdout().lock();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = cleared.read(&mut buffer).map_err(|source| Error::input("read", &args.file, source))?;
        if read == 0 {
            break;
        }
        // A reader that has gone away, as `head` does, wants no more.
        if out.write_all(&buffer[..read]).is_err() {
            return Ok(Exit::Ok);
        }
    }
    let _ = out.flush();
    if let Some(reason) = &cleared.clearance().withheld {
        fail::note(
            &format!("withheld: {reason}"),
            "qdiag passes on text only; nothing of this file would enter a bundle",
        );
        return Ok(Exit::Partial);
    }
    Ok(Exit::Ok)
}
