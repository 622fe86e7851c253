//! One prefilter over all needles, then only what its hits call for: from a piece of text to spans and their rules.

use super::block::Blocks;
use super::kind::Kind;
use super::learn::Learned;
use super::needle::Needles;
use super::rules::{Reach, Rules};
use super::table::{Name, Table, name_and_value, of_first_line, of_names};
use super::words::{self, Words};
use super::{identity, keyed, residual};

/// A part of the text that must be masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) rule: &'a str,
    /// Quotes that the mask needs to stay valid JSON.
    pub(super) quotes: Option<&'static str>,
    /// Which learned value it is another form of.
    pub(super) known: Option<usize>,
}

impl<'a> Span<'a> {
    pub(super) fn new(start: usize, end: usize, rule: &'a str) -> Self {
        Self { start, end, rule, quotes: None, known: None }
    }
}

/// Key words inside one value that are looked at again for a value that goes on behind it; a line of a million key words costs no more.
const NESTED: u8 = 8;

/// Longest part of the text that a pattern is run on, and by how much it grows while a match touches its end.
const LONGEST: usize = 64 * 1024;
const MORE: usize = 4 * 1024;

/// Zeros in a row that a crash leaves in a log; fewer of them are a sign of another encoding.
const ZEROS: usize = 16;

/// What a needle calls for.
#[derive(Clone, Copy)]
enum Call {
    /// A key word; whether it must be a part of a name by itself.
    Key(bool),
    Rule(usize),
}

/// All needles, and what each calls for.
pub(super) struct Prefilter {
    needles: Needles,
    calls: Vec<Call>,
}

impl Prefilter {
    pub(super) fn new(rules: &Rules) -> Self {
        let keys =
            rules.keys.words.iter().flat_map(|word| written(word)).map(|word| (word, Call::Key(false)));
        let parts =
            rules.keys.parts.iter().flat_map(|word| written(word)).map(|word| (word, Call::Key(true)));
        let needles = rules.list.iter().enumerate().flat_map(|(at, rule)| {
            rule.needles.iter().map(move |needle| (needle.to_lowercase().into_bytes(), Call::Rule(at)))
        });
        let (needles, calls): (Vec<Vec<u8>>, Vec<Call>) = keys.chain(parts).chain(needles).unzip();
        Self { needles: Needles::new(needles), calls }
    }
}

/// A key word as UTF-8 and as the code pages of Windows write it, in which text of an unknown code page is left.
fn written(word: &str) -> Vec<Vec<u8>> {
    let folded = word.to_lowercase();
    // A phrase is written with blanks, dashes, underscores, dots or nothing between its words.
    let mut forms: Vec<Vec<u8>> = if folded.contains(' ') {
        [" ", "", "_", "-", "."].iter().map(|joint| folded.replace(' ', joint).into_bytes()).collect()
    } else {
        vec![folded.clone().into_bytes()]
    };
    if !folded.is_ascii() {
        // Only letters of ASCII are folded later.
        forms.push(word.to_uppercase().into_bytes());
        let mut letters = word.chars();
        forms.extend(
            letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str()).into_bytes()),
        );
        for page in [encoding_rs::WINDOWS_1252, encoding_rs::SHIFT_JIS] {
            let (bytes, _, has_lost) = page.encode(&folded);
            if !has_lost {
                forms.push(bytes.into_owned());
            }
        }
    }
    forms
}

/// What is kept of one stream between its pieces.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for itself")]
pub(super) struct Scanner {
    /// Whether people, hosts and addresses are wanted too.
    pub(super) identities: bool,
    /// Whether the rules of the check mask too.
    pub(super) strict: bool,
    /// Whether the program wrote the text itself: its numbers are counts, also under the name of a rule.
    pub(super) own: bool,
    /// What kind of file it is.
    pub(super) kind: Kind,
    header_seen: bool,
    table: Option<Table>,
    /// A table that began somewhere in the text.
    late: Option<Table>,
    blocks: Blocks,
    /// Where a name or a needle of the last text led to nothing; with a mask beside it may lead to more.
    idle: Vec<usize>,
}

impl Scanner {
    /// For a text of one line that is no table.
    pub(super) fn for_name(identities: bool) -> Self {
        Self { identities, header_seen: true, ..Self::default() }
    }

    /// Whether something between these places was looked at for nothing.
    pub(super) fn is_idle(&self, from: usize, to: usize) -> bool {
        let first = self.idle.partition_point(|at| *at < from);
        self.idle.get(first).is_some_and(|at| *at < to)
    }

    /// For a part of the same stream, out of turn: without what is kept over lines.
    pub(super) fn beside(&self) -> Self {
        let (identities, strict, own, kind) = (self.identities, self.strict, self.own, self.kind);
        Self { identities, strict, own, kind, header_seen: true, ..Self::default() }
    }

