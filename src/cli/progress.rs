//! Progress on standard error: a bar with bytes, rate, time left and the current item on a terminal, plain lines otherwise.

use std::cell::{Cell, RefCell};
use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::print::{plain, size};
use crate::collect::{Event, Reporter};
use crate::host::{Clock, Mark};

/// Plain lines come no more often than this.
const PAUSE: Duration = Duration::from_secs(5);

/// The progress that suits where standard error goes.
pub(super) fn reporter(quiet: bool, clock: &Clock) -> Box<dyn Reporter> {
    if quiet {
        Box::new(crate::collect::Silent)
    } else if std::io::stderr().is_terminal() {
        Box::new(Bar(RefCell::new(ProgressBar::new(0))))
    } else {
        Box::new(Lines::new(clock.clone()))
    }
}

struct Bar(RefCell<ProgressBar>);

impl Reporter for Bar {
    fn tell(&self, event: Event<'_>) {
        let bar = self.0.borrow();
        match event {
            Event::Started { bytes, .. } => {
                let form = "{bar:24} {bytes}/{total_bytes} {bytes_per_sec} {eta} {wide_msg}";
                bar.set_style(ProgressStyle::with_template(form).expect("the template is a constant"));
                bar.set_length(bytes);
                bar.enable_steady_tick(Duration::from_millis(250));
            }
            Event::Item { source } => bar.set_message(plain(source).replace('\n', " ")),
            Event::Read(bytes) => bar.inc(bytes),
            Event::Done { .. } => {}
            Event::Checking => bar.set_message("reading the bundle back"),
            Event::Finished => bar.finish_and_clear(),
        }
    }
}

/// Plain lines: what is being read, how much of how much, how fast, how long still.
struct Lines {
    clock: Clock,
    start: Mark,
    last: Cell<Duration>,
    total: Cell<u64>,
    read: Cell<u64>,
    current: RefCell<String>,
}

impl Lines {
    fn new(clock: Clock) -> Self {
        let start = clock.mark();
        Self {
            clock,
            start,
            last: Cell::new(Duration::ZERO),
            total: Cell::new(0),
            read: Cell::new(0),
            current: RefCell::default(),
        }
    }

    fn line(text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", plain(text));
    }

    fn note(&self) {
        let gone = self.clock.since(self.start);
        if gone.saturating_sub(self.last.get()) < PAUSE {
            return;
        }
        self.last.set(gone);
        let (read, total) = (self.read.get(), self.total.get());
        let milliseconds = u64::try_from(gone.as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = (read.saturating_mul(1000) / milliseconds).max(1);
        let left = total.saturating_sub(read).div_ceil(rate);
        let rate = size(rate);
        Self::line(&format!(
            "{} of {}, {rate}/s, {left} s left, {}",
            size(read),
            size(total),
            self.current.borrow()
        ));
    }
}

impl Reporter for Lines {
    fn tell(&self, event: Event<'_>) {
        match event {
            Event::Started { items, bytes } => {
                self.total.set(bytes);
                Self::line(&format!("collecting {items} items, {}", size(bytes)));
            }
            Event::Item { source } => source.clone_into(&mut self.current.borrow_mut()),
            Event::Read(bytes) => {
                self.read.set(self.read.get() + bytes);
                self.note();
            }
            Event::Done { .. } | Event::Finished => {}
            Event::Checking => Self::line("reading the bundle back"),
        }
    }
}
