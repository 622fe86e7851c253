//! Looks over a log while it goes into a bundle, or anywhere: unpacks it if it is packed, and gives its lines to all that look at them.

use std::io::{self, Write};
use std::sync::Arc;

use flate2::write::MultiGzDecoder;

use super::finding::Times;
use super::lookup::Set;
use super::pulse::Told;
use super::{Scan, ScanFile};

/// A log that is being looked over.
pub struct Watch {
    name: String,
    item: Arc<str>,
    log: String,
    feed: Feed,
}

/// How its bytes come.
enum Feed {
    /// Nothing came yet.
    Waiting(Box<Look>),
    Plain(Box<Look>),
    Gzip(Box<MultiGzDecoder<Look>>),
    /// An archive of files, which is not looked into.
    Other,
}

/// What looks at the text.
struct Look {
    scan: Option<Scan>,
    bytes: u64,
}

/// What a log had.
pub struct Seen {
    pub(super) name: String,
    pub(super) item: Arc<str>,
    pub(super) log: String,
    pub(super) hits: Vec<(usize, Times)>,
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) told: Option<Told>,
}

impl Write for Look {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        if let Some(scan) = &mut self.scan {
            scan.write(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Watch {
    pub(super) fn new(
        set: Arc<Set>,
        file: ScanFile,
        (item, log): (Arc<str>, String),
        incident: Option<i64>,
    ) -> Self {
        let name = file.name.clone();
        let scan = Scan::new(set, file).with_pulse(incident);
        Self { name, item, log, feed: Feed::Waiting(Box::new(Look { scan: Some(scan), bytes: 0 })) }
    }

    /// The next bytes of it, cleared.
    pub fn write(&mut self, bytes: &[u8]) {
        if let Feed::Waiting(look) = &mut self.feed
            && !bytes.is_empty()
        {
            let look = Look { scan: look.scan.take(), bytes: 0 };
            self.feed = match bytes {
                [0x1F, 0x8B, ..] => Feed::Gzip(Box::new(MultiGzDecoder::new(look))),
                [b'P', b'K', 3, 4, ..] => Feed::Other,
                _ => Feed::Plain(Box::new(look)),
            };
        }
        // What does not unpack ends there; the text before it counts.
        let _ = match &mut self.feed {
            Feed::Plain(look) => look.write_all(bytes),
            Feed::Gzip(decoder) => decoder.write_all(bytes),
            Feed::Waiting(_) | Feed::Other => Ok(()),
        };
    }

    /// Ends the log.
    pub fn finish(self) -> Seen {
        let look = match self.feed {
            Feed::Waiting(look) | Feed::Plain(look) => *look,
            Feed::Gzip(mut decoder) => {
                let _ = decoder.try_finish();
                let look = decoder.get_mut();
                Look { scan: look.scan.take(), bytes: look.bytes }
            }
            Feed::Other => Look { scan: None, bytes: 0 },
        };
        let (hits, lines, told) = look.scan.map(Scan::end).unwrap_or_default();
        Seen { name: self.name, item: self.item, log: self.log, hits, lines, bytes: look.bytes, told }
    }
}
