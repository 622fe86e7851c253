//! The directories of a container: slots of 64 bytes, the first of an entry followed by those that continue it.

use std::collections::HashSet;

use serde::Deserialize;

use super::container::{Container, Inode, number32, number64};
use super::trouble::Trouble;
use crate::app::tolerant::Scalar;

const SLOT: usize = 64;
const FILE: u32 = 3;
const FOLDER: u32 = 7;
const CONTINUED: u32 = 1;
/// Most slots that one entry has.
const MOST_SLOTS: u32 = 1024;
/// Longest name in bytes.
const LONGEST_NAME: usize = 256;
/// Longest kind in bytes, and the one stream whose title is of use.
const LONGEST_KIND: usize = 64;
const TITLED: &str = "qvapp_approperties";

/// A stream of the container.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its folders and its name, with `/` between.
    pub(super) path: String,
    /// What it is, where the directory says.
    pub(super) kind: Option<String>,
    /// The app's title, where the directory says it beside the stream that holds it.
    pub(super) title: Option<String>,
    /// Where its inode stands.
    pub(super) place: u64,
}

/// What the directories hold.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    /// Folders that could not be read, by their path.
    pub(super) lost: Vec<String>,
    /// Whether there is more than was listed.
    pub(super) more: bool,
}

/// What the directory says of an entry beside its name; the rest names people.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Meta {
    r#type: Scalar,
    title: Scalar,
}

struct Folder {
    path: String,
    inode: Inode,
    depth: usize,
}

/// Lists all folders.
pub(super) fn list(container: &mut Container<'_>) -> Result<Listing, Trouble> {
    let mut listing = Listing::default();
    let mut seen = HashSet::new();
    let mut folders = vec![Folder { path: String::new(), inode: container.root()?, depth: 0 }];
    while let Some(folder) = folders.pop() {
        let stored = container.limits.stored;
        let content = match container.read(&folder.inode, stored) {
            Ok(content) => content,
            Err(trouble) if folder.depth == 0 => return Err(trouble),
            Err(_) => {
                listing.lost.push(folder.path);
                continue;
            }
        };
        listing.more |= folder.inode.size > stored;
        if !content.whole {
            listing.lost.push(folder.path.clone());
        }
        let slots = Slots { bytes: &content.bytes, prefix: &folder.path };
        for (is_folder, entry) in slots {
            if listing.entries.len() >= container.limits.entries || folder.depth > container.limits.depth {
                listing.more = true;
                break;
            }
            if !is_folder {
                listing.entries.push(entry);
            } else if seen.insert(entry.place) && seen.len() < container.limits.entries {
                match container.inode(entry.place) {
                    Ok(inode) => folders.push(Folder {
                        path: format!("{}/", entry.path),
                        inode,
                        depth: folder.depth + 1,
                    }),
                    Err(_) => listing.lost.push(format!("{}/", entry.path)),
                }
            }
        }
    }
    Ok(listing)
}

/// Entries of a directory's bytes; whether each is a folder.
struct Slots<'a> {
    bytes: &'a [u8],
    prefix: &'a str,
}

impl Iterator for Slots<'_> {
    type Item = (bool, Entry);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((slot, rest)) = self.bytes.split_at_checked(SLOT) {
            self.bytes = rest;
            let kind = number32(slot, 0)?;
            if kind != FILE && kind != FOLDER {
                continue;
            }
            let mut body = slot[8..].to_vec();
            for _ in 0..number32(slot, 4)?.min(MOST_SLOTS) {
                let Some((slot, rest)) = self.bytes.split_at_checked(SLOT) else { break };
                if number32(slot, 0) != Some(CONTINUED) {
                    break;
                }
                body.extend_from_slice(&slot[4..]);
                self.bytes = rest;
            }
            if let Some(entry) = entry(&body, self.prefix) {
                return Some((kind == FOLDER, entry));
            }
        }
        None
    }
}

/// Date, place and length of the inode, name, and JSON that may be cut or missing.
fn entry(body: &[u8], prefix: &str) -> Option<Entry> {
    let place = number64(body, 8)?;
    let length = usize::try_from(number32(body, 24)?).ok().filter(|length| *length <= LONGEST_NAME)?;
    let name = body.get(28..28 + length)?;
    let meta = number32(body, 28 + length)
        .and_then(|size| body.get(32 + length..)?.get(..usize::try_from(size).ok()?))
        .and_then(|json| {
            serde_json::from_slice::<Meta>(json.trim_ascii_end().strip_suffix(b"\0").unwrap_or(json)).ok()
        })
        .unwrap_or_default();
    let path = format!("{prefix}{}", String::from_utf8_lossy(name));
    Some(Entry {
        kind: meta.r#type.text().filter(|kind| kind.len() <= LONGEST_KIND),
        title: meta.title.text().filter(|_| path == TITLED),
        path,
        place,
    })
}
