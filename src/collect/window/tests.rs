//! The index finds what a scan of all records chooses; parts are whole records; markers and cuts tell what is left out.

use std::fmt::Write;

use chrono::{DateTime, FixedOffset};
use proptest::prelude::*;

use super::*;
use crate::host::Zone;

impl At for &[u8] {
    fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = &self[usize::try_from(at).unwrap().min(self.len())..];
        // Short reads, as a file may give them.
        let length = rest.len().min(buffer.len()).min(777);
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }

    fn length(&self) -> u64 {
        self.len() as u64
    }
}

const MINUTE: i64 = 60_000_000;
/// The 27th of October 2019, 00:00 UTC.
const START: i64 = 1_572_134_400 * 1_000_000;

/// Blocks and reads so small that a few lines make many.
fn small() -> Tuning {
    Tuning { block: 400, blocks: 64, probe: 100, tolerance: 10 * MINUTE, piece: 200 }
}

fn origin() -> Origin {
    Origin { zone: Zone::Fixed(FixedOffset::east_opt(0).unwrap()), modified: None }
}

/// What all records say, one by one: the part from the first record of the window to the last one, and the one before.
fn scan(file: &[u8], stamps: &Stamps, text: Text, (since, until): (i64, i64)) -> Chosen {
    let mut records: Vec<(u64, Moment)> = Vec::new();
    let mut at = text.mark();
    while at < file.len() {
        let end = text.line_end(&file[at..]).map_or(file.len(), |end| at + end);
        if let Some(moment) = stamps.moment(text.narrow(&file[at..end], &mut Vec::new())) {
            records.push((at as u64, moment));
        }
        at = end;
    }
    let Some(begin) = records.first().map(|record| record.0) else { return Chosen::NoRecords };
    let inside = |record: &(u64, Moment)| record.1.late >= since && record.1.early <= until;
    let earlier = |record: &(u64, Moment)| record.1.late < since;
    let (from, to) = match (records.iter().position(inside), records.iter().rposition(inside)) {
        (Some(first), Some(last)) => {
            (if first > 0 && earlier(&records[first - 1]) { first - 1 } else { first }, last)
        }
        _ => match records.iter().rposition(earlier) {
            Some(running) => (running, running),
            None => return Chosen::Nothing,
        },
    };
    Chosen::Part(Part {
        records: begin,
        from: records[from].0,
        to: records.get(to + 1).map_or(file.len() as u64, |record| record.0),
        first: records[from].1,
        last: records[to].1,
    })
}

/// What a log may do between two records.
#[derive(Debug, Clone)]
enum Step {
    /// Time goes on, in seconds.
    On(i64),
    /// A record out of turn, so many seconds back or ahead.
    Astray(i64),
    /// A line that continues the record.
    More(usize),
    /// The clock, or the zone without being named, is set by so many minutes.
    Set(i64),
    /// The zone that is written changes, in hours; the time does not.
    Zone(i32),
}

/// So many seconds pass between two records, and so far are some of them out of turn; there may be gaps.
fn paced(pace: std::ops::Range<i64>, astray: i64, gap: i64) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        20 => pace.prop_map(Step::On),
        1 => (0..gap).prop_map(Step::On),
        4 => (-astray..astray).prop_map(Step::Astray),
        4 => (1_usize..300).prop_map(Step::More),
    ];
    proptest::collection::vec(step, 0..500)
}

/// With a clock that is set once, and zones that change: two sets within one block could hide what lies between them.
fn set(steps: impl Strategy<Value = Vec<Step>>) -> impl Strategy<Value = Vec<Step>> {
    let zone = (any::<prop::sample::Index>(), (-11_i32..12).prop_map(Step::Zone));
    let clock = (any::<prop::sample::Index>(), (-90_i64..90).prop_map(Step::Set));
    (steps, proptest::collection::vec(zone, 0..4), clock).prop_map(|(mut steps, mut rare, clock)| {
        rare.push(clock);
        for (at, step) in rare {
            let at = at.index(steps.len() + 1);
            steps.insert(at, step);
        }
        steps
    })
}

/// Time runs forward but for the tolerance; or the clock is set too, and no block spans more than that.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        paced(0..30, 100, 1),
        paced(0..30, 299, 4000),
        paced(0..2, 299, 2),
        paced(0..2, 299, 20_000),
        set(paced(0..30, 100, 1)),
        set(paced(0..5, 200, 5)),
    ]
}

/// Writes a log. `zoned` stamps name their offset, the others are what a clock on the wall shows.
fn log(steps: &[Step], zoned: bool, wall: impl Fn(i64) -> i64) -> String {
    let mut text = String::from("Sequence#\tTimestamp\tMessage\n");
    let (mut now, mut zone) = (START, 0);
    let mut line = |at: i64, zone: i32| {
        let at = DateTime::from_timestamp_micros(if zoned { at } else { wall(at) }).unwrap();
        let at = at.with_timezone(&FixedOffset::east_opt(zone * 3600).unwrap());
        let stamp = at.format(if zoned { "%Y%m%dT%H%M%S%.3f%z" } else { "%Y-%m-%d %H:%M:%S" });
        writeln!(text, "1\t{stamp}\tsomething").unwrap();
    };
    let mut more = Vec::new();
    for step in steps {
        match step {
            Step::On(seconds) => {
                now += seconds * 1_000_000;
                line(now, zone);
            }
            Step::Astray(seconds) => line(now + seconds * 1_000_000, zone),
            Step::Set(minutes) => now += minutes * MINUTE,
            Step::Zone(hours) if zoned => zone = *hours,
            Step::Zone(_) => {}
            Step::More(length) => {
                more.push(*length);
                line(now, zone);
            }
        }
    }
    // Records with lines that continue them, here and there.
    let mut lengths = more.into_iter();
    text.lines().fold(String::new(), |mut file, line| {
        file.push_str(line);
        file.push('\n');
        if line.len() % 7 < 3
            && let Some(length) = lengths.next()
        {
            writeln!(file, "  at {}", "x".repeat(length)).unwrap();
        }
        file
    })
}

