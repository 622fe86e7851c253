//! Tells how large the files that describe a bundle will be, before they are written. Counts packed bytes, keeps none of them.

use std::io::{self, Write};

use flate2::write::DeflateEncoder;

use super::document::lines_of;
use super::pack::{Compression, Packed};
use crate::manifest::Entry;

/// Text that waits before it is counted to the byte: little at first, when there is nothing to compare it with.
const STEP: (u64, u64) = (4 * 1024, 64 * 1024);

/// Digits of the time that an entry took: they differ from run to run, which must not change what fits.
const DIGITS: u64 = 1;

/// A digest and the spaces and line end around it; in the list that stands in the bundle these are packed with little gain.
const DIGEST: u64 = 40;

/// A line of the list of checks.
const CHECK: u64 = 9;

/// Size of content once it is packed.
pub fn packed_size(content: &[u8], compression: Compression) -> u64 {
    Packed::of(content, compression).data.len() as u64
}

/// What lines of the manifest and of the digest lists come to.
pub struct Gauge {
    lines: Meter,
    names: Meter,
    fixed: u64,
}

impl Gauge {
    /// Nothing so far.
    pub fn new(compression: Compression) -> Self {
        Self { lines: Meter::new(compression), names: Meter::new(compression), fixed: 0 }
    }

    /// Adds what the line of an entry takes, in the manifest and, if something is stored, in the lists.
    pub fn push(&mut self, entry: &Entry) {
        let line = Entry { duration_ms: 0, ..entry.clone() };
        self.lines.push(&lines_of(&line));
        self.fixed += DIGITS;
        if entry.sha256.is_some() {
            self.names.push(entry.name.as_bytes());
            self.fixed += DIGEST + CHECK;
        }
    }

    /// All of them together, in packed bytes.
    pub fn bytes(&self) -> u64 {
        self.lines.bytes() + self.names.bytes() + self.fixed
    }
}

/// Packs text and counts the bytes.
struct Meter {
    packer: DeflateEncoder<Count>,
    /// Text and packed bytes that were counted to the byte.
    counted: (u64, u64),
}

struct Count(u64);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Meter {
    fn new(compression: Compression) -> Self {
        // Not the packer of the bundle, which works in blocks and counts nothing on the way, but about as good.
        let level = flate2::Compression::new(match compression {
            Compression::Fast => 2,
            Compression::Balanced => 3,
            Compression::Small => 6,
        });
        Self { packer: DeflateEncoder::new(Count(0), level), counted: (0, 0) }
    }

    fn push(&mut self, text: &[u8]) {
        self.packer.write_all(text).expect("counting does not fail");
        let step = (self.counted.0 / 4).clamp(STEP.0, STEP.1);
        if self.packer.total_in() - self.counted.0 >= step {
            self.packer.flush().expect("counting does not fail");
            self.counted = (self.packer.total_in(), self.packer.get_ref().0);
        }
    }

    /// What waits in the packer counts as what came before it, or as a quarter of its text.
    fn bytes(&self) -> u64 {
        let (text, packed) = self.counted;
        let waiting = self.packer.total_in() - text;
        packed + (waiting * packed).checked_div(text).unwrap_or(waiting / 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Sha256Hex;
    use crate::manifest::Outcome;

    #[test]
    fn lines_are_gauged_to_a_few_percent() {
        let entry = |n: u64| Entry {
            name: format!("data/h/qlik/logs/Engine/Trace/QLIK1_Performance_Engine_{n}.txt"),
            source: format!(r"C:\ProgramData\Qlik\Log\Engine\Trace\QLIK1_Performance_Engine_{n}.txt"),
            sha256: Some(Sha256Hex::of(&n.to_le_bytes()).to_string()),
            bytes: n * 7919,
            source_bytes: n * 7919 + 5,
            duration_ms: n % 7,
            ..Entry::new(Outcome::Collected)
        };
        for count in [100, 1_000, 5_000] {
            let mut gauge = Gauge::new(Compression::Balanced);
            let (mut lines, mut list, mut checks) = (Vec::new(), Vec::new(), 0);
            for n in 0..count {
                let entry = entry(n);
                gauge.push(&entry);
                lines.extend(lines_of(&entry));
                list.extend(format!("{}  {}\n", entry.sha256.unwrap(), entry.name).into_bytes());
                checks += 9;
            }
            let packed = |text: &[u8]| packed_size(text, Compression::Balanced);
            let real = packed(&lines) + packed(&list) + checks;
            let ratio = gauge.bytes() * 100 / real;
            assert!((100..=112).contains(&ratio), "{count}: {ratio} %, {} for {real}", gauge.bytes());
        }
    }
}
