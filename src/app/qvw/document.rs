//! The first stream of a document: its title, the load script, and near its end the version that saved it.

use std::io::Read;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;
use regex::bytes::Regex;

use super::number::Cursor;
use super::part::{Ended, Unpacked};
use crate::app::Script;
use crate::app::text::{decode, is_text};

/// How far the title, the folder and the begin of the script are looked for.
const FRONT: usize = 64 * 1024;
/// How much is looked at in one go behind them, and how much of that is looked at again with the next.
const WINDOW: usize = 64 * 1024;
const AGAIN: usize = 512;
/// What of a script is taken.
pub(super) const SCRIPT: usize = 16 * 1024 * 1024;
/// With it each script begins that was edited in QlikView.
const TAB: &[u8] = b"///$tab";
/// Numbers before the title, and those between the folder and the script.
const BEFORE_TITLE: usize = 31;
const BEFORE_SCRIPT: usize = 5;
/// How far the folder is looked for where it has another place, and how many that look like one are tried.
const HEAD: usize = 4096;
const GUESSES: usize = 8;
/// The shortest that each of the two patterns lets be a version.
const SHORTEST: usize = "1.2.3456".len();
const SHORTEST_SURE: usize = "13.10".len();

/// A version behind the byte that is its length.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?s-u)(.)([0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4,5}[0-9A-Za-z.]{0,20})";
    Regex::new(pattern).expect("the pattern is fixed")
});
/// Whatever stands before three numbers and the digest that stands for a personal edition: of it there is no doubt, so that it need
/// not look like the versions that are known.
static SURE_VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?s-u)([\x05-\x1F])([0-9][!-~]{4,30})[\x00-\x7F]{3}\x80\x01[0-9A-F]{64}";
    Regex::new(pattern).expect("the pattern is fixed")
});
static SECTION_ACCESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)(?:^|[\r\n;])[ \t]*section[ \t]+access[ \t]*;").expect("the pattern is fixed")
});

/// What the first stream tells.
#[derive(Default)]
pub(super) struct Document {
    /// Title of the window, empty in most documents.
    pub(super) title: Option<String>,
    pub(super) script: Option<Script>,
    /// Whether the script goes on behind what was taken of it.
    pub(super) script_cut: bool,
    /// The version with the digest behind it, of which there is no doubt, and the last one of its length.
    sure_version: Option<String>,
    last_version: Option<String>,
    /// Whether there is a script besides, as one that is hidden.
    pub(super) other_script: bool,
    /// Whether section access begins in any text but the script.
    pub(super) other_section_access: bool,
    /// How the stream ended, and how many bytes it has.
    pub(super) ended: Option<Ended>,
    pub(super) bytes: u64,
}

/// Reads the stream to its end.
pub(super) fn read<R: Read>(stream: &mut Unpacked<R>) -> Document {
    let mut document = Document::default();
    stream.want(FRONT);
    if let Some((title, script)) = front(stream) {
        document.title = title;
        document.take_script(stream, script);
    }
    loop {
        stream.want(WINDOW + AGAIN);
        let missed = document.script.is_none().then(|| by_tab(stream)).flatten();
        if let Some(script) = missed {
            document.take_script(stream, script);
            continue;
        }
        document.look(stream.held());
        let again = if stream.ended().is_some() { 0 } else { AGAIN };
        let all = stream.held().len();
        if all == 0 || again == 0 {
            break;
        }
        stream.pass(all.saturating_sub(again));
    }
    document.ended = stream.ended();
    document.bytes = stream.seen();
    document
}

impl Document {
    /// Takes the script out and goes on behind it.
    fn take_script<R: Read>(&mut self, stream: &mut Unpacked<R>, script: Range<usize>) {
        self.look(stream.held().get(..script.start).unwrap_or_default());
        let taken = script.end.min(script.start.saturating_add(SCRIPT));
        let held = stream.want(taken);
        let bytes = held.get(script.start..taken.min(held.len())).unwrap_or_default();
        self.script_cut = bytes.len() < script.len();
        self.script = Some(Script::new(decode(bytes)));
        stream.pass(taken);
    }

    /// The version that saved the document. It stands near the end, so the last one is the likeliest.
    pub(super) fn version(&self) -> Option<String> {
        self.sure_version.clone().or_else(|| self.last_version.clone())
    }

    /// Looks for the version, and for what only a second script has.
    fn look(&mut self, held: &[u8]) {
        self.sure_version = version(&SURE_VERSION, SHORTEST_SURE, held).or(self.sure_version.take());
        self.last_version = version(&VERSION, SHORTEST, held).or(self.last_version.take());
        self.other_section_access |= SECTION_ACCESS.is_match(held);
        self.other_script |= memmem::find_iter(held, TAB).any(|at| is_whole(held, at));
    }
}