    /// Spans that start in `text[from..to]`, sorted and without overlaps. What stands around is context; state over lines is taken on to `to`.
    pub(super) fn spans<'a>(
        &mut self,
        (rules, prefilter): (&'a Rules, &Prefilter),
        (words, learned): (&Words, &Learned),
        text: &[u8],
        (from, to): (usize, usize),
    ) -> Vec<Span<'a>> {
        let mut spans: Vec<Span<'a>> = Vec::new();
        let mut wanted: Vec<(usize, usize, usize)> = Vec::new();
        let mut idle = Vec::new();
        let mut keys = Keys { kind: self.kind, own: self.own, end: 0, nested: 0, names: Vec::new() };
        for hit in prefilter.needles.find(text) {
            match prefilter.calls[hit.needle] {
                Call::Key(is_part) => {
                    let before = spans.len();
                    keys.hit(text, (hit.start, hit.end), is_part, &mut spans);
                    if spans.len() == before {
                        idle.push(hit.end);
                    }
                }
                Call::Rule(at) => {
                    let Reach { before, after } = rules.list[at].reach;
                    wanted.push((at, hit.start.saturating_sub(before), text.len().min(hit.end + after)));
                }
            }
        }
        let names: Vec<Name> = keys.names.into_iter().filter(|name| name.0 >= from && name.0 < to).collect();
        run(rules, text, wanted, &mut spans);
        self.idle = idle;
        self.state(text, (from, to), &names, &mut spans);
        if self.strict {
            residual::find(text, |start, end| spans.push(Span::new(start, end, residual::RULE)));
        }
        words.find(text, |start, end| spans.push(Span::new(start, end, words::RULE)));
        if self.identities {
            identity::find(text, &learned.names, |start, end, rule| spans.push(Span::new(start, end, rule)));
        }
        learned.find(text, |hit| {
            let span = Span::new(hit.start, hit.end, "learned-value");
            spans.push(Span { known: hit.value, ..span });
        });
        // A pattern may end at a limit, in the midst of a character.
        for span in &mut spans {
            let is_cut = span.end > span.start && text[span.end - 1] >= 0x80;
            let rest =
                text[span.end..].iter().take(3).take_while(|byte| is_cut && **byte & 0xC0 == 0x80).count();
            span.end += rest;
        }
        spans.retain(|span| identity::is_wanted(span.rule, &text[span.start..span.end]));
        spans.retain(|span| {
            span.start >= from && span.start < to && span.start < span.end && !is_masked(text, span)
        });
        merge(spans)
    }

    /// Tables and blocks.
    fn state(&mut self, text: &[u8], (from, to): (usize, usize), names: &[Name], spans: &mut Vec<Span<'_>>) {
        let mut start = from;
        if !self.header_seen && from < to {
            self.header_seen = true;
            let end = memchr::memchr(b'\n', &text[from..to]).map_or(to, |at| from + at + 1);
            self.table = of_first_line(&text[from..end], self.identities);
            start = end;
        }
        let mut found = |start, end, rule| spans.push(Span::new(start, end, rule));
        if let Some(table) = &mut self.table {
            table.cells(text, start, to, &mut found);
        }
        self.late_tables(text, (from, to), names, &mut found);
        self.blocks.find(text, from, to, found);
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

/// What the key words of a piece of text have led to.
struct Keys {
    kind: Kind,
    own: bool,
    /// Where the last value ends, and how many key words stood in it.
    end: usize,
    nested: u8,
    /// Names without a value beside them.
    names: Vec<Name>,
}

impl Keys {
    fn hit(&mut self, text: &[u8], (start, end): (usize, usize), is_part: bool, spans: &mut Vec<Span<'_>>) {
        let is_inside = start < self.end;
        if is_inside && self.nested >= NESTED {
            return;
        }
        self.nested = if is_inside { self.nested + 1 } else { 0 };
        let name = keyed::values(text, (start, end), (self.kind, is_part), &mut |value| {
            if !self.own || value.quotes.is_none() {
                self.end = self.end.max(value.end);
                spans
                    .push(Span { quotes: value.quotes, ..Span::new(value.start, value.end, "keyed-secret") });
            }
        });
        let Some(name) = name else { return };
        if let Some((start, end)) = name_and_value(text, name) {
            spans.push(Span::new(start, end, "keyed-secret"));
        } else if self.names.last() != Some(&name) {
            self.names.push(name);
        }
    }
}

/// Where the line begins in which this place stands.
fn line_start(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(4096);
    memchr::memrchr(b'\n', &text[from..at]).map_or(from, |found| from + found + 1)
}

/// Runs the patterns of rules on the parts of the text around their needles; parts of one rule that overlap are one, so that a line full of
/// needles is read once.
fn run<'a>(rules: &'a Rules, text: &[u8], mut wanted: Vec<(usize, usize, usize)>, spans: &mut Vec<Span<'a>>) {
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
            spans.extend(
                secrets.map(|secret| Span::new(from + secret.start(), from + secret.end(), &rule.id)),
            );
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
fn is_masked(text: &[u8], span: &Span<'_>) -> bool {
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
fn merge(mut spans: Vec<Span<'_>>) -> Vec<Span<'_>> {
    // Of two that are the same the one says more that is not found by its name or because it was known.
    let is_general = |span: &Span<'_>| matches!(span.rule, "keyed-secret" | "learned-value");
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end), is_general(span)));
    let mut merged: Vec<Span<'_>> = Vec::with_capacity(spans.len());
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
pub(super) fn zeros(text: &[u8], (from, to): (usize, usize), spans: &mut Vec<Span<'_>>) {
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
