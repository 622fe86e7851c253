//! An error, its causes and its hint, on standard error.

use std::error::Error as _;
use std::io::Write;

use super::print::plain;
use crate::Error;

/// Writes the error; a closed standard error is nobody's problem.
pub(super) fn report(error: &Error) {
    let mut out = std::io::stderr().lock();
    let mut text = format!("error: {}\n", plain(&error.to_string()));
    let mut cause = error.source();
    while let Some(source) = cause {
        text.push_str(&format!("caused by: {}\n", plain(&source.to_string())));
        cause = source.source();
    }
    if let Some(hint) = error.hint() {
        text.push_str(&format!("\nhint: {}\n", plain(&hint)));
    }
    let _ = out.write_all(text.as_bytes());
}

/// Writes a fact that is no error, with what it means.
pub(super) fn note(fact: &str, meaning: &str) {
    let text = format!("note: {}\n\nhint: {}\n", plain(fact), plain(meaning));
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
