//! Documents of QlikView and their folders, of any bytes: what can be read is told, and nothing of it is a value.

#![no_main]

use std::io::{self, Cursor, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use libfuzzer_sys::fuzz_target;
use qdiag::app::{AppKind, AppSummary, DataInside, Folder, prj, qvw};

fuzz_target!(|data: &[u8]| check(data));

/// The first byte says what the rest is: a file, the unpacked front and the back of a document, or the files of a folder.
fn check(data: &[u8]) {
    let Some((how, data)) = data.split_first() else { return };
    let app = match how % 3 {
        0 => qvw::read(&mut Cursor::new(data)),
        1 => qvw::read(&mut Cursor::new(document(data))),
        _ => {
            let app = prj::read(&mut Files::of(data));
            assert_eq!(app.data.unwrap_or(DataInside::No), DataInside::No);
            assert_eq!(app.kind, AppKind::Prj);
            app
        }
    };
    holds_together(&app);
}

fn holds_together(app: &AppSummary) {
    let complete = app.script.is_some() && app.saved_by_version.is_some();
    assert!(complete || !app.problems.is_empty(), "what is missing is said");
    assert_eq!(app.script.is_some(), app.script_lines.is_some());
    assert!(app.problems.iter().all(|problem| problem.len() < 400), "no problem quotes the file");
}

/// Two bytes are the length of the front, which is packed here: what is packed by chance inflates to nothing.
fn document(data: &[u8]) -> Vec<u8> {
    let Some(([low, high], data)) = data.split_first_chunk::<2>() else { return Vec::new() };
    let (front, back) = data.split_at(usize::from(u16::from_le_bytes([*low, *high])).min(data.len()));
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(front).expect("memory takes it");
    let packed = encoder.finish().expect("memory takes it");
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a short one").to_le_bytes();
    let head = [0x70, 0x17, 1, 0, 0xC1, 6, 0, 0, 2, 0, 0, 0, 1, 2, 0];
    [&head[..], &length(front), &length(&packed), &packed, back].concat()
}

/// Files between zeros: a name, a line end, the content.
struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    fn of(data: &[u8]) -> Self {
        let file = |part: &[u8]| {
            let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
            (String::from_utf8_lossy(&part[..end]).into_owned(), part[(end + 1).min(part.len())..].to_vec())
        };
        Self(data.split(|byte| *byte == 0).map(file).filter(|(name, _)| name.len() < 100).collect())
    }
}

impl Folder for Files {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.iter().map(|(name, _)| name.clone()).collect())
    }

    fn read(&mut self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let found = self.0.iter().find(|(known, _)| known == name).ok_or(io::ErrorKind::NotFound)?;
        Ok(found.1[..found.1.len().min(limit)].to_vec())
    }
}
