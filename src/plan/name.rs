//! Names inside a bundle: safe on every system, unique without regard to case, at most 200 bytes. Never touches a file.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization::{UnicodeNormalization, is_nfc};

#[cfg(test)]
mod tests;

/// The most bytes of a name. With a folder of the user's before it, it still fits into the 260 characters of Windows Explorer.
const MAX_BYTES: usize = 200;

/// The longest ending, with its dot, that is kept when a name is shortened; longer ones are no endings.
const MAX_ENDING: usize = 16;

/// The least that is kept of a file's own name before folders are left out instead.
const MIN_STEM: usize = 24;

/// A name inside a bundle, below its top folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntryName(String);

/// Why a name read from a bundle is not safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    /// No name at all, or two slashes in a row.
    #[error("a part of the name is empty")]
    Empty,
    /// More than 200 bytes.
    #[error("the name is longer than {MAX_BYTES} bytes")]
    TooLong,
    /// It starts at a root.
    #[error("the name starts at a root")]
    Absolute,
    /// It leads out of its folder or stays where it is.
    #[error("the name holds . or .. as a part")]
    Dots,
    /// A character that some system forbids or takes for a separator.
    #[error("the name holds a character that some system forbids: {0:?}")]
    Character(char),
    /// A character that is not shown, or turns the direction of the text.
    #[error("the name holds a character that is not shown: U+{:04X}", u32::from(*.0))]
    Hidden(char),
    /// A device name of Windows.
    #[error("the name holds a reserved device name")]
    Reserved,
    /// A part that Windows would shorten.
    #[error("a part of the name ends with a dot or a space")]
    TrailingDotOrSpace,
    /// Not in Unicode's composed form, so two equal-looking names could differ.
    #[error("the name is not in the composed form of Unicode")]
    NotComposed,
}

impl EntryName {
    /// A name that the program itself composed of constants.
    pub fn fixed(name: &str) -> Self {
        debug_assert!(Self::parse(name).is_ok(), "a fixed name must be safe: {name}");
        Self(name.to_owned())
    }

