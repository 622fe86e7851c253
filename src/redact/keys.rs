//! What the key words of a piece of text lead to: the values under their names, at a cost that no line full of names can drive up.

use super::keyed;
use super::kind::Kind;
use super::scan::Span;
use super::table::{Name, name_and_value};

/// Key words inside one value that are looked at again for a value that goes on behind it; a line of a million key words costs no more.
const NESTED: u8 = 8;

/// How far a name looks for its value on a line so long that names before it have looked over it in vain, and how often they may before.
const CROWDED: usize = 5 * 1024;
const VAIN: u8 = 8;
/// How far no look goes beyond.
const FARTHEST: usize = 64 * 1024;

/// What the key words of a piece of text have led to.
#[derive(Default)]
pub(super) struct Keys {
    kind: Kind,
    own: bool,
    /// Where the value that reaches farthest stands, and how many key words stood in it.
    value: (usize, usize),
    nested: u8,
    /// How far looks along one line went that found nothing, and how many.
    vain_to: usize,
    vain: u8,
    /// Names without a value beside them.
    names: Vec<Name>,
}

impl Keys {
    pub(super) fn new(kind: Kind, own: bool) -> Self {
        Self { kind, own, ..Self::default() }
    }

    /// Names without a value beside them.
    pub(super) fn names(self) -> Vec<Name> {
        self.names
    }

    /// What one key word leads to.
    pub(super) fn hit(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        is_part: bool,
        spans: &mut Vec<Span>,
    ) {
        let is_inside = start >= self.value.0 && start < self.value.1;
        if is_inside && self.nested >= NESTED {
            return;
        }
        self.nested = if is_inside { self.nested + 1 } else { 0 };
        let name = self.values(text, (start, end), is_part, spans);
        let Some(name) = name else { return };
        if let Some((start, end)) = name_and_value(text, name) {
            spans.push(Span::new(start, end, "keyed-secret"));
        } else if self.names.last() != Some(&name) {
            self.names.push(name);
        }
    }

    /// The values of a name. In a line of a million names that all come to nothing each looks less far, unless it finds something there.
    fn values(
        &mut self,
        text: &[u8],
        hit: (usize, usize),
        is_part: bool,
        spans: &mut Vec<Span>,
    ) -> Option<Name> {
        let before = spans.len();
        if hit.0 >= self.vain_to {
            self.vain = 0;
        }
        if self.vain >= VAIN {
            let limit = text.len().min(hit.1 + CROWDED);
            let name = self.values_in(&text[..limit], hit, is_part, spans);
            let is_cut = limit < text.len() && spans[before..].iter().any(|span| span.end == limit);
            if !is_cut {
                return name;
            }
            spans.truncate(before);
        }
        let name = self.values_in(text, hit, is_part, spans);
        let ahead = &text[hit.1..text.len().min(hit.1 + CROWDED)];
        if spans.len() == before && ahead.len() == CROWDED && memchr::memchr(b'\n', ahead).is_none() {
            self.vain += 1;
            self.vain_to = hit.1 + FARTHEST;
        }
        name
    }

    fn values_in(
        &mut self,
        text: &[u8],
        hit: (usize, usize),
        is_part: bool,
        spans: &mut Vec<Span>,
    ) -> Option<Name> {
        keyed::values(text, hit, (self.kind, is_part), &mut |value| {
            if !self.own || value.quotes.is_none() {
                if value.end > self.value.1 {
                    self.value = (value.start, value.end);
                }
                spans
                    .push(Span { quotes: value.quotes, ..Span::new(value.start, value.end, "keyed-secret") });
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_behind_a_crowd_of_names_is_found_whole() {
        for length in [12, 3 * CROWDED] {
            let crowd = "/token:".repeat(CROWDED);
            let value: String = "Umber44-".chars().cycle().take(length).collect();
            let text = format!("{crowd} password=\"{value}\" {}", "and more ".repeat(CROWDED));
            let mut keys = Keys::new(Kind::Text, false);
            let mut spans = Vec::new();
            for (at, _) in crowd.match_indices("token") {
                keys.hit(text.as_bytes(), (at, at + 5), false, &mut spans);
            }
            assert!(keys.vain >= VAIN);
            spans.clear();
            let at = crowd.len() + 1;
            keys.hit(text.as_bytes(), (at, at + 8), false, &mut spans);
            assert_eq!(spans.len(), 1);
            assert_eq!(&text[spans[0].start..spans[0].end], value);
        }
    }
}
