//! Tells text from binary content and which encoding it has; two-byte encodings become UTF-8 for matching and come back without loss.

/// What the start of a stream says of the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with one.
    Utf8Bom,
    /// A legacy code page whose first half is ASCII.
    Legacy,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
}

/// Contents that are no text, by their first bytes.
const MAGIC: [(&[u8], &str); 12] = [
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ", "an xz archive"),
    (b"MZ\x90", "a Windows program"),
    (b"\x7FELF", "a program"),
    (b"ElfFile\0", "an event log"),
    (b"SQLite format 3\0", "a database"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xD0\xCF\x11\xE0", "an Office document"),
];

impl Encoding {
    /// Judges the start of a stream; `Err` says what it is if it is no text.
    pub(super) fn of(start: &[u8]) -> Result<Self, String> {
        if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err(format!("binary content: {what}"));
        }
        match start {
            [0xFF, 0xFE, ..] => return Ok(Self::Utf16Le),
            [0xFE, 0xFF, ..] => return Ok(Self::Utf16Be),
            [0xEF, 0xBB, 0xBF, ..] if !start.contains(&0) => return Ok(Self::Utf8Bom),
            _ => {}
        }
        if start.contains(&0) {
            return Self::without_mark(start).ok_or_else(|| "binary content".to_owned());
        }
        match std::str::from_utf8(start) {
            Ok(_) => Ok(Self::Utf8),
            // A character may be cut at the end of what was read.
            Err(error) if error.error_len().is_none() => Ok(Self::Utf8),
            Err(_) => Ok(Self::Legacy),
        }
    }

    /// UTF-16 without a mark: Western text has a zero in every other byte, always on the same side.
    fn without_mark(start: &[u8]) -> Option<Self> {
        let sample = &start[..start.len().min(4096)];
        let zeros = |side: usize| sample.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd) = (zeros(0), zeros(1));
        let most = sample.len() / 2 * 9 / 10;
        match sample.len() >= 8 {
            true if even == 0 && odd >= most => Some(Self::Utf16Le),
            true if odd == 0 && even >= most => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// The word in the manifest.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf8Bom => "utf-8-bom",
            Self::Legacy => "legacy",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        if self == Self::Utf16Be { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    /// Moves what is complete of `raw` to `text`, in UTF-8; lone surrogates take three bytes as if they were characters. At the
    /// end of a stream a lone byte is left in `raw`.
    pub(super) fn decode(self, raw: &mut Vec<u8>, text: &mut Vec<u8>, ended: bool) {
        if !self.is_wide() {
            text.append(raw);
            return;
        }
        let units: Vec<u16> = raw.chunks_exact(2).map(|unit| self.unit([unit[0], unit[1]])).collect();
        // A pair that may be completed by the next read waits for it.
        let waits = !ended && units.last().is_some_and(|last| (0xD800..0xDC00).contains(last));
        let whole = units.len() - usize::from(waits);
        for character in char::decode_utf16(units[..whole].iter().copied()) {
            match character {
                Ok(character) => text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(lone) => text.extend_from_slice(&three_bytes(lone.unpaired_surrogate())),
            }
        }
        raw.drain(..whole * 2);
    }

    /// The bytes of the source for a piece of text that `decode` made.
    pub(super) fn encode(self, text: &[u8], out: &mut Vec<u8>) {
        if !self.is_wide() {
            out.extend_from_slice(text);
            return;
        }
        let mut push = |unit: u16| {
            out.extend(if self == Self::Utf16Be { unit.to_be_bytes() } else { unit.to_le_bytes() });
        };
        let mut rest = text;
        while !rest.is_empty() {
            let valid = match std::str::from_utf8(rest) {
                Ok(_) => rest.len(),
                Err(error) => error.valid_up_to(),
            };
            String::from_utf8_lossy(&rest[..valid]).encode_utf16().for_each(&mut push);
            rest = &rest[valid..];
            if let [a, b, c, ..] = *rest {
                push(u16::from(a & 0x0F) << 12 | u16::from(b & 0x3F) << 6 | u16::from(c & 0x3F));
            }
            rest = rest.get(3..).unwrap_or_default();
        }
    }
}

fn three_bytes(unit: u16) -> [u8; 3] {
    let [high, low] = unit.to_be_bytes();
    [0xE0 | high >> 4, 0x80 | (high & 0x0F) << 2 | low >> 6, 0x80 | low & 0x3F]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_text() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        for (start, expected) in [
            (b"plain".to_vec(), Some(Encoding::Utf8)),
            (b"".to_vec(), Some(Encoding::Utf8)),
            (b"\xEF\xBB\xBFa".to_vec(), Some(Encoding::Utf8Bom)),
            (b"caf\xE9 au lait".to_vec(), Some(Encoding::Legacy)),
            ([b"\xFF\xFE".to_vec(), wide("a")].concat(), Some(Encoding::Utf16Le)),
            (wide("without a mark"), Some(Encoding::Utf16Le)),
            (b"PK\x03\x04zip".to_vec(), None),
            (b"text\0with\0zeros and more".to_vec(), None),
        ] {
            assert_eq!(Encoding::of(&start).ok(), expected, "{start:?}");
        }
    }

    proptest! {
        #[test]
        fn two_byte_text_comes_back(units in proptest::collection::vec(any::<u16>(), 0..60), odd in any::<bool>(), at in 0_usize..120) {
            for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
                let mut source: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                source.extend(odd.then_some(b'x'));
                let (first, second) = source.split_at(at.min(source.len()));
                let (mut raw, mut text, mut back) = (first.to_vec(), Vec::new(), Vec::new());
                encoding.decode(&mut raw, &mut text, false);
                raw.extend_from_slice(second);
                encoding.decode(&mut raw, &mut text, true);
                encoding.encode(&text, &mut back);
                back.extend_from_slice(&raw);
                prop_assert_eq!(&back, &source);
            }
        }
    }
}
