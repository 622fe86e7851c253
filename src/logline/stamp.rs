//! Reads one time stamp at a given place of a line, in a given writing. Knows nothing of zones and files.

use chrono::NaiveDate;

use super::cursor::Cursor;

/// Microseconds of a second.
pub(super) const SECOND: i64 = 1_000_000;

/// A time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Microseconds since 1970 by the calendar and the clock on the wall.
    pub(super) wall: i64,
    /// Seconds that the wall is ahead of UTC, if the stamp says so.
    pub(super) offset: Option<i32>,
}

/// How stamps are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    /// `20190201T045901.123+0100`
    Compact,
    /// `2019-02-01 04:59:01,123`, `2019-02-01T04:59:01:123456`, `2019/02/01 04:59:01 Z`
    YearFirst,
    /// `2/1/2019 4:59:01 AM`: the month first.
    MonthFirst,
    /// `01.02.2019 04:59:01`: the day first.
    DayFirst,
    /// `01/Feb/2019:04:59:01 +0000`, `1-Feb-2019::04:59:01`, `Fri, 01 Feb 2019 04:59:01 GMT`
    DayName,
    /// `Feb 01, 2019 4:59:01 AM`, `Fri Feb  1 04:59:01 2019`, `Feb  1 04:59:01`
    NameDay,
    /// `1548993541.123`, `1548993541123`
    Epoch,
}

/// What a line cannot say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    /// No stamp without a year is later than this, in microseconds since 1970 on the wall.
    pub(super) latest: i64,
}

impl Writing {
    /// All of them; those of a locale first with the month, then with the day in front.
    pub(super) const ALL: [Self; 7] = [
        Self::Compact,
        Self::YearFirst,
        Self::MonthFirst,
        Self::DayFirst,
        Self::DayName,
        Self::NameDay,
        Self::Epoch,
    ];

    /// The writings that a format calls so; of several the file tells which.
    pub(super) fn of_name(name: &str) -> Option<&'static [Self]> {
        Some(match name {
            "compact" => &[Self::Compact],
            "year-first" => &[Self::YearFirst],
            "locale" => &[Self::MonthFirst, Self::DayFirst],
            "month-first" => &[Self::MonthFirst],
            "day-first" => &[Self::DayFirst],
            "day-name" => &[Self::DayName],
            "name-day" => &[Self::NameDay],
            "epoch" => &[Self::Epoch],
            "any" => &Self::ALL,
            _ => return None,
        })
    }

    /// The stamp that begins at `at`.
    pub(super) fn read(self, line: &[u8], at: usize, context: Context) -> Option<Written> {
        let cursor = Cursor::new(line, at);
        let first = cursor.peek();
        let fits = match self {
            Self::NameDay => first.is_ascii_alphabetic(),
            Self::DayName => first.is_ascii_alphanumeric(),
            _ => first.is_ascii_digit(),
        };
        if !fits {
            return None;
        }
        match self {
            Self::Compact => compact(cursor),
            Self::YearFirst => year_first(cursor),
            Self::MonthFirst => locale(cursor, true),
            Self::DayFirst => locale(cursor, false),
            Self::DayName => day_name(cursor),
            Self::NameDay => name_day(cursor, context),
            Self::Epoch => epoch(cursor),
        }
    }
}

fn compact(mut cursor: Cursor<'_>) -> Option<Written> {
    let date = cursor.number(8, 8)?;
    let days = days(date / 10_000, date / 100 % 100, date % 100)?;
    cursor.eat(b"T-_ ")?;
    let digits = cursor.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let time = match digits {
        4 => cursor.number(4, 4)? * 100,
        6 => cursor.number(6, 6)?,
        _ => return clock(&mut cursor, days, b":"),
    };
    let seconds = of_day(time / 10_000, time / 100 % 100, time % 100)?;
    let wall = (days * 86_400 + seconds) * SECOND + fraction(&mut cursor);
    Some(Written { wall, offset: zone(&mut cursor) })
}

fn year_first(mut cursor: Cursor<'_>) -> Option<Written> {
    let year = cursor.number(4, 4)?;
    let between = cursor.eat(b"-/.")?;
    cursor.eat(b" ");
    let month = cursor.number(1, 2)?;
    cursor.eat(&[between])?;
    cursor.eat(b" ");
    let day = cursor.number(1, 2)?;
    cursor.eat(b".");
    cursor.eat(b"T \t,_;-")?;
    cursor.blanks();
    clock(&mut cursor, days(year, month, day)?, b":")
}