    /// A safe name from the parts of a path, folders first; what is not safe in them becomes `_`.
    pub fn from_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let safe: Vec<String> = parts.into_iter().map(safe_part).collect();
        let name = if safe.is_empty() { "_".to_owned() } else { safe.join("/") };
        Self(shortened(name))
    }

    /// A name read from a bundle, which may be hostile.
    pub fn parse(name: &str) -> Result<Self, Unsafe> {
        if name.len() > MAX_BYTES {
            return Err(Unsafe::TooLong);
        }
        if name.starts_with(['/', '\\']) {
            return Err(Unsafe::Absolute);
        }
        if !is_nfc(name) {
            return Err(Unsafe::NotComposed);
        }
        name.split('/').try_for_each(check_part)?;
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that a path makes; what is not safe in it becomes `_`. The same path gives the same name.
    #[must_use]
    pub fn of_path(&self, path: &str) -> Self {
        if path == self.0 { self.clone() } else { Self::from_parts(path.split('/')) }
    }

    /// The last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The name as systems that ignore case compare it.
    pub fn folded(&self) -> String {
        folded(&self.0)
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hands out names so that no two are equal without regard to case, and no file has the name of another's folder.
#[derive(Debug, Default)]
pub struct Names {
    // Digests instead of names, since there may be a hundred thousand of them.
    files: HashSet<u128>,
    folders: HashSet<u128>,
}

impl Names {
    /// No names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// This name, or the next free one with `~2`, `~3`, … before its ending.
    pub fn allocate(&mut self, wanted: &EntryName) -> EntryName {
        let base = self.with_free_folders(&wanted.0);
        let mut name = shortened(base.clone());
        let mut number = 1_u32;
        while self.is_taken(&name) {
            number += 1;
            name = shortened(numbered(&base, number));
        }
        // From the inside out: around a known folder, all are known.
        for (position, _) in name.rmatch_indices('/') {
            if !self.folders.insert(fingerprint(&name[..position])) {
                break;
            }
        }
        self.files.insert(fingerprint(&name));
        EntryName(name)
    }

    /// Takes exactly this name; says whether it was free.
    pub fn claim(&mut self, name: &EntryName) -> bool {
        !self.is_taken(&name.0) && self.allocate(name) == *name
    }

    /// Gives back a name that was claimed and then not used.
    pub fn release(&mut self, name: &EntryName) {
        self.files.remove(&fingerprint(&name.0));
    }

    fn is_taken(&self, name: &str) -> bool {
        let mark = fingerprint(name);
        self.files.contains(&mark) || self.folders.contains(&mark)
    }

    /// A folder that has the name of a file could not be extracted beside it, so it gets a number too.
    fn with_free_folders(&self, name: &str) -> String {
        let Some((folders, file)) = name.rsplit_once('/') else { return name.to_owned() };
        if self.folders.contains(&fingerprint(folders)) {
            return name.to_owned();
        }
        let mut path = String::new();
        for part in folders.split('/') {
            let before = path.len();
            path.push_str(part);
            let mut number = 1_u32;
            while self.files.contains(&fingerprint(&path)) {
                number += 1;
                path.truncate(before);
                path.extend([part, "~", &number.to_string()]);
            }
            path.push('/');
        }
        path + file
    }
}

fn folded(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

fn fingerprint(name: &str) -> u128 {
    let digest = Sha256::digest(folded(name).as_bytes());
    u128::from_le_bytes(digest[..16].try_into().expect("a SHA-256 has 32 bytes"))
}

/// Splits a path before the ending of its file, if it has a short one.
fn split_ending(name: &str) -> (&str, &str) {
    let file = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[file..].rfind('.') {
        Some(dot) if dot > 0 && name.len() - file - dot <= MAX_ENDING => name.split_at(file + dot),
        _ => (name, ""),
    }
}

fn numbered(name: &str, number: u32) -> String {
    let (stem, ending) = split_ending(name);
    format!("{stem}~{number}{ending}")
}

/// Cuts a long name: its file's stem first, then whole folders, and marks it with a digest of the full name, so that
/// different names stay different and the same name is always cut the same way.
fn shortened(name: String) -> String {
    if name.len() <= MAX_BYTES {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let (start, ending) = split_ending(&name);
    let mark = format!("~{:02x}{:02x}{:02x}{:02x}{ending}", digest[0], digest[1], digest[2], digest[3]);
    let (folders, stem) = start.rsplit_once('/').unwrap_or(("", start));
    let room = MAX_BYTES - mark.len();
    let kept = leading_folders(folders, room - stem.len().min(MIN_STEM) - 1);
    let prefix = if kept.is_empty() { String::new() } else { format!("{kept}/") };
    let stem = &stem[..stem.floor_char_boundary(room - prefix.len())];
    format!("{prefix}{stem}{mark}")
}

/// As many leading folders as fit into `room` bytes.
fn leading_folders(folders: &str, room: usize) -> &str {
    if folders.len() <= room {
        return folders;
    }
    let cut = folders.floor_char_boundary(room + 1);
    folders[..cut].rfind('/').map_or("", |slash| &folders[..slash])
}

/// A percent sign is safe, but programs do not agree on how a bag's list of digests writes it: RFC 8493 encodes it, and
/// `sha256sum` and `bagit.py` do not decode it.
fn safe_part(part: &str) -> String {
    let safe_char = |c| if is_forbidden(c) || is_hidden(c) || c == '%' { '_' } else { c };
    let mut safe: String = if part.is_ascii() {
        part.chars().map(safe_char).collect()
    } else {
        part.nfc().map(safe_char).collect()
    };
    if safe.is_empty() {
        safe.push('_');
    }
    let kept = safe.trim_end_matches(['.', ' ']).len();
    let trailing = safe.len() - kept;
    safe.truncate(kept);
    safe.extend(std::iter::repeat_n('_', trailing));
    if is_reserved(&safe) {
        safe.insert(0, '_');
    }
    safe
}

fn check_part(part: &str) -> Result<(), Unsafe> {
    if part.is_empty() {
        return Err(Unsafe::Empty);
    }
    if part == "." || part == ".." {
        return Err(Unsafe::Dots);
    }
    if let Some(c) = part.chars().find(|c| is_hidden(*c)) {
        return Err(Unsafe::Hidden(c));
    }
    if let Some(c) = part.chars().find(|c| is_forbidden(*c)) {
        return Err(Unsafe::Character(c));
    }
    if part.ends_with(['.', ' ']) {
        return Err(Unsafe::TrailingDotOrSpace);
    }
    if is_reserved(part) {
        return Err(Unsafe::Reserved);
    }
    Ok(())
}

/// What Windows forbids in a name, and what separates parts on any system.
fn is_forbidden(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\\' | '/')
}

/// Control characters, and those that are not shown or turn the direction of the text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Windows takes these for devices, whatever ending follows.
fn is_reserved(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" | "CLOCK$") {
        return true;
    }
    let number = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|rest| {
        let mut digits = rest.chars();
        matches!(digits.next(), Some('0'..='9' | '¹' | '²' | '³')) && digits.next().is_none()
    })
}
