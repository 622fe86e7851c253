//! `qdiag redact`: the very engine of `collect`, from a file or standard input to standard output.

use std::io::{self, Read, Write};
use std::path::Path;

use super::exit::Exit;
use super::{args, fail, options};
use crate::Error;
use crate::redact::Hint;

#[expect(clippy::disallowed_types, reason = "the user's own file, named on the command line")]
pub(super) fn run(args: &args::Redact) -> Result<Exit, Error> {
    let redaction = options::redaction(args.privacy, args.case_key.as_deref())?;
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
