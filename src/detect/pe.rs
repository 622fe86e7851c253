//! The version resource of a Windows program, read piece by piece: headers, resource tree, strings. No program is
//! ever loaded or run, and nothing in it is trusted.
//!
//! Own code since goblin wants the whole file in memory and mixes up the words of the fixed version.

use std::io;

/// Larger section tables, resource folders and version resources are not believed.
const PIECE: usize = 64 * 1024;
/// Resource type of versions.
const RT_VERSION: u32 = 16;

/// What a version resource says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FileVersion {
    /// The four numbers of the file.
    pub(super) file: String,
    /// The four numbers of the product.
    pub(super) product: String,
    /// The text `ProductVersion`, as people see it.
    pub(super) product_text: Option<String>,
}

impl FileVersion {
    /// The version to go by: the text if it begins with a number, else the four numbers.
    pub(super) fn best(&self) -> &str {
        let text = self.product_text.as_deref().map(str::trim).unwrap_or_default();
        if text.starts_with(|c: char| c.is_ascii_digit()) { text } else { &self.product }
    }
}

/// Reads a file at an offset: at most so many bytes.
type ReadAt<'r> = &'r dyn Fn(u64, usize) -> io::Result<Vec<u8>>;

/// The version resource of a program. `Ok(None)`: it has none, or is no program.
pub(super) fn read(read_at: ReadAt<'_>) -> io::Result<Option<FileVersion>> {
    Ok(find_resource(read_at)?.and_then(|resource| parse(&resource)))
}

fn find_resource(read_at: ReadAt<'_>) -> io::Result<Option<Vec<u8>>> {
    let dos = read_at(0, 64)?;
    if !dos.starts_with(b"MZ") {
        return Ok(None);
    }
    let Some(start) = u32_at(&dos, 60) else { return Ok(None) };
    let head = read_at(u64::from(start), PIECE)?;
    let Some((sections, rva)) = headers(&head) else { return Ok(None) };
    let Some(base) = sections.offset(rva) else { return Ok(None) };
    let mut offset = 0;
    // Type, name, language: three levels; of names and languages the first is taken.
    for level in 0..3 {
        let folder = read_at(base + u64::from(offset), PIECE)?;
        let wanted = (level == 0).then_some(RT_VERSION);
        let Some(next) = entry(&folder, wanted) else { return Ok(None) };
        let is_folder = next & 0x8000_0000 != 0;
        if is_folder != (level < 2) {
            return Ok(None);
        }
        offset = next & 0x7fff_ffff;
    }
    let leaf = read_at(base + u64::from(offset), 8)?;
    let (Some(data), Some(size)) = (u32_at(&leaf, 0), u32_at(&leaf, 4)) else { return Ok(None) };
    let Some(at) = sections.offset(data) else { return Ok(None) };
    read_at(at, PIECE.min(size as usize)).map(Some)
}

/// Where sections lie in memory and in the file.
struct Sections(Vec<(u32, u32, u32)>);

impl Sections {
    fn offset(&self, address: u32) -> Option<u64> {
        self.0.iter().find_map(|&(memory, size, file)| {
            let inside = address.checked_sub(memory)?;
            (inside < size).then(|| u64::from(file) + u64::from(inside))
        })
    }
}

/// The sections, and the address of the resources.
fn headers(head: &[u8]) -> Option<(Sections, u32)> {
    if !head.starts_with(b"PE\0\0") {
        return None;
    }
    let count = usize::from(u16_at(head, 6)?);
    let optional_size = usize::from(u16_at(head, 20)?);
    let directories = match u16_at(head, 24)? {
        0x10b => 24 + 96,
        0x20b => 24 + 112,
        _ => return None,
    };
    let rva = u32_at(head, directories + 2 * 8)?;
    let table = 24 + optional_size;
    let mut sections = Vec::new();
    for number in 0..count {
        let at = table + number * 40;
        let size = u32_at(head, at + 8)?.max(u32_at(head, at + 16)?);
        sections.push((u32_at(head, at + 12)?, size, u32_at(head, at + 20)?));
    }
    (rva != 0).then_some((Sections(sections), rva))
}

/// The entry of a resource folder with that id, or the first one.
fn entry(folder: &[u8], wanted: Option<u32>) -> Option<u32> {
    let count = usize::from(u16_at(folder, 12)?) + usize::from(u16_at(folder, 14)?);
    (0..count).find_map(|number| {
        let at = 16 + number * 8;
        let id = u32_at(folder, at)?;
        wanted.is_none_or(|wanted| wanted == id).then(|| u32_at(folder, at + 4)).flatten()
    })
}

/// A `VS_VERSIONINFO` block.
fn parse(resource: &[u8]) -> Option<FileVersion> {
    let root = Block::read(resource, 0)?;
    if root.key != "VS_VERSION_INFO" {
        return None;
    }
    let fixed = resource.get(root.value..root.value.checked_add(52)?)?;
    if u32_at(fixed, 0)? != 0xfeef_04bd {
        return None;
    }
    let numbers = |at: usize| {
        let (high, low) = (u32_at(fixed, at)?, u32_at(fixed, at + 4)?);
        Some(format!("{}.{}.{}.{}", high >> 16, high & 0xffff, low >> 16, low & 0xffff))
    };
    Some(FileVersion {
        file: numbers(8)?,
        product: numbers(16)?,
        product_text: product_text(resource, &root),
    })
}

/// `StringFileInfo` → a language → `ProductVersion`.
fn product_text(resource: &[u8], root: &Block) -> Option<String> {
    let strings =
        root.children(resource, root.value_end()).into_iter().find(|b| b.key == "StringFileInfo")?;
    strings.children(resource, strings.value).into_iter().find_map(|language| {
        let all = language.children(resource, language.value);
        let found = all.into_iter().find(|block| block.key == "ProductVersion")?;
        // Some linkers count the value in bytes, others in letters: its end is that of the block or the zero.
        let value = resource.get(found.value..found.end)?;
        Some(wide(value)).filter(|text| !text.trim().is_empty())
    })
}

/// One block of a version resource; offsets are those of the resource.
struct Block {
    key: String,
    value: usize,
    value_bytes: usize,
    end: usize,
}

impl Block {
    fn read(resource: &[u8], at: usize) -> Option<Self> {
        let length = usize::from(u16_at(resource, at)?);
        let end = at.checked_add(length)?.min(resource.len());
        if length < 6 {
            return None;
        }
        let key = wide(resource.get(at + 6..end)?);
        let value = align(at + 6 + (key.encode_utf16().count() + 1) * 2);
        Some(Self { key, value: value.min(end), value_bytes: usize::from(u16_at(resource, at + 2)?), end })
    }

    fn value_end(&self) -> usize {
        align(self.value + self.value_bytes)
    }

    /// Blocks from an offset to the end of this one. Each is longer than nothing, so that this ends.
    fn children(&self, resource: &[u8], from: usize) -> Vec<Self> {
        let mut found = Vec::new();
        let mut at = from;
        while at < self.end {
            let Some(block) = Self::read(resource, at) else { break };
            at = align(block.end);
            found.push(block);
        }
        found
    }
}

fn align(at: usize) -> usize {
    at.next_multiple_of(4)
}

/// UTF-16 up to a zero.
fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
    String::from_utf16_lossy(&units)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let part = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes([part[0], part[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes([part[0], part[1], part[2], part[3]]))
}

#[cfg(test)]
pub(super) mod tests;