/// Holds what the index finds against what all records say.
fn same(file: &[u8], origin: &Origin, window: (i64, i64)) -> Result<(), TestCaseError> {
    let text = Text::of(file);
    let mut source = file;
    let lines = lines(&mut source, text).unwrap();
    let Some(stamps) = Stamps::of(&lines, origin) else { return Ok(()) };
    let mut search = Search { source: &mut source, text, stamps: &stamps, window, tuning: small() };
    prop_assert_eq!(search.choose().unwrap(), scan(file, &stamps, text, window));
    Ok(())
}

fn wide(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_index_finds_what_a_scan_chooses(
        steps in steps(), zoned: bool, two_bytes: bool, since in -30_i64..300, length in 0_i64..40,
    ) {
        let text = log(&steps, zoned, |at| at);
        let file = if two_bytes { wide(&text) } else { text.into_bytes() };
        let since = START + since * MINUTE;
        same(&file, &origin(), (since, since + length * MINUTE))?;
        same(&file, &origin(), (since, i64::MAX))?;
        same(&file, &origin(), (i64::MIN, since))?;
    }

    #[test]
    fn where_times_run_back_every_record_is_read(
        steps in set(paced(0..30, 20_000, 20_000)), since in -30_i64..300, length in 0_i64..40,
    ) {
        // The first record is of the future, so all samples behind it run back, whatever is hidden between them.
        let mut steps = steps;
        steps.splice(0..0, [Step::Set(100_000), Step::On(0), Step::Set(-100_000), Step::On(0)]);
        let since = START + since * MINUTE;
        let file = log(&steps, true, |at| at).into_bytes();
        same(&file, &origin(), (since, since + length * MINUTE))?;
    }

    #[test]
    fn nothing_is_lost_in_the_hour_that_comes_twice(
        steps in steps(), since in -30_i64..300, length in 0_i64..40,
    ) {
        // The wall is two hours ahead of UTC for the first hour, then one.
        let change = START / 1_000_000 + 3600;
        let wall = |at: i64| at + if at / 1_000_000 < change { 7200 } else { 3600 } * 1_000_000;
        let file = log(&steps, false, wall).into_bytes();
        let origin = Origin { zone: Zone::Change(change, 7200, 3600), modified: None };
        let since = START + since * MINUTE;
        same(&file, &origin, (since, since + length * MINUTE))?;
    }
}

#[test]
fn a_clock_set_back_within_a_long_block_is_seen_by_the_blocks_near_it() {
    // A block spans twice the tolerance, and its clock is set back by that.
    for at in 20..60 {
        let mut steps = vec![Step::On(100); 80];
        steps.insert(at, Step::Set(-20));
        let file = log(&steps, true, |at| at).into_bytes();
        for minute in 0..120 {
            let since = START + minute * MINUTE;
            same(&file, &origin(), (since, since + 3 * MINUTE)).unwrap();
        }
    }
}

/// Share of lines with a stamp, in percent; nothing if the file has no format.
fn understood(path: &std::path::Path) -> Option<usize> {
    let mut bytes = Vec::new();
    let file = std::fs::OpenOptions::new().read(true).open(path).unwrap();
    Read::take(file, 4_000_000).read_to_end(&mut bytes).unwrap();
    let mut source = &bytes[..];
    let text = Text::of(source);
    let stamps = Stamps::of(&lines(&mut source, text).unwrap(), &origin())?;
    let (mut all, mut known) = (0, 0);
    let mut walk = Walk::new(&mut source, text, 0, 4096);
    while walk.line().unwrap().is_some() {
        all += 1;
        known += usize::from(stamps.moment(&walk.start()).is_some());
    }
    Some(known * 100 / all)
}

/// Real logs of all kinds, where they are at hand; without them there is nothing to see.
#[test]
#[expect(clippy::print_stderr, reason = "it shows what is understood")]
fn real_logs_are_understood() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    let logs = |entry: walkdir::DirEntry| {
        let path = entry.into_path();
        path.extension().is_some_and(|ending| ending == "log" || ending == "txt").then_some(path)
    };
    let mut unknown = Vec::new();
    for path in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter_map(logs) {
        let share = understood(&path);
        eprintln!("{share:?} % of the lines of {}", path.display());
        if share.is_none_or(|share| share < 20) {
            unknown.push(path);
        }
    }
    // Texts that are no logs, and logs with no record in them.
    unknown.retain(|path| {
        let name = path.to_string_lossy();
        path.metadata().is_ok_and(|file| file.len() > 2000)
            && !name.contains("windows")
            && !name.contains("-prj")
    });
    assert_eq!(unknown, Vec::<std::path::PathBuf>::new());
}
