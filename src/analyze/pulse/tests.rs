//! Logs that are read line by line, some lines at a time.

use super::*;
use crate::definition::Catalog;
use crate::host::Zone;

fn format(id: &str) -> Arc<Format> {
    let catalog = Catalog::load(None, &|_| true).unwrap();
    let file = catalog.formats.iter().find(|format| format.id == id).unwrap();
    Arc::new(Format::new(file).unwrap())
}

fn origin() -> Origin {
    Origin { zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap()), modified: None }
}

fn told(id: &str, text: &str, piece: usize) -> Told {
    let mut pulse = Pulse::new(format(id), origin(), (None, None), Some(1_549_000_000_000_000));
    // Whole lines, as the scan gives them.
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.chunks(piece).for_each(|lines| pulse.look(lines.concat().as_bytes()));
    pulse.finish()
}

const AUDIT: &str = "Sequence#\tProductVersion\tTimestamp\tHostname\tId\tDescription\tService\tCommand\tResult\tMessage\tId2\r\n\
    1\t1\t20190131T163725.358+0100\tH\ta\tCommand=Open app;Result=0;ResultText=Success\tProxy\tOpen app\t0\tfine\ta\r\n\
    2\t1\t20190131T163726.358+0100\tH\ta\tCommand=Open app;Result=403;ResultText=Error\tProxy\tOpen app\t403\tRefused for 12\ta\r\n\
    3\t1\t20190131T183726.358+0100\tH\ta\tCommand=Open app;Result=403;ResultText=Error\tProxy\tOpen app\t403\tRefused for 13\ta\r\n\
    Signature:\tabc\r\n";

#[test]
fn failed_calls_are_counted_by_command_and_code() {
    let told = told("sense-tab", AUDIT, 1_000_000);
    assert_eq!((told.records, told.errors, told.starts), (3, 0, 1));
    let calls = told.calls.into_rows();
    assert_eq!(calls.len(), 1, "{calls:?}");
    let (key, count, (seen, text)) = &calls[0];
    assert_eq!((key.0.as_str(), key.1.as_str(), *count), ("Open app", "403", 2));
    assert_eq!((seen.line, text.as_str()), (3, "Refused for #"));
}

#[test]
fn levels_at_a_glance_are_those_of_the_whole_line() {
    let replicate = "00362696: 2023-02-22T10:12:30 [SOURCE_CAPTURE  ]I:  Source latency 1.5 seconds, Target latency 2.25 seconds, Handling latency 0.75 seconds  (a.c:1)\n\
        00362696: 2023-02-22T10:12:31 [SOURCE_CAPTURE  ]I:  fine  (a.c:1)\n\
        00362696: 2023-02-22T10:12:32 [SOURCE_CAPTURE  ]W:  slow [1020465]  (a.c:1)\n\
        more of it I:\n\
        00362696: 2023-02-22T10:12:33 [SOURCE_CAPTURE  ]E:  gone  (a.c:1)\n";
    let log4j = "2024-08-14 03:12:13,558 INFO [main] c.e.A - fine\n2024-08-14 03:12:14,558 INFO [main] c.e.A - fine\n\
        2024-08-14 03:12:15,558 ERROR [main] c.e.A - INFO is gone\n\tat x.y(Z.java)\n2024-08-14 03:12:16,558 WARN [main] c.e.A - hm\n";
    let json = "{\"level\":\"INFO\",\"message\":\"a\",\"timestamp\":1619018951115}\n{\"level\":\"INFO\",\"message\":\"b\",\"timestamp\":1619018952115}\n\
        {\"level\":\"ERROR\",\"message\":\"c \\\"level\\\":\\\"INFO\\\"\",\"timestamp\":1619018953115}\n{\"level\":\"WARN\",\"message\":\"d\",\"timestamp\":1619018954115}\n";
    for (id, text) in [("replicate", replicate), ("log4j", log4j), ("json-lines", json)] {
        for piece in [1, 2, 10_000] {
            let told = told(id, text, piece);
            assert_eq!((told.records, told.errors, told.warnings), (4, 1, 1), "{id} in {piece}");
        }
    }
    let (records, kinds) = told("replicate", replicate, 3).latency.ranges().unwrap();
    assert_eq!(records, 1);
    assert_eq!(
        kinds.iter().map(|(kind, range)| (kind.as_str(), range.most)).collect::<Vec<_>>(),
        [("handling", 0.75), ("source", 1.5), ("target", 2.25)]
    );
}

#[test]
fn a_million_different_messages_take_bounded_memory() {
    let mut pulse = Pulse::new(format("log4j"), origin(), (None, None), None);
    let letters = |n: usize| -> String {
        (0..5).map(|at| char::from(b'a' + u8::try_from(n / 26_usize.pow(at) % 26).unwrap())).collect()
    };
    for n in 0..1_000_000_usize {
        let text = if n % 10 == 0 { "the same".to_owned() } else { format!("no {}", letters(n)) };
        pulse.look(format!("2024-08-14 03:12:15,558 ERROR [main] c.e.A - {text}\n").as_bytes());
    }
    let told = pulse.finish();
    assert_eq!(told.errors, 1_000_000);
    let lost = told.messages.lost();
    let rows = told.messages.into_rows();
    assert!(rows.len() <= 2 * KEPT && lost > 0);
    assert_eq!(rows[0].0.1, "the same");
    assert!(rows[0].1 <= 100_000 && rows[0].1 + lost >= 100_000, "{} and {lost}", rows[0].1);
}

#[test]
fn tasks_memory_and_starts_are_told_by_their_columns() {
    let tasks = "Sequence#\tTimestamp\tLevel\tId\tMessage\tTaskName\tStatus\tDuration\tFailureReason\n\
        1\t20190131T163725.358+0100\tINFO\tx\tm\tReload A\tFinishedSuccess\t1200\t\n\
        2\t20190131T163825.358+0100\tINFO\tx\tm\tReload B\tFinishedFail\t90\tno space\n\
        1\t20190131T173825.358+0100\tINFO\tx\tm\tReload C\tFinishedSuccess\t5\t\n";
    let told_of_tasks = told("sense-tab", tasks, 2);
    assert_eq!(told_of_tasks.starts, 2);
    assert_eq!(told_of_tasks.failed.len(), 1);
    assert_eq!(
        (told_of_tasks.failed[0].task.as_str(), told_of_tasks.failed[0].reason.as_str()),
        ("Reload B", "no space")
    );
    assert_eq!(told_of_tasks.slowest[0].task, "Reload A");
    let memory = "Exe Type\tServer Started\tTimestamp\tEntryType\tVMCommitted(MB)\tVMFree(MB)\n\
        RLS64\t2021-04-12 13:00:00\t2021-04-12 13:05:00\tNormal\t93.5\t3000\n\
        RLS64\t2021-04-12 14:00:00\t2021-04-12 14:05:00\tNormal\t120\t2900\n";
    let told_of_memory = told("qlikview-tab", memory, 2);
    assert_eq!(told_of_memory.starts, 2);
    let (records, columns) = told_of_memory.memory.ranges().unwrap();
    assert_eq!((records, columns["VMCommitted(MB)"].most, columns["VMFree(MB)"].least), (2, 120.0, 2900.0));
}
