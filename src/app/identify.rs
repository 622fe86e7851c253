//! What the bytes are, and which reader knows them. Names do not count: a `.qvf` may be a zip, a `.qvd` a container of Qlik Sense.

use std::io;

use memchr::memmem;

use super::{AppKind, AppSummary, Folder, Limited, Source, prj, qvd, qvf, qvw, qvx, unbuilt, zipped};

/// Bytes of the start that tell what a file is.
pub(super) const START: usize = 4096;

/// How a container of Qlik Sense begins, a document of QlikView, and a zip archive.
const QVF: &[u8] = &[0xFF, 0xFF, 0x01, 0x00, 0xC1, 0x06, 0x00, 0x00];
const QVW: &[u8] = &[0x70, 0x17, 0x01, 0x00, 0xC1, 0x06, 0x00, 0x00];
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
const LFS: &[u8] = b"version https://git-lfs";
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Elements of the header of a stored table, and of an exchanged one. A damaged file may have lost the outer one.
const QVD: [&[u8]; 2] = [b"<QvdTableHeader", b"<QvdFieldHeader"];
const QVX: [&[u8]; 2] = [b"<QvxTableHeader", b"<QvxFieldHeader"];

/// A pointer of Git LFS is a text of some lines.
const MOST_POINTER: usize = 1024;

/// Files that tell what a folder is, folded.
const OF_PROJECT: [&str; 3] = ["qlikviewproject.xml", "docinternals.xml", "loadscript.txt"];
const OF_UNBUILT: &str = "app-properties.json";
const OF_UNBUILT_TOO: [&str; 2] = ["config.yml", "script.qvs"];

/// What a file is, by its first bytes alone.
pub fn identify(start: &[u8]) -> AppKind {
    for (magic, kind) in [
        (QVF, AppKind::Qvf),
        (QVW, AppKind::Qvw),
        (ZIP, AppKind::Zip),
        (EMPTY_ZIP, AppKind::Zip),
        (LFS, AppKind::LfsPointer),
    ] {
        if start.starts_with(magic) {
            return kind;
        }
    }
    let text = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start).trim_ascii_start();
    let holds = |elements: [&[u8]; 2]| elements.iter().any(|element| memmem::find(text, element).is_some());
    match text.first() {
        Some(b'<') if holds(QVD) => AppKind::Qvd,
        Some(b'<') if holds(QVX) => AppKind::Qvx,
        _ => AppKind::Unknown,
    }
}

/// What a folder is, by the names of the files right in it; nothing if it is no app.
pub fn identify_folder<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<AppKind> {
    let folded: Vec<String> = names
        .into_iter()
        .map(|name| name.replace('\\', "/").to_lowercase())
        .filter(|name| !name.contains('/'))
        .collect();
    let has = |name: &str| folded.iter().any(|found| found == name);
    if has(OF_UNBUILT) || OF_UNBUILT_TOO.iter().all(|name| has(name)) {
        return Some(AppKind::Unbuilt);
    }
    OF_PROJECT.iter().any(|name| has(name)).then_some(AppKind::Prj)
}

/// What knows the bytes of one kind.
pub enum Reader {
    /// Reads a file.
    File(fn(&mut dyn Source) -> AppSummary),
    /// Reads a folder.
    Folder(fn(&mut dyn Folder) -> AppSummary),
}

/// The reader of a kind, if there is one. Each reader is one line here.
fn reader(kind: AppKind) -> Option<Reader> {
    match kind {
        AppKind::Qvf => Some(Reader::File(qvf::read)),
        AppKind::Qvw => Some(Reader::File(qvw::read)),
        AppKind::Qvd => Some(Reader::File(qvd::read)),
        AppKind::Qvx => Some(Reader::File(qvx::read)),
        AppKind::Prj => Some(Reader::Folder(prj::read)),
        AppKind::Unbuilt => Some(Reader::Folder(unbuilt::read)),
        AppKind::Zip => Some(Reader::File(zipped::read)),
        AppKind::LfsPointer => Some(Reader::File(read_pointer)),
        AppKind::Unknown => None,
    }
}

/// What a file is.
///
/// # Errors
/// It cannot be read.
pub fn kind_of(source: &mut dyn Source) -> io::Result<AppKind> {
    Ok(identify(&Limited::new(source)?.at(0, START)?))
}

/// Reads an app that is one file, whatever its name.
pub fn read_file(source: &mut dyn Source) -> AppSummary {
    match start(source) {
        Err(error) => failed(AppKind::Unknown, 0, &error),
        Ok((bytes, start)) => {
            let kind = identify(&start);
            match reader(kind) {
                Some(Reader::File(read)) => read(source),
                _ => unknown(bytes, &start),
            }
        }
    }
}

/// Reads an app that is a folder of files.
pub fn read_folder(folder: &mut dyn Folder) -> AppSummary {
    let names = match folder.names() {
        Ok(names) => names,
        Err(error) => return failed(AppKind::Unknown, 0, &error),
    };
    let kind = identify_folder(names.iter().map(String::as_str)).unwrap_or(AppKind::Unknown);
    if let Some(Reader::Folder(read)) = reader(kind) {
        return read(folder);
    }
    let mut summary = AppSummary::new(AppKind::Unknown, 0);
    summary.problems.push("neither a project folder of QlikView nor an unbuilt app".into());
    summary
}

