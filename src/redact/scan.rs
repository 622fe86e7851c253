//! One prefilter over all needles, then only what its hits call for: from a piece of text to spans and their rules.

use std::ops::Deref;
use std::sync::Arc;

use super::block::Blocks;
use super::keys::Keys;
use super::kind::Kind;
use super::learn::{Beside, Learned};
use super::prefilter::{Call, Tools};
use super::rules::{Reach, Rules};
use super::table::{Name, Table, of_first_line, of_names};
use super::words;
use super::{identity, residual};

/// What a rule is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RuleName {
    Fixed(&'static str),
    Of(Arc<str>),
}

impl Deref for RuleName {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Fixed(name) => name,
            Self::Of(name) => name,
        }
    }
}

/// A part of the text that must be masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: RuleName,
    /// Quotes that the mask needs to stay valid JSON.
    pub(super) quotes: Option<&'static str>,
    /// Which learned value it is another form of.
    pub(super) known: Option<usize>,
}

impl Span {
    pub(super) fn new(start: usize, end: usize, rule: &'static str) -> Self {
        Self { start, end, rule: RuleName::Fixed(rule), quotes: None, known: None }
    }
}

/// Longest part of the text that a pattern is run on, and by how much it grows while a match touches its end.
const LONGEST: usize = 64 * 1024;
const MORE: usize = 4 * 1024;

/// Zeros in a row that a crash leaves in a log; fewer of them are a sign of another encoding.
const ZEROS: usize = 16;

/// What of a stream decides how its text is looked at.
#[derive(Clone, Copy, Default)]
pub(super) struct Look {
    /// Whether people, hosts and addresses are wanted too.
    pub(super) identities: bool,
    /// Whether the rules of the check mask too.
    pub(super) strict: bool,
    /// Whether the program wrote the text itself: its numbers are counts, also under the name of a rule.
    pub(super) own: bool,
    /// What kind of file it is.
    pub(super) kind: Kind,
}

/// What was found in a part of the text by itself.
#[derive(Default)]
pub(super) struct Found {
    spans: Vec<Span>,
    /// Names without a value beside them.
    names: Vec<Name>,
    /// Where blocks may begin.
    openings: Vec<usize>,
    idle: Idle,
}

/// Where a name led to nothing; with a mask beside it may lead to more.
#[derive(Default)]
pub(super) struct Idle(Vec<usize>);

impl Idle {
    /// Whether there is such a name between these places.
    pub(super) fn is_between(&self, from: usize, to: usize) -> bool {
        let first = self.0.partition_point(|at| *at < from);
        self.0.get(first).is_some_and(|at| *at < to)
    }
}

impl Look {
    /// Looks at `text[from..to]`, with what stands around as context.
    pub(super) fn find(
        self,
        tools: &Tools,
        learned: &Learned,
        text: &[u8],
        (from, to): (usize, usize),
    ) -> Found {
        let Tools { rules, prefilter, words } = tools;
        let mut spans: Vec<Span> = Vec::new();
        let mut wanted: Vec<(usize, usize, usize)> = Vec::new();
        let (mut idle, mut openings) = (Vec::new(), Vec::new());
        let mut keys = Keys::new(self.kind, self.own);
        let hits = learned.find(text, (Beside::Rules, &prefilter.needles), &mut |hit| {
            let span = Span::new(hit.start, hit.end, "learned-value");
            spans.push(Span { known: hit.value, ..span });
        });
        for hit in hits {
            match prefilter.calls[hit.needle] {
                Call::Key(is_part) => {
                    let before = spans.len();
                    keys.hit(text, (hit.start, hit.end), is_part, &mut spans);
                    if spans.len() == before {
                        idle.push(hit.end);
                    }
                }
                Call::Rule(at) if rules.list[at].may_stand(text, hit.start) => {
                    let Reach { before, after } = rules.list[at].reach;
                    wanted.push((at, hit.start.saturating_sub(before), text.len().min(hit.end + after)));
                }
                Call::Rule(_) => {}
                Call::Opening => openings.push(hit.start),
            }
        }
        let names: Vec<Name> =
            keys.names().into_iter().filter(|name| name.0 >= from && name.0 < to).collect();
        run(rules, text, wanted, &mut spans);
        if self.strict {
            residual::find(text, residual::NEEDLES.find(text), |start, end| {
                spans.push(Span::new(start, end, residual::RULE));
            });
        }
        words.find(text, |start, end| spans.push(Span::new(start, end, words::RULE)));
        if self.identities {
            identity::find(text, &learned.names, |start, end, rule| spans.push(Span::new(start, end, rule)));
        }
        Found { spans, names, openings, idle: Idle(idle) }
    }
}

/// What is kept of one stream between its pieces.
#[derive(Default)]
pub(super) struct Scanner {
    /// Names of columns that hold secrets in such files, besides those that say so, folded.
    columns: Vec<String>,
    header_seen: bool,
    table: Option<Table>,
    /// A table that began somewhere in the text.
    late: Option<Table>,
    blocks: Blocks,
}

impl Scanner {
    /// For a file with these secret columns, if it is a table.
    pub(super) fn of(columns: Vec<String>) -> Self {
        Self { columns, ..Self::default() }
    }

    /// For a text that is no beginning, such as one line.
    pub(super) fn beside() -> Self {
        Self { header_seen: true, ..Self::default() }
    }

