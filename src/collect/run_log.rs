//! What the program did, in lines for people; an entry of the bundle like any other, and redacted like it.

use std::fmt::Write;

use crate::host::Clock;

/// Lines kept at most; a host with ten thousand unreadable files has them in the manifest already.
const LINES: usize = 2_000;

/// The program's own log.
pub(super) struct RunLog {
    clock: Clock,
    text: String,
    lines: usize,
}

impl RunLog {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), text: String::new(), lines: 0 }
    }

    /// Adds a line with the host's time.
    pub(super) fn line(&mut self, line: &str) {
        self.lines += 1;
        if self.lines <= LINES {
            let now = self.clock.now().format("%Y-%m-%dT%H:%M:%S%.3f%:z");
            writeln!(self.text, "{now} {line}").expect("memory takes it");
        }
    }

    /// Bytes of its text so far.
    pub(super) fn bytes(&self) -> u64 {
        self.text.len() as u64
    }

    /// The log as text.
    pub(super) fn into_text(mut self) -> String {
        if let Some(more) = self.lines.checked_sub(LINES).filter(|more| *more > 0) {
            writeln!(self.text, "… and {more} more lines; the manifest has all outcomes")
                .expect("memory takes it");
        }
        self.text
    }
}
