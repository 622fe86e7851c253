//! The bytes of an app that the stand-in exports: a small `.qvf` with title, script, section access and, when wanted, data.
//!
//! Written after what real files show: sectors of 512 bytes, inodes with tables of extents, directories of slots of 64 bytes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::json;

const SECTOR: usize = 512;
const FILE: usize = 3;
const FOLDER: usize = 7;
const FLAG: u64 = 1 << 63;
const ROWS: usize = 48 * 1024;
/// 2 May 2018, in days since the end of 1899.
const DATE: f64 = 43_222.0;

/// The script of each app. Its secrets stand in `answers::SECRETS`.
const SCRIPT: &str = "///$tab Main\r\nSET ThousandSep=',';\r\n///$tab Access\r\nSection Access;\r\nLOAD * INLINE [\r\n\
    ACCESS, USERID, PASSWORD\r\nADMIN, ANNA, MadeUpSectionPassword7\r\n];\r\nSection Application;\r\n///$tab Data\r\n\
    OLEDB CONNECT TO [Provider=made-up;Data Source=db.example.com;User ID=loader;Password=MadeUpScriptPassword6];\r\n\
    Sales:\r\nLOAD Region, Amount FROM [lib://AttachedFiles/sales.qvd] (qvd);\r\n";

/// An app with this title.
pub(super) fn bytes(title: &str, without_data: bool) -> Vec<u8> {
    let properties = json!({ "qTitle": title, "qLastReloadTime": "2019-01-31T04:00:12.000Z",
        "qSavedInProductVersion": "12.16.2", "qHasSectionAccess": true, "description": "Made up" });
    let header = json!({ "FileFormat": 12000, "FileType": 1, "QVFFileVersion": 1.43, "buildno": "50621" });
    let numbers = [&number(0)[..4], &number(2)[..4]].concat();
    let fields = [text("1.0"), numbers, text("Region"), text("Amount")].concat();
    let mut file = File::new();
    let mut entries = Vec::new();
    for (name, content) in [
        ("qvapp_header", header.to_string().into_bytes()),
        ("qvapp_approperties", packed(&properties.to_string())),
        ("qvapp_data", fields),
        ("qvapp_appscript", packed(&json!({ "qScript": SCRIPT }).to_string())),
    ] {
        entries.extend(slots(FILE, name, file.stream(&content)));
    }
    if !without_data {
        let meta = json!({ "qfields": [{ "qname": "Region" }, { "qname": "Amount" }],
            "qtables": [{ "qname": "Sales", "qno_of_rows": ROWS, "qno_of_fields": 2, "qbyte_size": ROWS }] });
        entries.extend(slots(FILE, "qvapp_meta", file.stream(&packed(&meta.to_string()))));
        // Much beside a script, as real data is.
        let values: Vec<u8> = (0..64_u8).cycle().take(ROWS).collect();
        let head =
            [&text("Sales")[..], &text("lib://AttachedFiles/sales.qvd"), &[0; 8], &number(2)[..4]].concat();
        let table = [&head[..], &number(ROWS)[..4], &values].concat();
        let mut folder = slots(FILE, "field_0", file.stream(&values));
        folder.extend(slots(FILE, "table_0", file.stream(&table)));
        entries.extend(slots(FOLDER, "data", file.stream(&folder)));
    }
    let extent = file.data(&entries);
    let root = inode(SECTOR, entries.len(), extent);
    file.bytes[SECTOR..2 * SECTOR].copy_from_slice(&root);
    file.bytes
}

struct File {
    bytes: Vec<u8>,
}

impl File {
    /// The first sector, and room for the inode of the root.
    fn new() -> Self {
        let mut bytes = vec![0; 2 * SECTOR];
        bytes[..20].copy_from_slice(&[255, 255, 1, 0, 0xc1, 6, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0]);
        bytes[0x40..0x48].copy_from_slice(&number(SECTOR));
        bytes[0x48..0x50].copy_from_slice(&number(SECTOR));
        Self { bytes }
    }

    /// Appends whole sectors; gives where, and how long.
    fn data(&mut self, content: &[u8]) -> (usize, usize) {
        let start = self.bytes.len();
        self.bytes.extend(content);
        self.bytes.resize(self.bytes.len().next_multiple_of(SECTOR), 0);
        (start, self.bytes.len() - start)
    }

    /// A stream with its inode; gives where the inode is.
    fn stream(&mut self, content: &[u8]) -> usize {
        let extent = self.data(content);
        let at = self.bytes.len();
        let inode = inode(at, content.len(), extent);
        self.bytes.extend(inode);
        at
    }
}

/// Size, allocated, key, the table and in it the extent; an end of zeros.
fn inode(at: usize, size: usize, (start, length): (usize, usize)) -> Vec<u8> {
    let mut bytes = [number(size), number(length), [0; 8], [0; 8]].concat();
    bytes.extend(number(at + 0x30));
    bytes.extend((0x1d0 | FLAG).to_le_bytes());
    bytes.extend([number(start), number(length)].concat());
    bytes.resize(SECTOR, 0);
    bytes
}

/// An entry of a directory: a slot of 64 bytes and its continuations.
fn slots(kind: usize, name: &str, inode: usize) -> Vec<u8> {
    let meta: &[u8] = if matches!(name, "qvapp_approperties" | "qvapp_appscript" | "qvapp_meta") {
        b"{\"Format\":\"gzjson\"}\0"
    } else {
        b"{}\0"
    };
    let mut body = [&DATE.to_le_bytes()[..], &number(inode), &number(SECTOR)].concat();
    for text in [name.as_bytes(), meta] {
        body.extend(&number(text.len())[..4]);
        body.extend(text);
    }
    let (first, rest) = body.split_at(body.len().min(56));
    let more: Vec<&[u8]> = rest.chunks(60).collect();
    let mut bytes = [&number(kind)[..4], &number(more.len())[..4], first].concat();
    bytes.resize(64, 0);
    for part in more {
        let end = bytes.len() + 64;
        bytes.extend(&number(1)[..4]);
        bytes.extend(part);
        bytes.resize(end, 0);
    }
    bytes
}

/// A JSON stream as apps hold it: a head, two lengths, then packed.
fn packed(json: &str) -> Vec<u8> {
    let text = [json.as_bytes(), b"\0"].concat();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&text).expect("memory takes it");
    let packed = encoder.finish().expect("memory takes it");
    let mut bytes = [&number(20)[..4], b"{\"format\":\"gzjson\"}\0"].concat();
    bytes.extend(&number(text.len())[..4]);
    bytes.extend(&number(packed.len())[..4]);
    bytes.extend(packed);
    bytes
}

/// A short text behind its length.
fn text(of: &str) -> Vec<u8> {
    [&number(of.len())[..1], of.as_bytes()].concat()
}

fn number(of: usize) -> [u8; 8] {
    u64::try_from(of).expect("sizes fit").to_le_bytes()
}