    /// Spans that start in `text[from..to]`, sorted and without overlaps, of what was found there; state over lines is taken on to `to`.
    pub(super) fn spans(
        &mut self,
        look: Look,
        found: Found,
        text: &[u8],
        (from, to): (usize, usize),
    ) -> (Vec<Span>, Idle) {
        let Found { mut spans, names, openings, idle } = found;
        self.state(text, (from, to), (&names, look.identities), &mut spans);
        self.blocks
            .find(text, (from, to), &openings, |start, end, rule| spans.push(Span::new(start, end, rule)));
        // A pattern may end at a limit, in the midst of a character.
        for span in &mut spans {
            let is_cut = span.end > span.start && text[span.end - 1] >= 0x80;
            let rest =
                text[span.end..].iter().take(3).take_while(|byte| is_cut && **byte & 0xC0 == 0x80).count();
            span.end += rest;
        }
        spans.retain(|span| {
            span.start >= from
                && span.start < to
                && span.start < span.end
                && identity::is_wanted(&span.rule, &text[span.start..span.end])
                && !is_masked(text, span)
        });
        (merge(spans), idle)
    }

    /// Tables.
    fn state(
        &mut self,
        text: &[u8],
        (from, to): (usize, usize),
        (names, identities): (&[Name], bool),
        spans: &mut Vec<Span>,
    ) {
        let mut start = from;
        if !self.header_seen && from < to {
            self.header_seen = true;
            let end = memchr::memchr(b'\n', &text[from..to]).map_or(to, |at| from + at + 1);
            self.table = of_first_line(&text[from..end], (identities, &self.columns));
            start = end;
        }
        let mut found = |start, end, rule| spans.push(Span::new(start, end, rule));
        if let Some(table) = &mut self.table {
            table.cells(text, start, to, &mut found);
        }
        self.late_tables(text, (from, to), names, &mut found);
    }

    /// Tables that begin somewhere in the text.
    fn late_tables(
        &mut self,
        text: &[u8],
        (from, to): (usize, usize),
        mut names: &[Name],
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        let mut at = from;
        loop {
            if let Some(table) = &mut self.late {
                let stop = names.first().map_or(to, |name| line_start(text, name.0)).max(at);
                if !table.cells(text, at, stop, &mut *found) {
                    self.late = None;
                }
                at = stop;
            }
            let Some(name) = names.first() else { return };
            let line = line_start(text, name.0);
            let count = names.iter().take_while(|other| line_start(text, other.0) == line).count();
            if let (None, Some((table, rows))) = (&self.late, of_names(text, &names[..count])) {
                self.late = Some(table);
                at = rows.min(to);
            }
            names = &names[count..];
        }
    }
}

/// Where the line begins in which this place stands.
pub(super) fn line_start(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(4096);
    memchr::memrchr(b'\n', &text[from..at]).map_or(from, |found| from + found + 1)
}

/// Runs the patterns of rules on the parts of the text around their needles; parts of one rule that overlap are one, so that a line full of
/// needles is read once.
fn run(rules: &Rules, text: &[u8], mut wanted: Vec<(usize, usize, usize)>, spans: &mut Vec<Span>) {
    wanted.sort_unstable();
    let mut parts = wanted.into_iter().peekable();
    while let Some((at, from, mut to)) = parts.next() {
        while let Some((_, _, end)) = parts.next_if(|(next, start, _)| *next == at && *start <= to) {
            to = to.max(end);
        }
        let rule = &rules.list[at];
        loop {
            let before = spans.len();
            let secrets = rule.secrets(&text[from..to]);
            spans.extend(secrets.map(|secret| Span {
                rule: RuleName::Of(Arc::clone(&rule.id)),
                ..Span::new(from + secret.start(), from + secret.end(), "")
            }));
            // What touches the end may go on behind it.
            let is_cut = spans[before..].last().is_some_and(|span| span.end == to);
            if !is_cut || to == text.len() || to - from > LONGEST {
                break;
            }
            spans.truncate(before);
            to = text.len().min(to + MORE);
        }
    }
}

/// A mask is never masked again, nor a part of one.
fn is_masked(text: &[u8], span: &Span) -> bool {
    let prefix = super::mask::PREFIX.as_bytes();
    let before = span.start.saturating_sub(64);
    // It may end in the midst of one.
    let after = text.len().min(span.end + prefix.len() - 1);
    memchr::memmem::find(&text[span.start..after], prefix).is_some()
        || memchr::memmem::rfind(&text[before..span.start], prefix).is_some_and(|at| {
            text[before + at..span.start].iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        })
}

/// Sorted, and overlapping ones as one under the rule of the longer one.
fn merge(mut spans: Vec<Span>) -> Vec<Span> {
    // Of two that are the same the one says more that is not found by its name or because it was known.
    let is_general = |span: &Span| matches!(&*span.rule, "keyed-secret" | "learned-value");
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), is_general(span)));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => {
                if span.end > last.end {
                    last.end = span.end;
                }
            }
            _ => merged.push(span),
        }
    }
    merged
}

/// A line with a few zeros among its text may be text of another encoding, which no rule has understood; it is masked whole.
pub(super) fn zeros(text: &[u8], (from, to): (usize, usize), spans: &mut Vec<Span>) {
    let mut at = from;
    let before = spans.len();
    while let Some(zero) = memchr::memchr(0, &text[at..to]).map(|found| at + found) {
        let run = text[zero..to].iter().take_while(|byte| **byte == 0).count();
        if run >= ZEROS {
            at = zero + run;
            continue;
        }
        let start = memchr::memrchr(b'\n', &text[from..zero]).map_or(from, |found| from + found + 1);
        let end = memchr::memchr2(b'\n', b'\r', &text[zero..to]).map_or(to, |found| zero + found);
        spans.push(Span::new(start, end.max(zero + run), "undecodable-line"));
        at = end.max(zero + run);
    }
    if spans.len() > before {
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    }
}