fn start(source: &mut dyn Source) -> io::Result<(u64, Vec<u8>)> {
    let mut limited = Limited::new(source)?;
    Ok((limited.size(), limited.at(0, START)?))
}

/// A summary that says that nothing could be read.
pub(super) fn failed(kind: AppKind, bytes: u64, error: &io::Error) -> AppSummary {
    let mut summary = AppSummary::new(kind, bytes);
    summary.problems.push(format!("reading failed: {}", crate::error::io_reason(error)));
    summary
}

fn unknown(bytes: u64, start: &[u8]) -> AppSummary {
    let mut summary = AppSummary::new(AppKind::Unknown, bytes);
    summary.problems.push(format!("not an app of Qlik by its bytes: {}", looks_like(start)));
    summary
}

/// What a file that is no app probably is.
fn looks_like(start: &[u8]) -> &'static str {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"\x1F\x8B", "it is packed with gzip; unpack it first"),
        (b"7z\xBC\xAF\x27\x1C", "it is a 7z archive; unpack it first"),
        (b"Rar!\x1A\x07", "it is a rar archive; unpack it first"),
        (b"SQLite format 3\0", "it is a database of SQLite"),
        (b"%PDF", "it is a PDF document"),
        (b"\x89PNG", "it is a picture"),
        (b"\xFF\xD8\xFF", "it is a picture"),
        (b"MZ", "it is a program"),
        (b"\x7FELF", "it is a program"),
    ];
    if start.is_empty() {
        return "it is empty";
    }
    if let Some((_, words)) = KNOWN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return words;
    }
    if start.iter().all(|byte| *byte == 0) {
        return "it begins with nothing but zeros, as a file does that was copied in part";
    }
    // A letter of several bytes may be cut at the end.
    let is_text = std::str::from_utf8(start).map_or_else(|error| error.error_len().is_none(), |_| true);
    if is_text && !start.contains(&0) { "it is a text" } else { "its beginning is that of no known format" }
}

/// Reads the text that Git LFS keeps in place of a file.
fn read_pointer(source: &mut dyn Source) -> AppSummary {
    let read =
        Limited::new(source).and_then(|mut limited| Ok((limited.size(), limited.at(0, MOST_POINTER)?)));
    let (bytes, text) = match read {
        Ok(read) => read,
        Err(error) => return failed(AppKind::LfsPointer, 0, &error),
    };
    let mut summary = AppSummary::new(AppKind::LfsPointer, bytes);
    let size = String::from_utf8_lossy(&text)
        .lines()
        .find_map(|line| line.strip_prefix("size ")?.trim().parse::<u64>().ok());
    let of = size.map_or(String::new(), |size| format!(" of {size} bytes"));
    summary.problems.push(format!(
        "only a pointer that Git LFS keeps in place of a file{of}; git lfs pull fetches the file itself"
    ));
    summary
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";

    #[test]
    fn bytes_tell_the_kind_and_names_do_not_count() {
        for (start, kind) in [
            (&b"\xFF\xFF\x01\0\xC1\x06\0\0\0\0\0\0\0\x02"[..], AppKind::Qvf),
            (b"\x70\x17\x01\0\xC1\x06\0\0\x02\0", AppKind::Qvw),
            (b"\x70\x17\x01\0\xC1\x06\0", AppKind::Unknown),
            (b"<?xml version=\"1.0\"?>\r\n<QvdTableHeader>", AppKind::Qvd),
            (b"\xEF\xBB\xBF \r\n<?xml version=\"1.0\"?><!-- x --><QvxTableHeader>", AppKind::Qvx),
            (b"<?xml version=\"1.0\"?>\n <Thou></Thou>\n <QvdFieldHeader>", AppKind::Qvd),
            (b"see <QvdTableHeader> for details", AppKind::Unknown),
            (b"PK\x03\x04\x14", AppKind::Zip),
            (POINTER, AppKind::LfsPointer),
            (b"", AppKind::Unknown),
        ] {
            assert_eq!(identify(start), kind, "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn a_folder_is_known_by_the_files_right_in_it() {
        for (names, kind) in [
            (&["QlikViewProject.xml", "x"][..], Some(AppKind::Prj)),
            (&["DocInternals.xml"], Some(AppKind::Prj)),
            (&["App-Properties.json"], Some(AppKind::Unbuilt)),
            (&["config.yml", "script.qvs"], Some(AppKind::Unbuilt)),
            (&["config.yml"], None),
            (&["below/DocInternals.xml"], None),
        ] {
            assert_eq!(identify_folder(names.iter().copied()), kind, "{names:?}");
        }
    }

    #[test]
    fn what_is_no_app_is_said_in_words() {
        let problem = |bytes: &[u8]| read_file(&mut Cursor::new(bytes.to_vec())).problems.join("; ");
        assert!(problem(POINTER).contains("of 12345 bytes"));
        for (bytes, word) in [
            (&b""[..], "empty"),
            (b"LOAD * FROM x;", "a text"),
            (b"\x89PNG\r\n", "picture"),
            (&[0; 600], "zeros"),
            (b"\x1F\x8B\x08", "gzip"),
            (b"\x01\x02\x00\xFE", "no known format"),
        ] {
            assert!(problem(bytes).contains(word), "{bytes:?}: {}", problem(bytes));
        }
    }
}
