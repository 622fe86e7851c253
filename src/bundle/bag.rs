//! The tag files that make the top folder a `BagIt` bag (RFC 8493): how they are written and how their lines are read.

use std::io::{self, Read};

use chrono::{DateTime, Utc};

use super::{Sha256Hex, Stored};

/// What `bagit.txt` says, always.
pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// `bag-info.txt`: who made the bag, when, for which case, and how much is in it.
pub(super) fn info(started: DateTime<Utc>, case: Option<&str>, bytes: u64, files: u64) -> String {
    let mut text = String::new();
    for (label, value) in [
        ("Bag-Software-Agent", format!("qdiag {}", env!("CARGO_PKG_VERSION"))),
        ("Bagging-Date", started.format("%Y-%m-%d").to_string()),
        ("External-Identifier", case.unwrap_or_default().to_owned()),
        ("Payload-Oxum", format!("{bytes}.{files}")),
    ] {
        let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if !value.trim().is_empty() {
            text.extend([label, ": ", value.trim(), "\n"]);
        }
    }
    text
}

/// Lines of a list, made as they are read.
pub(super) struct Lines<I, F> {
    items: I,
    write: F,
    line: Vec<u8>,
    read: usize,
}

/// Lines of digests.
pub(super) type DigestLines<I> = Lines<I, fn(Stored) -> String>;

/// Lines of CRC-32 checks.
pub(super) type CheckLines<I> = Lines<I, fn(u32) -> String>;

impl<I: Iterator<Item = Stored>> DigestLines<I> {
    pub(super) fn new(files: I) -> Self {
        Self { items: files, write: |file| digest_line(&file), line: Vec::new(), read: 0 }
    }
}

impl<I: Iterator<Item = u32>> CheckLines<I> {
    pub(super) fn new(checks: I) -> Self {
        Self { items: checks, write: |check| format!("{check:08x}\n"), line: Vec::new(), read: 0 }
    }
}

impl<T, I: Iterator<Item = T>, F: Fn(T) -> String> Read for Lines<I, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.line.len() {
            self.read = 0;
            self.line = self.items.next().map(&self.write).unwrap_or_default().into_bytes();
        }
        let count = buffer.len().min(self.line.len() - self.read);
        buffer[..count].copy_from_slice(&self.line[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

fn digest_line(file: &Stored) -> String {
    format!("{}  {}\n", file.sha256, encoded(file.name.as_str()))
}

/// A line of a digest list: the digest and the name.
pub(super) fn parse_line(line: &str) -> Option<(Sha256Hex, String)> {
    let (digest, name) = line.split_once([' ', '\t'])?;
    let name = name.trim_start_matches([' ', '\t', '*']);
    Some((digest.parse().ok()?, decoded(name)))
}

/// RFC 8493 encodes only what would break a line, and the percent sign.
fn encoded(name: &str) -> String {
    name.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn decoded(name: &str) -> String {
    let plain = name.replace("%0D", "\r").replace("%0d", "\r");
    plain.replace("%0A", "\n").replace("%0a", "\n").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        let sha256 = Sha256Hex::of(b"x");
        for name in ["data/a b.txt", "data/100%.txt", "data/%0A.txt", "data/%250D"] {
            let name = crate::plan::EntryName::fixed(name);
            let line = digest_line(&Stored { name: name.clone(), bytes: 1, sha256 });
            assert_eq!(parse_line(line.trim_end()), Some((sha256, name.to_string())));
        }
        assert_eq!(encoded("a\r\nb%"), "a%0D%0Ab%25");
        assert_eq!(parse_line("abc  data/x"), None);
        assert_eq!(parse_line(""), None);
    }

    #[test]
    fn the_case_number_stands_in_the_bag_info_if_there_is_one() {
        let at = DateTime::UNIX_EPOCH;
        let with = info(at, Some("00123\n456"), 7, 2);
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            with,
            format!(
                "Bag-Software-Agent: qdiag {version}\nBagging-Date: 1970-01-01\nExternal-Identifier: 00123 456\n\
                 Payload-Oxum: 7.2\n"
            )
        );
        assert!(!info(at, None, 7, 2).contains("External"));
    }
}