fn locale(mut cursor: Cursor<'_>, month_first: bool) -> Option<Written> {
    let first = cursor.number(1, 2)?;
    let between = cursor.eat(b"/.-")?;
    cursor.eat(b" ");
    let second = cursor.number(1, 2)?;
    cursor.eat(&[between])?;
    cursor.eat(b" ");
    let year = cursor.number(4, 4)?;
    cursor.eat(b",;");
    let before = cursor.at;
    cursor.blanks();
    if cursor.at == before && cursor.eat(b"T").is_none() {
        return None;
    }
    // With dots the day always comes first.
    let (month, day) = match (month_first, between) {
        (true, b'.') => return None,
        (true, _) => (first, second),
        (false, _) => (second, first),
    };
    clock(&mut cursor, days(year, month, day)?, b":.")
}

fn day_name(mut cursor: Cursor<'_>) -> Option<Written> {
    if cursor.peek().is_ascii_alphabetic() {
        weekday(&mut cursor)?;
    }
    let day = cursor.number(1, 2)?;
    let between = cursor.eat(b"/- .")?;
    let month = month(cursor.letters())?;
    cursor.eat(b".");
    cursor.eat(&[between])?;
    let year = cursor.number(4, 4)?;
    cursor.eat(b":T ,")?;
    cursor.eat(b": ");
    clock(&mut cursor, days(year, month, day)?, b":")
}

fn name_day(mut cursor: Cursor<'_>, context: Context) -> Option<Written> {
    let mut ahead = cursor;
    if weekday(&mut ahead).is_some() {
        cursor = ahead;
    }
    let month = month(cursor.letters())?;
    cursor.eat(b".");
    cursor.eat(b" ")?;
    cursor.blanks();
    let day = cursor.number(1, 2)?;
    cursor.eat(b",");
    cursor.eat(b" ")?;
    let mut ahead = cursor;
    if let Some(year) = ahead.number(4, 4)
        && ahead.eat(b", ").is_some()
    {
        ahead.blanks();
        return clock(&mut ahead, days(year, month, day)?, b":");
    }
    // The year comes behind the time, or not at all.
    let time = clock(&mut cursor, 0, b":")?;
    cursor.eat(b" ");
    let mut ahead = cursor;
    ahead.letters();
    ahead.eat(b" ");
    let year = ahead.number(4, 4).filter(|year| (1970..2200).contains(year));
    let on = |year: u32| Some(time.wall + days(year, month, day)? * 86_400 * SECOND);
    let wall = match year {
        Some(year) => on(year)?,
        None => latest_before(context.latest, on)?,
    };
    Some(Written { wall, offset: time.offset })
}

/// The latest time that is no later than the file: stamps without a year are of the last twelve months.
fn latest_before(latest: i64, on: impl Fn(u32) -> Option<i64>) -> Option<i64> {
    let year = u32::try_from(1970 + latest.div_euclid(SECOND) / 31_556_952).ok()?;
    // Eight years, for the sake of the 29th of February.
    (year.saturating_sub(8)..=year + 1).rev().filter_map(on).find(|wall| *wall <= latest)
}

fn epoch(mut cursor: Cursor<'_>) -> Option<Written> {
    let rest = cursor.rest();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&rest[..digits]).ok()?.parse::<i64>().ok()?;
    cursor.at += digits;
    let wall = match digits {
        10 => number * SECOND + fraction(&mut cursor),
        13 => number * 1000,
        16 => number,
        19 => number / 1000,
        _ => return None,
    };
    let likely = 946_684_800 * SECOND..4_102_444_800 * SECOND;
    let ends = !cursor.peek().is_ascii_alphanumeric();
    (ends && likely.contains(&wall)).then_some(Written { wall, offset: Some(0) })
}

/// Hours, minutes, seconds, a fraction, AM or PM and the zone.
fn clock(cursor: &mut Cursor<'_>, days: i64, between: &[u8]) -> Option<Written> {
    let mut hour = cursor.number(1, 2)?;
    let colon = cursor.eat(between)?;
    let minute = cursor.number(2, 2)?;
    let mut second = 0;
    let mut part = 0;
    if cursor.eat(&[colon]).is_some() {
        second = cursor.number(2, 2)?;
        part = fraction(cursor);
    }
    if let Some(afternoon) = half_of_day(cursor) {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if afternoon { 12 } else { 0 };
    }
    let seconds = of_day(hour, minute, second)?;
    Some(Written { wall: (days * 86_400 + seconds) * SECOND + part, offset: zone(cursor) })
}

