//! Numbers and texts as QlikView writes them into a document.
//!
//! The leading ones of the first byte say how many bytes follow, as in UTF-8; the rest of that byte are the lowest bits, and the bytes
//! after it the next ones, the lowest first. The highest bit is left to a sign, so that 64 takes two bytes; lengths never have it. A
//! text is the number of its bytes, and these.

/// Reads along a piece of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where the next read begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next number; none where none can begin, and at the end.
    pub(super) fn number(&mut self) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?;
        let (first, rest) = rest.split_first()?;
        // Five bytes are the most that are believed: what they can say is far beyond any text of a document.
        let more = usize::try_from(first.leading_ones()).ok().filter(|more| *more <= 4)?;
        let (more, _) = rest.split_at_checked(more)?;
        let own = 7 - more.len();
        let lowest = u64::from(*first) & ((1 << own) - 1);
        let value =
            more.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte)) << own | lowest;
        self.at += 1 + more.len();
        usize::try_from(value).ok()
    }

    /// The next text.
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let end = self.at.checked_add(length)?;
        let text = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(text)
    }
}

/// A number as QlikView writes it, for documents that tests make.
#[cfg(test)]
pub(super) fn write(value: usize) -> Vec<u8> {
    let value = value as u64;
    let more = (0..5_u32).find(|more| value >> (6 + 7 * more) == 0).expect("a length of a test");
    let own = 7 - more;
    let ones = !(0xFF_u32 >> more) & 0xFF;
    let mut bytes = vec![u8::try_from(u64::from(ones) | value & ((1 << own) - 1)).expect("one byte")];
    bytes.extend((value >> own).to_le_bytes().iter().take(more as usize));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_real_documents_are_read() {
        for (bytes, value) in [
            (&[0x19][..], 25),
            (&[0xA3, 0x01], 99),
            (&[0xB0, 0x5D], 6000),
            (&[0x80, 0x01], 64),
            (&[0xC8, 0x19, 0x01], 9000),
            (&[0xC9, 0xEF, 0x07], 65001),
        ] {
            let mut cursor = Cursor::new(bytes, 0);
            assert_eq!(cursor.number(), Some(value));
            assert_eq!(cursor.at(), bytes.len());
            assert_eq!(write(value), bytes);
        }
    }

    #[test]
    fn every_length_comes_back_and_a_cut_one_is_none() {
        for value in [0, 63, 64, 8191, 8192, (1 << 20) - 1, 1 << 20, 1 << 27, (1 << 34) - 1] {
            let bytes = write(value);
            assert_eq!(Cursor::new(&bytes, 0).number(), Some(value));
            assert_eq!(Cursor::new(&bytes[..bytes.len() - 1], 0).number(), None);
        }
        assert_eq!(Cursor::new(&[0xF8; 20], 0).number(), None);
        assert_eq!(Cursor::new(&[1], 5).number(), None);
    }

    #[test]
    fn a_text_longer_than_the_rest_is_none() {
        assert_eq!(Cursor::new(b"\x03abcd", 0).text(), Some(&b"abc"[..]));
        assert_eq!(Cursor::new(b"\x05abcd", 0).text(), None);
    }
}
