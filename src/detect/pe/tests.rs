//! Programs made by hand, whole and broken.

use super::*;

fn block(key: &str, value: &[u8], value_count: u16, children: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    bytes.extend(value_count.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    for unit in key.encode_utf16().chain([0]) {
        bytes.extend(unit.to_le_bytes());
    }
    bytes.resize(align(bytes.len()), 0);
    bytes.extend(value);
    for child in children {
        bytes.resize(align(bytes.len()), 0);
        bytes.extend(child);
    }
    let length = u16::try_from(bytes.len()).unwrap();
    bytes[..2].copy_from_slice(&length.to_le_bytes());
    bytes
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn resource(text: Option<&str>) -> Vec<u8> {
    let mut fixed = Vec::new();
    for word in [0xfeef_04bdu32, 0x0001_0000, 0x000c_0091, 0x0003_0000, 0x000c_0010, 0x0002_0007] {
        fixed.extend(word.to_le_bytes());
    }
    fixed.resize(52, 0);
    let value = |key: &str, text: &str| block(key, &utf16(text), u16::try_from(text.len() + 1).unwrap(), &[]);
    let mut strings = vec![value("CompanyName", "Example AB"), value("FileVersion", "12.145.3.0")];
    strings.extend(text.map(|text| value("ProductVersion", text)));
    let language = block("040904b0", &[], 0, &strings);
    let variable = block("VarFileInfo", &[], 0, &[]);
    block("VS_VERSION_INFO", &fixed, 52, &[variable, block("StringFileInfo", &[], 0, &[language])])
}

/// A 64-bit program with one section that holds its version resource and nothing else.
pub(in crate::detect) fn program(text: Option<&str>) -> Vec<u8> {
    let resource = resource(text);
    let mut bytes = b"MZ".to_vec();
    bytes.resize(60, 0);
    bytes.extend(0x80u32.to_le_bytes());
    bytes.resize(0x80, 0);
    bytes.extend(b"PE\0\0");
    bytes.extend(0x8664u16.to_le_bytes());
    bytes.extend(1u16.to_le_bytes());
    bytes.resize(0x80 + 20, 0);
    bytes.extend(240u16.to_le_bytes());
    bytes.resize(0x80 + 24, 0);
    bytes.extend(0x20bu16.to_le_bytes());
    bytes.resize(0x80 + 24 + 112 + 16, 0);
    bytes.extend(0x5000u32.to_le_bytes());
    bytes.resize(0x80 + 24 + 240, 0);
    bytes.extend(b".rsrc\0\0\0");
    for word in [0x1000u32, 0x5000, 0x1000, 0x400] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.resize(0x400, 0);
    for (id, next) in [(RT_VERSION, 0x8000_0018u32), (1, 0x8000_0030), (1033, 0x48)] {
        bytes.extend([0; 14]);
        bytes.extend(1u16.to_le_bytes());
        bytes.extend(id.to_le_bytes());
        bytes.extend(next.to_le_bytes());
    }
    bytes.extend(0x5058u32.to_le_bytes());
    bytes.extend(u32::try_from(resource.len()).unwrap().to_le_bytes());
    bytes.extend([0; 8]);
    bytes.extend(resource);
    bytes
}

fn read_bytes(bytes: &[u8]) -> Option<FileVersion> {
    read(&|offset, count| {
        let from = usize::try_from(offset).unwrap().min(bytes.len());
        Ok(bytes[from..bytes.len().min(from + count)].to_vec())
    })
    .unwrap()
}

#[test]
fn versions_are_read() {
    let table = [
        (Some("12.16.2"), "12.16.2"),
        (Some("12.90.20000+2024"), "12.90.20000+2024"),
        (Some(""), "12.16.2.7"),
        (Some("May 2024"), "12.16.2.7"),
        (None, "12.16.2.7"),
    ];
    for (text, best) in table {
        let version = read_bytes(&program(text)).unwrap();
        assert_eq!((version.file.as_str(), version.product.as_str()), ("12.145.3.0", "12.16.2.7"));
        assert_eq!(version.best(), best, "{text:?}");
    }
}

#[test]
fn what_is_no_program_has_none() {
    for bytes in [&b""[..], b"MZ", b"#!/bin/sh", &[0; 4096]] {
        assert_eq!(read_bytes(bytes), None);
    }
}

#[test]
fn broken_programs_end() {
    let whole = program(Some("12.16.2"));
    for end in 0..whole.len() {
        read_bytes(&whole[..end]);
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            read_bytes(&bytes);
        }
    }
}

#[test]
fn failures_to_read_are_told() {
    let failed = read(&|_, _| Err(io::Error::from(io::ErrorKind::PermissionDenied)));
    assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
}
