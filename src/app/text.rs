//! Texts of an app, in whatever encoding its files have, as UTF-8.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text of these bytes: by their mark, else UTF-8, else UTF-16 without a mark, else the Western code page of Windows.
pub(super) fn decode(bytes: &[u8]) -> String {
    let without_mark = || match std::str::from_utf8(bytes) {
        Ok(_) if !bytes.contains(&0) => UTF_8,
        _ => wide(bytes).unwrap_or(WINDOWS_1252),
    };
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or_else(|| (without_mark(), 0));
    let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
    text.into_owned()
}

/// UTF-16 without a mark: Western text has a zero in nearly every other byte, always on the same side.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..4096).unwrap_or(bytes);
    let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let most = sample.len() / 2 * 9 / 10;
    match (zeros(0), zeros(1)) {
        (0, odd) if odd >= most.max(1) => Some(UTF_16LE),
        (even, 0) if even >= most.max(1) => Some(UTF_16BE),
        _ => None,
    }
}

/// Whether these bytes hold no control character but those that a text has.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte >= 0x20 || (0x09..=0x0D).contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide_bytes(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_that_windows_programs_write_is_read() {
        let text = "SET a='£';\r\n";
        assert_eq!(decode(text.as_bytes()), text);
        assert_eq!(decode(format!("\u{FEFF}{text}").as_bytes()), text);
        assert_eq!(decode(&wide_bytes(&format!("\u{FEFF}{text}"), u16::to_le_bytes)), text);
        assert_eq!(decode(&wide_bytes(&format!("\u{FEFF}{text}"), u16::to_be_bytes)), text);
        assert_eq!(decode(&wide_bytes(text, u16::to_le_bytes)), text);
        assert_eq!(decode(&wide_bytes(text, u16::to_be_bytes)), text);
        assert_eq!(decode(b"SET a='\xA3';\r\n"), text);
        assert_eq!(decode(b""), "");
    }

    #[test]
    fn a_control_character_is_no_text() {
        assert!(is_text(b"SET a=1;\r\n\t"));
        assert!(!is_text(b"SET a\0"));
    }
}
