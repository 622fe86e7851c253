//! Reading back, and writing a bundle once more.

use std::io::{self, Cursor};
use std::sync::Arc;

use super::super::check::nothing;
use super::super::verify::tests::findings;
use super::super::writer::tests::{bundle_of, name, sample};
use super::super::{Search, check, verify::tests::manifest_of};
use super::*;
use crate::bundle::Stored;
use crate::bundle::document::Document;
use crate::redact::{Cleared, MaskKey, Privacy};

/// Counts a word, as the search for masked values does.
fn search(word: &'static str) -> Search {
    Arc::new(move |_, content, _| Ok(io::read_to_string(content)?.matches(word).count() as u64))
}

fn redaction() -> Arc<Redaction> {
    let mut redaction = Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets).unwrap();
    redaction.mask_words(&["hunter2".to_owned()]).unwrap();
    Arc::new(redaction)
}

#[test]
fn a_bundle_reads_back_as_it_was_written() {
    let sample = sample();
    let checked = check(Cursor::new(&sample.out), &sample.contents, &search("hello"), None).unwrap();
    assert_eq!(checked.hits, [(name("report.html"), 1)]);
    // A search that stops early does not hide the rest of the entry.
    let checked = check(Cursor::new(&sample.out), &sample.contents, &nothing(), None).unwrap();
    assert_eq!(checked.hits, []);
}

#[test]
fn what_does_not_read_back_is_an_error() {
    let sample = sample();
    let changed = |change: &dyn Fn(&mut Vec<Stored>)| {
        let mut payload: Vec<Stored> = sample.contents.payload.iter().collect();
        change(&mut payload);
        let (top, started) = (sample.contents.top.clone(), sample.contents.started);
        Contents { top, started, payload: payload.into_iter().collect(), tags: sample.contents.tags.clone() }
    };
    let less = changed(&|stored| drop(stored.remove(0)));
    let more = changed(&|stored| {
        stored.push(Stored { name: name("data/other.txt"), ..stored[0].clone() });
    });
    let other = changed(&|stored| stored[0].sha256 = stored[1].sha256);
    let order = changed(&|stored| stored.swap(0, 1));
    let mut top = changed(&|_| {});
    top.top.push('x');
    let mut tag = changed(&|_| {});
    tag.tags.pop();
    for contents in [less, more, other, order, top, tag] {
        let result = check(Cursor::new(&sample.out), &contents, &nothing(), None);
        assert!(matches!(result, Err(Error::ReadBack(_))), "{result:?}");
    }
    let mut bytes = sample.out.clone();
    bytes[200] ^= 1;
    assert!(check(Cursor::new(&bytes), &sample.contents, &nothing(), None).is_err());
}

#[test]
fn only_the_named_entries_are_cleared_again() {
    let big = "line without the word\n".repeat(40_000);
    let files = [("data/a.txt", "my hunter2"), ("data/b.txt", &big), ("data/c.txt", ""), ("CASE.md", "case")];
    let sample = bundle_of(&files);
    let checked = check(Cursor::new(&sample.out), &sample.contents, &search("hunter2"), None).unwrap();
    let named: BTreeSet<EntryName> = checked.hits.into_iter().map(|(name, _)| name).collect();
    assert_eq!(named, BTreeSet::from([name("data/a.txt")]));
    let out = Cursor::new(Vec::new());
    let source = Cursor::new(&sample.out);
    let redaction = redaction();
    let names = BTreeMap::from([(name("data/c.txt"), name("data/d.txt"))]);
    let again =
        Again { contents: &named, names: &names, redaction: &redaction, packing: &Packing::default() };
    let (writer, changed) = rewrite(source, &sample.contents, out, &again).unwrap();
    assert_eq!(changed.len(), 1);
    let masked = redaction.clear_text("my hunter2");
    assert!(masked.starts_with("my REDACTED_mask_word_"), "{masked}");
    let now = [("data/a.txt", masked.as_bytes()), ("data/b.txt", big.as_bytes()), ("data/d.txt", b"")];
    let manifest = manifest_of(now.into_iter());
    let json =
        io::read_to_string(Document::new(&manifest, manifest.entries.iter().cloned()).unwrap()).unwrap();
    let finished = writer.finish_with(&mut Cleared::own_text(json), None).unwrap();
    let bytes = finished.out.into_inner();
    assert_eq!(findings(&bytes).unwrap(), []);
    let checked = check(Cursor::new(&bytes), &finished.contents, &search("hunter2"), None).unwrap();
    assert_eq!(checked.hits, []);
}

#[test]
fn damage_that_came_since_is_an_error() {
    let content = "a line with hunter2 in it\n".repeat(400);
    let sample = bundle_of(&[("data/a.txt", &content)]);
    let named = BTreeSet::from([name("data/a.txt")]);
    let redaction = redaction();
    for at in 60..100 {
        let mut bytes = sample.out.clone();
        bytes[at] ^= 0x10;
        let out = Cursor::new(Vec::new());
        let again = Again {
            contents: &named,
            names: &BTreeMap::new(),
            redaction: &redaction,
            packing: &Packing::default(),
        };
        let result = rewrite(Cursor::new(&bytes), &sample.contents, out, &again);
        assert!(matches!(result.map(drop), Err(Error::ReadBack(_))), "byte {at}");
    }
}
