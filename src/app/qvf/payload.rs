//! What a stream holds: most have a head that names a format, with zlib data behind it.

use flate2::{Decompress, FlushDecompress, Status};
use zeroize::Zeroizing;

use super::container::{Content, number32};

/// How every head begins, behind its length.
const HEAD: &[u8] = b"{\"format\"";
/// Heads are shorter than this.
const LONGEST_HEAD: usize = 64;
/// What one packed byte can become at most.
const RATIO: usize = 1032;

/// The content of a stream, unpacked up to `limit` bytes. What has no head is what it is.
pub(super) fn unpack(stream: Content, limit: usize) -> Content {
    let Some((length, packed)) = split(&stream.bytes) else { return stream };
    let mut content = inflate(packed, length.min(limit));
    content.whole &= stream.whole && content.bytes.len() == length;
    content
}

/// The unpacked length that the head tells, and the packed bytes behind it.
fn split(stream: &[u8]) -> Option<(usize, &[u8])> {
    let head = usize::try_from(number32(stream, 0)?).ok().filter(|head| *head < LONGEST_HEAD)?;
    stream.get(4..)?.starts_with(HEAD).then_some(())?;
    let length = usize::try_from(number32(stream, 4 + head)?).ok()?;
    let packed = usize::try_from(number32(stream, 8 + head)?).ok()?;
    let behind = stream.get(12 + head..)?;
    Some((length, behind.get(..packed).unwrap_or(behind)))
}

/// As much as comes out of damaged data before its damage, and no more than `length` bytes.
fn inflate(packed: &[u8], length: usize) -> Content {
    let room = length.min(packed.len().saturating_mul(RATIO));
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    if packed.is_empty() {
        return Content { bytes, whole: true };
    }
    let mut inflater = Decompress::new(true);
    let whole = loop {
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let rest = usize::try_from(read).ok().and_then(|read| packed.get(read..)).unwrap_or_default();
        match inflater.decompress_vec(rest, &mut bytes, FlushDecompress::None) {
            Ok(Status::StreamEnd) => break true,
            Err(_) => break false,
            // What is full or does not move any more says nothing of its checksum.
            Ok(Status::Ok | Status::BufError)
                if (inflater.total_in(), inflater.total_out()) == (read, written) =>
            {
                break false;
            }
            Ok(Status::Ok | Status::BufError) => {}
        }
    };
    bytes.truncate(length);
    Content { bytes, whole }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).expect("memory takes bytes");
        let packed = encoder.finish().expect("memory takes bytes");
        let number = |length: usize| u32::try_from(length).expect("short").to_le_bytes();
        [
            number(20).as_slice(),
            b"{\"format\":\"gzjson\"}\0",
            &number(text.len()),
            &number(packed.len()),
            &packed,
        ]
        .concat()
    }

    fn unpacked(stream: Vec<u8>, limit: usize) -> (Vec<u8>, bool) {
        let content = unpack(Content { bytes: Zeroizing::new(stream), whole: true }, limit);
        (content.bytes.to_vec(), content.whole)
    }

    #[test]
    fn a_stream_is_unpacked_within_its_limit_and_one_without_a_head_is_left() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        assert_eq!(unpacked(packed(&text), usize::MAX), (text.clone(), true));
        assert_eq!(unpacked(packed(&text), 100), (text[..100].to_vec(), false));
        assert_eq!(unpacked(packed(b""), 100), (Vec::new(), true));
        assert_eq!(unpacked(b"plain".to_vec(), 2), (b"plain".to_vec(), true));
    }

    #[test]
    fn of_damaged_data_comes_what_stands_before_the_damage() {
        let text: Vec<u8> = (0..20_000_u32).flat_map(|number| number.to_string().into_bytes()).collect();
        let mut stream = packed(&text);
        let middle = stream.len() / 2;
        stream.remove(middle);
        let (bytes, whole) = unpacked(stream, usize::MAX);
        assert!(!whole);
        assert!(bytes.len() > 1000 && bytes[..1000] == text[..1000], "{} bytes", bytes.len());
        let mut stream = packed(&text);
        stream.truncate(middle);
        assert!(!unpacked(stream, usize::MAX).1);
    }

    #[test]
    fn a_head_that_promises_more_than_can_come_takes_no_memory_for_it() {
        let mut stream = packed(b"0123456789");
        stream[24..28].copy_from_slice(&u32::MAX.to_le_bytes());
        let content = unpack(Content { bytes: Zeroizing::new(stream), whole: true }, usize::MAX);
        assert!(content.bytes.capacity() <= 40 * RATIO);
        assert_eq!((content.bytes.as_slice(), content.whole), (b"0123456789".as_slice(), false));
    }
}
