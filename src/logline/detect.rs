//! Tells the format of a file from some of its lines: which writing of stamps, at which place.

use std::cell::Cell;

use chrono::FixedOffset;

use super::place::{self, Place};
use super::stamp::{Context, SECOND, Writing};
use super::{Origin, Stamps};
use crate::host::Zone;

/// Formats that one file may mix: a program and the console that its output goes to.
const FORMS: usize = 3;
/// A day: clocks and zones may differ by so much from the time of a file.
const DAY: i64 = 86_400 * SECOND;
/// Names of the column with the time of a record, in lower case; a table may have other times too.
const COLUMNS: [&str; 5] = ["timestamp", "time stamp", "datetime", "date", "time"];

type Form = (Place, Writing);
/// A place that a format names, and the writings that it may have there.
pub(super) type Given = (Place, &'static [Writing]);

pub(super) fn stamps(lines: &[Vec<u8>], origin: &Origin, given: &[Given]) -> Option<Stamps> {
    let is_w3c = lines.iter().any(|line| line.starts_with(b"#Fields:"));
    let zone = if is_w3c { utc() } else { origin.zone.clone() };
    let modified = origin.modified.map(|time| time.timestamp_micros());
    let context = Context { latest: modified.map_or(4 * i64::from(i32::MAX) * SECOND, |time| time + DAY) };
    let table = Table { lines, context, column: lines.first().and_then(|line| time_column(line)), modified };
    let forms = table.forms(given);
    let last = Cell::new((i64::MIN, (0, 0)));
    (!forms.is_empty()).then_some(Stamps { forms, context, zone, last })
}

fn utc() -> Zone {
    Zone::Fixed(FixedOffset::east_opt(0).expect("no offset is one"))
}

/// Where the time stands by the names of the columns.
fn time_column(header: &[u8]) -> Option<Place> {
    let names: Vec<String> = header
        .split(|byte| *byte == b'\t')
        .map(|name| String::from_utf8_lossy(name).trim().trim_matches('"').to_lowercase())
        .collect();
    let at = COLUMNS.iter().find_map(|wanted| names.iter().position(|name| name == wanted))?;
    let place = if at == 0 { Place::Start } else { Place::Column(b'\t', at) };
    (names.len() > 1).then_some(place)
}

/// The lines that are judged.
struct Table<'a> {
    lines: &'a [Vec<u8>],
    context: Context,
    column: Option<Place>,
    modified: Option<i64>,
}

impl Table<'_> {
    fn forms(&self, given: &[Given]) -> Vec<Form> {
        let mut left = self.filled();
        let all = left.len();
        let (mut forms, mut first_hits) = self.given(given, &mut left);
        // A file that does not fit the format is told by its content, as any other.
        if first_hits * 4 < all {
            forms.clear();
            first_hits = 0;
            left = self.filled();
        }
        while forms.len() < FORMS {
            let Some((form, hits)) = self.best(&left, forms.is_empty()) else { break };
            // One line with a time is no log yet, unless a column is named for it; a few dates in texts are no second format.
            let is_named = self.column == Some(form.0);
            let enough = hits >= 3 || forms.is_empty() && (is_named || hits * 4 >= all);
            if !enough || hits * 10 < first_hits {
                break;
            }
            first_hits = first_hits.max(hits);
            left.retain(|line| !self.has(form, line));
            forms.push(form);
        }
        // Too few times to be told by content, as where one record has a long trace, are enough for who knows the format.
        if forms.is_empty() { self.given(given, &mut self.filled()).0 } else { forms }
    }

    fn filled(&self) -> Vec<&[u8]> {
        self.lines.iter().map(Vec::as_slice).filter(|line| !line.trim_ascii().is_empty()).collect()
    }

    /// The forms of a format that lines have, and how many lines that are; those lines are taken out.
    fn given(&self, given: &[Given], left: &mut Vec<&[u8]>) -> (Vec<Form>, usize) {
        let (mut forms, mut hits) = (Vec::new(), 0);
        for (place, writings) in given {
            let Some((form, more)) = self.best_at(*place, left, writings) else { continue };
            hits += more;
            left.retain(|line| !self.has(form, line));
            forms.push(form);
        }
        (forms, hits)
    }

    /// The form that most lines have; the column that is named for it comes before all others.
    fn best(&self, lines: &[&[u8]], is_first: bool) -> Option<(Form, usize)> {
        let named =
            self.column.filter(|_| is_first).and_then(|place| self.best_at(place, lines, &Writing::ALL));
        if named.is_some() {
            return named;
        }
        let mut best: Option<(Form, usize)> = None;
        for found in place::ALL.iter().filter_map(|place| self.best_at(*place, lines, &Writing::ALL)) {
            if best.is_none_or(|(_, most)| found.1 > most) {
                best = Some(found);
            }
        }
        best
    }

    fn best_at(&self, place: Place, lines: &[&[u8]], among: &[Writing]) -> Option<(Form, usize)> {
        let starts: Vec<(&[u8], usize)> =
            lines.iter().filter_map(|line| Some((*line, place.find(line)?))).collect();
        let count = |writing: Writing| {
            starts.iter().filter(|(line, at)| writing.read(line, *at, self.context).is_some()).count()
        };
        let counts: Vec<(Writing, usize)> = among.iter().map(|writing| (*writing, count(*writing))).collect();
        let of =
            |wanted: Writing| counts.iter().find(|(writing, _)| *writing == wanted).map(|(_, hits)| *hits);
        let (mut writing, hits) = counts.iter().rev().max_by_key(|(_, hits)| *hits).copied()?;
        if writing == Writing::MonthFirst && of(Writing::DayFirst) == Some(hits) {
            writing = self.order(&starts);
        }
        (hits > 0).then_some(((place, writing), hits))
    }

    /// Month or day first, where no line has a day above the twelfth: the reading whose last time is close to that of the
    /// file, else what the clock says: it has two halves where the month comes first.
    fn order(&self, starts: &[(&[u8], usize)]) -> Writing {
        let last = |writing: Writing| {
            starts.iter().rev().find_map(|(line, at)| writing.read(line, *at, self.context))
        };
        let distance = |writing: Writing| {
            let wall = last(writing)?.wall;
            let modified = self.modified?;
            (wall <= modified + DAY).then(|| (modified - wall).abs())
        };
        match (distance(Writing::MonthFirst), distance(Writing::DayFirst)) {
            (Some(month), Some(day)) if month < day => return Writing::MonthFirst,
            (Some(month), Some(day)) if day < month => return Writing::DayFirst,
            (Some(_), None) => return Writing::MonthFirst,
            (None, Some(_)) => return Writing::DayFirst,
            _ => {}
        }
        let halves = starts.iter().any(|(line, _)| {
            let line = line.to_ascii_uppercase();
            [&b" AM"[..], b" PM"].iter().any(|half| memchr::memmem::find(&line, half).is_some())
        });
        if halves { Writing::MonthFirst } else { Writing::DayFirst }
    }

    fn has(&self, (place, writing): Form, line: &[u8]) -> bool {
        place.find(line).is_some_and(|at| writing.read(line, at, self.context).is_some())
    }
}
