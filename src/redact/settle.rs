//! A second look around each mask, as a second pass over the result would take it: what only shows once its neighbor is a mask is masked at
//! once, so that a second pass finds nothing. Looks at the nearest text only, and never at what has no mask beside it.

use super::Redaction;
use super::learn::Learned;
use super::scan::{Idle, Look, Scanner, Span};

/// How far around a mask a name or a value may newly show, and what is read beyond that as context.
const NEAR: usize = 128;
const CONTEXT: usize = 384;

/// How far before and behind a mask a name or a needle stands that it may have hidden something from.
const BEFORE: usize = 64;
const BEHIND: usize = 24;

/// Looks at most; each adds what the one before uncovered.
const LOOKS: usize = 4;

/// A part of the text and what stands in its place.
pub(super) struct Masked {
    pub(super) span: Span,
    pub(super) mask: String,
}

/// What stands in place of a part of the text.
pub(super) fn masked(redaction: &Redaction, learned: &Learned, text: &[u8], span: Span) -> Masked {
    let plain = span.known.and_then(|known| learned.value(known)).unwrap_or(&text[span.start..span.end]);
    let quotes = span.quotes.unwrap_or_default();
    Masked { mask: format!("{quotes}{}{quotes}", redaction.mask(&span.rule, plain)), span }
}

/// Masks of `text[from..to]`, which are sorted and apart, with those that they make visible.
pub(super) fn settle(
    redaction: &Redaction,
    (look, learned, idle): (Look, &Learned, &Idle),
    text: &[u8],
    (from, to): (usize, usize),
    mut masks: Vec<Masked>,
) -> Vec<Masked> {
    let is_lively = |masked: &&Masked| {
        idle.is_between(masked.span.start.saturating_sub(BEFORE), masked.span.end + BEHIND)
    };
    let mut fresh: Vec<usize> = masks.iter().filter(is_lively).map(|masked| masked.span.start).collect();
    for _ in 0..LOOKS {
        let mut found: Vec<Span> = Vec::new();
        let mut at = 0;
        while at < fresh.len() {
            let first = fresh[at];
            let mut last = first;
            while at < fresh.len() && fresh[at] - last <= 2 * NEAR {
                last = fresh[at];
                at += 1;
            }
            let end = masks.partition_point(|masked| masked.span.start <= last);
            let last_end = masks[end - 1].span.end;
            let wanted = (first.saturating_sub(NEAR).max(from), to.min(last_end + NEAR));
            found.extend(again(redaction, (look, learned), text, wanted, &masks));
        }
        found.retain(|span| {
            let at = masks.partition_point(|masked| masked.span.end <= span.start);
            masks.get(at).is_none_or(|masked| span.end <= masked.span.start)
        });
        found.sort_unstable();
        found.dedup_by(|next, last| next.start < last.end);
        if found.is_empty() {
            break;
        }
        fresh = found.iter().map(|span| span.start).collect();
        masks.extend(found.into_iter().map(|span| masked(redaction, learned, text, span)));
        masks.sort_by_key(|masked| masked.span.start);
    }
    masks
}

/// Scans a part of the text as it is with its masks, and gives what was found at its place in the text.
fn again(
    redaction: &Redaction,
    (look, learned): (Look, &Learned),
    text: &[u8],
    (from, to): (usize, usize),
    masks: &[Masked],
) -> Vec<Span> {
    let (start, end) = (from.saturating_sub(CONTEXT), text.len().min(to + CONTEXT));
    let mut local = Vec::with_capacity(end - start);
    // Where text goes on behind each mask: there, and in the text.
    let mut pieces = vec![(0, start)];
    let mut at = start;
    let (mut local_from, mut local_to) = (0, 0);
    let first = masks.partition_point(|masked| masked.span.end <= start);
    for masked in masks[first..].iter().take_while(|masked| masked.span.start < end) {
        if masked.span.start < at {
            at = masked.span.end;
            pieces = vec![(0, at)];
            continue;
        }
        local.extend_from_slice(&text[at..masked.span.start]);
        local.extend_from_slice(masked.mask.as_bytes());
        at = masked.span.end;
        pieces.push((local.len(), at));
    }
    local.extend_from_slice(&text[at.min(end)..end]);
    for (local_at, text_at) in &pieces {
        if *text_at <= from {
            local_from = local_at + (from - text_at);
        }
        if *text_at <= to {
            local_to = local_at + (to - text_at);
        }
    }
    let part = (local_from.min(local_to), local_to.min(local.len()));
    let found = look.find(&redaction.tools, learned, &local, part);
    let (mut found, _) = Scanner::beside().spans(look, found, &local, part);
    for span in &mut found {
        let piece = pieces[pieces.partition_point(|(local_at, _)| *local_at <= span.start).max(1) - 1];
        let length = span.end - span.start;
        span.start = piece.1 + (span.start - piece.0);
        span.end = (span.start + length).min(text.len());
    }
    found
}