/// The last text that is found and as long as the byte before it says.
fn version(pattern: &Regex, shortest: usize, held: &[u8]) -> Option<String> {
    let versions = pattern.captures_iter(held).filter_map(|found| {
        let (_, [length, text]) = found.extract();
        text.get(..usize::from(*length.first()?)).filter(|version| version.len() >= shortest)
    });
    versions.last().map(|version| String::from_utf8_lossy(version).into_owned())
}

/// Title and script where the layout of the beginning has them. Nothing but a whole path is taken for the folder: of zeros anything
/// could be read.
fn front<R: Read>(stream: &mut Unpacked<R>) -> Option<(Option<String>, Range<usize>)> {
    let held = stream.held().get(..FRONT).unwrap_or(stream.held());
    let mut found: Vec<(&[u8], usize, usize)> = Vec::new();
    let mut cursor = Cursor::new(held, 0);
    if (0..BEFORE_TITLE).all(|_| cursor.number().is_some()) {
        let title = cursor.text().filter(|title| is_text(title));
        found.extend(title.zip(behind_folder(cursor)).map(|(title, (at, length))| (title, at, length)));
    }
    // Where the numbers are others, the folder still shows itself.
    let others = (0..held.len().min(HEAD)).filter_map(|at| {
        let (script, length) = behind_folder(Cursor::new(held, at))?;
        Some((title_before(held, at), script, length))
    });
    found.extend(others.take(GUESSES));
    let found: Vec<_> = found.into_iter().map(|(title, at, length)| (decode(title), at, length)).collect();
    found.into_iter().find_map(|(title, at, length)| {
        let title = Some(title.trim().to_owned()).filter(|title| !title.is_empty());
        Some((title, script_at(stream, at, length)?))
    })
}

/// Place and length of the script, if a folder begins here.
fn behind_folder(mut cursor: Cursor<'_>) -> Option<(usize, usize)> {
    cursor.text().filter(|folder| is_absolute(folder) && is_text(folder))?;
    for _ in 0..BEFORE_SCRIPT {
        cursor.number()?;
    }
    let length = cursor.number()?;
    Some((cursor.at(), length))
}

/// The text that ends here and begins with its own length; none is the likeliest.
fn title_before(held: &[u8], end: usize) -> &[u8] {
    (end.saturating_sub(512)..end)
        .rev()
        .find_map(|at| {
            let mut cursor = Cursor::new(held, at);
            cursor.text().filter(|title| cursor.at() == end && is_text(title))
        })
        .unwrap_or_default()
}

fn is_absolute(folder: &[u8]) -> bool {
    matches!(folder, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic())
        || folder.starts_with(b"\\\\")
}

/// The script at this place, if so many bytes of text stand there and no more.
fn script_at<R: Read>(stream: &mut Unpacked<R>, at: usize, length: usize) -> Option<Range<usize>> {
    let end = at.checked_add(length)?;
    let taken = end.min(at.checked_add(SCRIPT)?);
    stream.want(taken.checked_add(1)?);
    let held = stream.held();
    let text = held.get(at..taken.min(held.len()))?;
    let fits = match held.get(taken) {
        Some(next) => taken < end || !is_text(&[*next]),
        // Behind a damage nobody knows how the text goes on.
        None => taken == held.len() || stream.ended() != Some(Ended::Whole),
    };
    (fits && is_text(text)).then_some(at..end)
}

/// The script by the mark of its first tab: with the length before it, or else to the first byte that is no text.
fn by_tab<R: Read>(stream: &mut Unpacked<R>) -> Option<Range<usize>> {
    let at = memmem::find(stream.held(), TAB)?;
    let lengths: Vec<usize> = lengths_before(stream.held(), at).collect();
    if let Some(script) = lengths.into_iter().find_map(|length| script_at(stream, at, length)) {
        return Some(script);
    }
    let mut end = at;
    loop {
        let known = stream.held().len();
        let rest = stream.held().get(end..).unwrap_or_default();
        match rest.iter().position(|byte| !is_text(&[*byte])) {
            Some(text) => return Some(at..end + text),
            None => end = known,
        }
        if end - at >= SCRIPT || stream.want(known + WINDOW).len() == known {
            return Some(at..end);
        }
    }
}

/// Lengths that the bytes before this place may say.
fn lengths_before(held: &[u8], at: usize) -> impl Iterator<Item = usize> {
    (1..=5).filter_map(move |bytes| {
        let mut cursor = Cursor::new(held, at.checked_sub(bytes)?);
        let length = cursor.number()?;
        (cursor.at() == at && length >= TAB.len()).then_some(length)
    })
}

/// Whether a text begins here that is as long as the bytes before it say, as far as it is held.
fn is_whole(held: &[u8], at: usize) -> bool {
    lengths_before(held, at).any(|length| {
        let end = at.saturating_add(length);
        held.get(at..end.min(held.len())).is_some_and(is_text)
            && held.get(end).is_none_or(|next| !is_text(&[*next]))
    })
}
