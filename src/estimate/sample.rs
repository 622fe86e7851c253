//! Packs samples of some files of each group. Bounded in work whatever the host holds; what cannot be opened is left out.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Read};

use super::Group;
use crate::bundle::{Compression, packed_size};
use crate::host::{Host, HostPath};

/// Bytes of a sample.
const SAMPLE: u64 = 64 * 1024;

/// Bytes before a sample that are packed with it, so that it is packed as in the middle of its file.
const BEFORE: u64 = 16 * 1024;

/// Files of a group that are sampled at most: its largest, which tell most of what it comes to.
const FILES: usize = 4;

/// Bytes that are packed at most.
const MOST: u64 = 24 * 1024 * 1024;

/// Texts that are kept to measure the speed with.
const TEXTS: usize = 24;

/// Packed size for each 1024 bytes of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio(u64);

impl Ratio {
    /// That of most logs, where nothing was measured.
    pub(super) const USUAL: Self = Self(256);

    fn new((content, packed): (u64, u64)) -> Option<Self> {
        (content > 0).then(|| Self((packed * 1024).div_ceil(content).max(1)))
    }

    /// Packed size of so much content.
    pub(super) fn of(self, bytes: u64) -> u64 {
        u64::try_from(u128::from(bytes) * u128::from(self.0) / 1024).unwrap_or(u64::MAX)
    }
}

/// The files of a group that may be sampled.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    bytes: u64,
    largest: Vec<(Reverse<u64>, HostPath)>,
}

impl Candidates {
    /// Adds a file of the group; only the largest are kept.
    pub(super) fn offer(&mut self, path: &HostPath, bytes: u64) {
        self.bytes += bytes;
        let at = self.largest.partition_point(|(known, _)| known.0 >= bytes);
        if at < FILES {
            self.largest.insert(at, (Reverse(bytes), path.clone()));
            self.largest.truncate(FILES);
        }
    }
}

/// What the samples tell.
pub(super) struct Sampled {
    pub(super) ratios: HashMap<Group, Ratio>,
    /// Of all samples together.
    pub(super) all: Ratio,
    pub(super) texts: Vec<Vec<u8>>,
}

/// Samples the files of all groups in turns, those with most bytes first, as long as there is work left.
pub(super) fn all(host: &Host, groups: HashMap<Group, Candidates>, compression: Compression) -> Sampled {
    let mut groups: Vec<(Group, Candidates)> = groups.into_iter().collect();
    groups.sort_by(|(a, x), (b, y)| (Reverse(x.bytes), a).cmp(&(Reverse(y.bytes), b)));
    let mut sums: Vec<(u64, u64)> = vec![(0, 0); groups.len()];
    let (mut left, mut texts) = (MOST, Vec::new());
    for turn in 0..FILES {
        for ((_, candidates), sum) in groups.iter().zip(&mut sums) {
            let Some((_, path)) = candidates.largest.get(turn).filter(|_| left > 0) else { continue };
            let mut take = |before: usize, text: Vec<u8>| {
                left = left.saturating_sub(text.len() as u64);
                let known = if before == 0 { 0 } else { packed_size(&text[..before], compression) };
                sum.0 += (text.len() - before) as u64;
                sum.1 += packed_size(&text, compression).saturating_sub(known);
                if texts.len() < TEXTS {
                    texts.push(text);
                }
            };
            // A file that cannot be read will be a line of the manifest.
            let _ = of_file(host, path, &mut take);
        }
    }
    let total = sums.iter().fold((0, 0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
    let all = Ratio::new(total).unwrap_or(Ratio::USUAL);
    let ratios = groups.into_iter().zip(sums);
    let ratios = ratios.filter_map(|((group, _), sum)| Some((group, Ratio::new(sum)?))).collect();
    Sampled { ratios, all, texts }
}

/// Samples of the start, the middle and the end of a file, each with how much of it is only there to be known before.
fn of_file(host: &Host, path: &HostPath, take: &mut dyn FnMut(usize, Vec<u8>)) -> io::Result<()> {
    let bytes = host.files.open(path)?.stat.bytes;
    if bytes <= 2 * SAMPLE {
        take(0, part(host, path, (0, bytes))?);
        return Ok(());
    }
    take(0, part(host, path, (0, SAMPLE))?);
    for start in [bytes / 2, bytes - SAMPLE] {
        let text = part(host, path, (start - BEFORE, SAMPLE + BEFORE))?;
        take(text.len().min(usize::try_from(BEFORE).expect("a small number")), text);
    }
    Ok(())
}

/// A part of a file: from where, and how many bytes.
pub(super) fn part(host: &Host, path: &HostPath, (start, bytes): (u64, u64)) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    host.files.open_at(path, start)?.take(bytes).read_to_end(&mut text)?;
    Ok(text)
}
