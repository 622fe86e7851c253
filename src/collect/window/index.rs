//! A sparse index of a log: the times at the starts of its blocks, and so which blocks may hold records of a window.
//!
//! A block may hold what lies between the times at its two ends, with some room on both sides: a tolerance for threads that
//! write out of turn, and the longest time that one of the blocks near it spans, since a clock may be set back within. Where
//! the samples themselves run back by more than the tolerance, nothing is concluded from them and every block is read.
//!
//! So the index misses no record of a log in which time runs forward but for the tolerance, with gaps of any length, nor of
//! one whose clock or zone is set back, if no block spans more time than that room. What it cannot see is a few records in
//! the middle of a block whose times are far from all that stands around them.

use std::io;

use super::walk::{At, Walk};
use crate::logline::{Stamps, Text};

/// Blocks on each side of one whose spans count as possible for it too.
const NEAR: usize = 4;

/// How finely a file is sampled. Parameters, so that tests can do with a few hundred bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tuning {
    /// The least size of a block.
    pub(super) block: u64,
    /// The most blocks of a file.
    pub(super) blocks: u64,
    /// Bytes that are looked at where a block starts.
    pub(super) probe: usize,
    /// Microseconds by which records may stand out of turn.
    pub(super) tolerance: i64,
    /// Bytes that are read at once where every line counts.
    pub(super) piece: usize,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            block: 512 * 1024,
            blocks: 1024,
            probe: 8 * 1024,
            tolerance: 15 * 60 * 1_000_000,
            piece: 256 * 1024,
        }
    }
}

/// What stands where a block starts.
struct Sample {
    /// Offset of its first record.
    at: u64,
    /// Least and greatest time of the first few records.
    early: i64,
    late: i64,
}

/// A stretch of a file that begins and ends with a record, or with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) from: u64,
    pub(super) to: u64,
    /// Whether it may hold records of the window.
    pub(super) is_candidate: bool,
}

/// The blocks of a file; none if no line has a stamp.
pub(super) fn blocks<S: At>(
    source: &mut S,
    (text, stamps): (Text, &Stamps),
    (since, until): (i64, i64),
    tuning: &Tuning,
) -> io::Result<Vec<Block>> {
    let (samples, is_in_turn) = samples(source, text, stamps, tuning)?;
    let length = source.length();
    let spans: Vec<i64> = samples.windows(2).map(|pair| span(&pair[0], &pair[1])).collect();
    let block = |(number, sample): (usize, &Sample)| {
        let next = samples.get(number + 1);
        let near = &spans[number.saturating_sub(NEAR)..(number + NEAR + 1).min(spans.len())];
        let room = near.iter().copied().max().unwrap_or(0).saturating_add(tuning.tolerance);
        // Nothing is known of the end of the last block.
        let is_candidate = next.is_none_or(|next| {
            let low = sample.early.min(next.early).saturating_sub(room);
            let high = sample.late.max(next.late).saturating_add(room);
            !is_in_turn || (low <= until && high >= since)
        });
        Block { from: sample.at, to: next.map_or(length, |next| next.at), is_candidate }
    };
    Ok(samples.iter().enumerate().map(block).collect())
}

/// Time between the outermost records of two samples.
fn span(one: &Sample, other: &Sample) -> i64 {
    one.late.max(other.late).saturating_sub(one.early.min(other.early))
}

/// The samples, and whether their times never run back by more than the tolerance.
fn samples<S: At>(
    source: &mut S,
    text: Text,
    stamps: &Stamps,
    tuning: &Tuning,
) -> io::Result<(Vec<Sample>, bool)> {
    let length = source.length();
    let block = tuning.block.max(length.div_ceil(tuning.blocks)).next_multiple_of(2);
    let mut samples = Vec::new();
    let mut is_in_turn = true;
    let mut latest = i64::MIN;
    let mut start = 0;
    while start < length {
        let next = start + block;
        let mut walk = Walk::new(source, text, start, tuning.probe);
        start = next;
        let Some((at, first)) = walk.record(stamps, next)? else { continue };
        let mut sample = Sample { at, early: first.early, late: first.late };
        let end = next.min(at + tuning.probe as u64);
        let mut moment = Some(first);
        while let Some(now) = moment {
            is_in_turn &= now.late >= latest.saturating_sub(tuning.tolerance);
            latest = latest.max(now.early);
            sample.early = sample.early.min(now.early);
            sample.late = sample.late.max(now.late);
            moment = walk.record(stamps, end)?.map(|(_, moment)| moment);
        }
        samples.push(sample);
    }
    Ok((samples, is_in_turn))
}
