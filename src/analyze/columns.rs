//! Columns and phrases that tell more than a level: results of calls, starts, tasks, memory, latency. All of them are of real logs or of
//! documents that name them.

use memchr::memmem;

use super::figure::number;
use super::pulse::Run;
use crate::logline::Parser;

/// Columns of the engines of Qlik Sense and QlikView that tell their memory.
const MEMORY: [&str; 4] = ["VMCommitted(MB)", "VMAllocated(MB)", "VMFree(MB)", "VMLargestFreeBlock(MB)"];

/// Replicate writes them into one line, each with seconds. Known from an analyzer of such logs, not from a log.
const LATENCIES: [(&str, &[u8]); 3] =
    [("source", b"Source latency "), ("target", b"Target latency "), ("handling", b"Handling latency ")];

/// Where the columns stand that are known by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Columns in all; 0 before the names were read.
    pub(super) number: usize,
    /// The first one counts the records since the service has started.
    pub(super) has_sequence: bool,
    /// Calls are told with their results.
    pub(super) has_results: bool,
    pub(super) server_started: Option<usize>,
    pub(super) memory: Vec<(&'static str, usize)>,
    task: Option<Task>,
}

/// Columns of runs of tasks.
#[derive(Debug, Clone, Copy)]
struct Task {
    name: usize,
    status: usize,
    reason: Option<usize>,
    duration: Option<usize>,
}

impl Columns {
    pub(super) fn of(parser: &Parser<'_>) -> Self {
        let at = |name| parser.column(name);
        let is_sense = matches!(parser.format_id(), "sense-tab" | "sense-dispatcher");
        let task = at("TaskName").zip(at("Status")).map(|(name, status)| Task {
            name,
            status,
            reason: at("FailureReason"),
            duration: at("Duration"),
        });
        Self {
            number: parser.columns().len(),
            has_sequence: is_sense && at("Sequence#") == Some(0),
            has_results: is_sense && at("Result").is_some() && at("Command").is_some(),
            server_started: if parser.format_id() == "qlikview-tab" { at("Server Started") } else { None },
            memory: MEMORY.iter().filter_map(|name| Some((*name, at(name)?))).collect(),
            task,
        }
    }

    /// The figures of memory that a row tells.
    pub(super) fn memory_of<'a>(
        &'a self,
        parser: &'a Parser<'_>,
        line: &'a [u8],
    ) -> impl Iterator<Item = (&'static str, f64)> + 'a {
        self.memory.iter().filter_map(move |(name, at)| Some((*name, number(parser.cell(line, *at)?)?)))
    }

    /// The run of a task that a row tells.
    pub(super) fn run_of(&self, parser: &Parser<'_>, line: &[u8]) -> Option<Run> {
        let task = self.task?;
        let text = |at: usize| -> Option<String> {
            let text = String::from_utf8_lossy(parser.cell(line, at)?).chars().take(200).collect::<String>();
            (!text.is_empty()).then_some(text)
        };
        let duration = task.duration.and_then(&text).and_then(|text| text.parse().ok());
        Some(Run {
            time: None,
            task: text(task.name).unwrap_or_default(),
            status: text(task.status)?,
            reason: task.reason.and_then(text).unwrap_or_default(),
            milliseconds: duration,
            line: 0,
        })
    }
}

/// Whether a call of Qlik Sense failed: `Command=…;Result=<number>;ResultText=…`, where 0 is success, and other numbers are those of HTTP or of
/// the engine.
pub(super) fn failed_result(line: &[u8]) -> bool {
    let Some(at) = memmem::find(line, b";Result=") else { return false };
    let code = &line[at + 8..];
    let code = &code[..code.iter().position(|byte| *byte == b';').unwrap_or(code.len())];
    !matches!(code, b"0" | [b'2', b'0'..=b'9', b'0'..=b'9'] | b"")
}

/// The latencies that a line tells.
pub(super) fn latency(line: &[u8]) -> impl Iterator<Item = (&'static str, f64)> + '_ {
    LATENCIES.iter().filter_map(|(name, phrase)| {
        let at = memmem::find(line, phrase)? + phrase.len();
        Some((*name, number(&line[at..])?))
    })
}