/// Microseconds behind a point, a comma or a colon.
fn fraction(cursor: &mut Cursor<'_>) -> i64 {
    let mut ahead = *cursor;
    if ahead.eat(b".,:").is_none() || !ahead.peek().is_ascii_digit() {
        return 0;
    }
    let mut micros = 0;
    for place in [100_000, 10_000, 1_000, 100, 10, 1, 0, 0, 0] {
        let Some(digit) = ahead.digits(1, 1) else { break };
        micros += i64::from(digit) * place;
    }
    *cursor = ahead;
    micros
}

/// `AM`, `pm`, `a.m.`, `p. m.`
fn half_of_day(cursor: &mut Cursor<'_>) -> Option<bool> {
    let mut ahead = *cursor;
    ahead.blanks();
    let afternoon = ahead.eat(b"aApP")?.eq_ignore_ascii_case(&b'p');
    if ahead.eat(b".").is_some() {
        ahead.blanks();
    }
    ahead.eat(b"mM")?;
    ahead.eat(b".");
    let ends = !ahead.peek().is_ascii_alphanumeric();
    ends.then(|| {
        *cursor = ahead;
        afternoon
    })
}

/// `Z`, `UTC`, `GMT`, `+01:00`, `-0500`, `+01`. Other names of zones mean the host's own.
fn zone(cursor: &mut Cursor<'_>) -> Option<i32> {
    let mut ahead = *cursor;
    let apart = ahead.eat(b" ").is_some();
    let offset = match ahead.peek() {
        b'+' | b'-' => offset(&mut ahead, apart)?,
        b'Z' | b'U' | b'G' => matches!(ahead.letters(), b"Z" | b"UTC" | b"GMT").then_some(0)?,
        _ => return None,
    };
    let ends = !ahead.peek().is_ascii_alphanumeric();
    ends.then(|| {
        *cursor = ahead;
        offset
    })
}

/// Behind a blank only the long form is one, since `-12` may be anything there.
fn offset(cursor: &mut Cursor<'_>, apart: bool) -> Option<i32> {
    let west = cursor.eat(b"+-")? == b'-';
    let hours = cursor.digits(2, 2)?;
    let colon = cursor.eat(b":").is_some();
    let minutes = match cursor.number(2, 2) {
        Some(minutes) => minutes,
        None if colon || apart => return None,
        None => 0,
    };
    if hours > 14 || !matches!(minutes, 0 | 15 | 30 | 45) {
        return None;
    }
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    Some(if west { -seconds } else { seconds })
}

fn days(year: u32, month: u32, day: u32) -> Option<i64> {
    let likely = (1970..2200).contains(&year);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| likely)?;
    Some(date.signed_duration_since(NaiveDate::default()).num_days())
}

/// Seconds of a day; a leap second counts as the one before.
fn of_day(hour: u32, minute: u32, second: u32) -> Option<i64> {
    let fits = hour < 24 && minute < 60 && second <= 60;
    fits.then(|| i64::from(hour * 3600 + minute * 60 + second.min(59)))
}

fn weekday(cursor: &mut Cursor<'_>) -> Option<()> {
    let name = cursor.letters();
    let known = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    let is_one = name.get(..3).is_some_and(|start| known.iter().any(|day| start.eq_ignore_ascii_case(*day)));
    cursor.eat(b",");
    (is_one && cursor.eat(b" ").is_some()).then(|| cursor.blanks())
}

fn month(name: &[u8]) -> Option<u32> {
    const SHORT: [&[u8]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    const GERMAN: [(&[u8], u32); 3] = [(b"mai", 5), (b"okt", 10), (b"dez", 12)];
    let start = name.get(..3).filter(|_| name.len() <= 9)?;
    let english = SHORT.iter().zip(1..).find(|(short, _)| start.eq_ignore_ascii_case(short));
    let german = GERMAN.iter().find(|(short, _)| start.eq_ignore_ascii_case(short));
    english.map(|(_, number)| number).or(german.map(|(_, number)| *number))
}
