//! Whatever is packed comes back, through a decoder that is not ours.

use std::io::Read;

use proptest::prelude::*;

use super::huffman::{assign_codes, assign_lengths};
use super::{Effort, Encoder, PART};

const EFFORTS: [Effort; 3] = [Effort::Fast, Effort::Balanced, Effort::Small];

/// Bytes without any order, always the same.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Lines as they stand in logs.
fn log(lines: usize) -> Vec<u8> {
    let line = |n: usize| {
        let random = (n as u64 + 7).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!(
            "{n}\t20190201T0459{:02}.{:03}+0100\tINFO\tservice {random:016x} ended\n",
            n % 60,
            n * 7919 % 1000
        )
    };
    (0..lines).flat_map(|n| line(n).into_bytes()).collect()
}

fn inflate(packed: &[u8]) -> Vec<u8> {
    let mut back = Vec::new();
    let mut reader = flate2::bufread::DeflateDecoder::new(packed);
    reader.read_to_end(&mut back).expect("a valid stream");
    assert_eq!(reader.total_in(), packed.len() as u64, "nothing stands behind the stream");
    back
}

/// Packs content in blocks of a size, each knowing what stands before it.
fn pack(encoder: &mut Encoder, content: &[u8], block: usize) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut from = 0;
    loop {
        let until = content.len().min(from + block);
        let known = from.min(32 * 1024);
        packed.extend(encoder.encode(&content[from - known..until], known, until == content.len()));
        from = until;
        if from == content.len() {
            return packed;
        }
    }
}

/// Packs and reads back with each effort, and several sizes of blocks and parts. Returns the largest output of one block.
fn round_trip(content: &[u8]) -> usize {
    let mut largest = 0;
    for effort in EFFORTS {
        let mut encoder = Encoder::new(effort);
        let whole = pack(&mut encoder, content, usize::MAX - content.len());
        assert!(inflate(&whole) == content, "{effort:?}, {} bytes", content.len());
        encoder.part = content.len() / 5 + 3;
        let packed = pack(&mut encoder, content, content.len() / 2 + 1);
        assert!(inflate(&packed) == content, "{effort:?}, {} bytes in blocks and parts", content.len());
        encoder.part = PART;
        assert!(
            whole == pack(&mut encoder, content, usize::MAX - content.len()),
            "an encoder remembers nothing"
        );
        largest = largest.max(whole.len());
    }
    largest
}

#[test]
fn little_content_comes_back() {
    assert_eq!(round_trip(b""), 2);
    assert_eq!(round_trip(b"a"), 3);
    for length in 0..40 {
        round_trip(&log(2)[..length]);
        round_trip(&noise(length));
        round_trip(&vec![b'-'; length]);
    }
}

#[test]
fn much_content_comes_back() {
    assert!(round_trip(&vec![0; 100_000]) < 300);
    let text = log(1300);
    assert!(round_trip(&text) < text.len() / 2);
    round_trip(&[&text[..40_000], &noise(70_000), &text[..40_000], &[b' '; 7000], &noise(3)].concat());
}

#[test]
fn parts_are_cut_anywhere() {
    let text = [log(300), noise(5000), log(50)].concat();
    for effort in EFFORTS {
        let mut encoder = Encoder::new(effort);
        for part in [1, 2, 9, 300, 4095, 8192] {
            encoder.part = part;
            let from = if part < 300 { text.len() - 1500 } else { 0 };
            let packed = pack(&mut encoder, &text[from..], usize::MAX / 2);
            assert!(inflate(&packed) == text[from..], "{effort:?} {part}");
        }
    }
    // Longer than the distances that places are counted by, in several windows.
    let long = noise(90_000);
    let mut encoder = Encoder::new(Effort::Small);
    encoder.part = 10_000;
    let content = [&long[..], &long[60_000..], &long[59_000..]].concat();
    let packed = pack(&mut encoder, &content, usize::MAX / 2);
    assert!(inflate(&packed) == content && packed.len() < 95_000, "{}", packed.len());
}

#[test]
fn noise_grows_by_a_few_bytes_only() {
    for length in [1_usize, 2, 100, 65_535, 65_536, 150_000] {
        let most = length + 5 * length.div_ceil(65_535) + 1;
        assert!(round_trip(&noise(length)) <= most, "{length}");
    }
    let not_last = Encoder::new(Effort::Balanced).encode(&noise(1000), 0, false);
    assert_eq!(not_last.len(), 1005, "a stored block needs no other to end with a full byte");
}

#[test]
fn every_length_of_match_comes_back() {
    let noise = noise(2000);
    for length in (1..24).chain((31..250).step_by(8)).chain(250..265).chain([515, 516, 517, 775]) {
        let content = [&noise[..length], &noise[1000..1001], &noise[..length], &noise[1100..1110]].concat();
        let most = content.len() - length * 4 / 5 + 16;
        let packed = round_trip(&content);
        assert!(length < 6 || packed <= most, "{length}: {packed} of {}", content.len());
        let run = [&noise[..50], &vec![b'x'; length][..], &noise[50..100]].concat();
        round_trip(&run);
    }
}

#[test]
fn matches_reach_32_kib_back_and_no_farther() {
    let noise = noise(34_000);
    for distance in
        [1, 2, 3, 7, 8, 9, 255, 256, 257, 4096, 16_384, 16_385, 24_577, 32_766, 32_767, 32_768, 32_769]
    {
        let content: Vec<u8> = (0..distance + 200).map(|n| noise[n % distance]).collect();
        let packed = round_trip(&content);
        let is_found = packed < content.len() - 100;
        assert_eq!(is_found, distance <= 32_768, "{distance}: {packed}");
    }
}

#[test]
fn matches_reach_into_the_text_before() {
    let text = noise(34_000);
    for effort in EFFORTS {
        let mut encoder = Encoder::new(effort);
        for known in [0, 1, 5, 8, 100, 1000, 32_767, 32_768, 33_500] {
            // What is packed begins with the end of what is known, and a match runs from one into the other.
            let begin = known - known.min(300);
            let all = [&text[..known], &text[begin..known], &text[begin..known], b"end"].concat();
            for is_last in [true, false] {
                let packed = encoder.encode(&all, known, is_last);
                let mut back = flate2::Decompress::new(false);
                let before = &all[known.saturating_sub(32_768)..known];
                if !before.is_empty() {
                    back.set_dictionary(before).expect("a raw stream takes one");
                }
                let mut content = Vec::with_capacity(all.len());
                let status = back.decompress_vec(&packed, &mut content, flate2::FlushDecompress::Sync);
                let is_ended = status.expect("a valid stream") == flate2::Status::StreamEnd;
                assert_eq!((is_ended, content == all[known..]), (is_last, true), "{known} {effort:?}");
                assert!(known < 100 || packed.len() < 60, "{known}: {}", packed.len());
            }
        }
        assert_eq!(encoder.encode(b"known", 5, false), b"", "nothing is no block");
        assert_eq!(encoder.encode(b"known", 99, true), [3, 0], "more known than there is");
    }
}

#[test]
fn one_distance_is_enough_for_a_code() {
    let unit = &noise(64)[..];
    round_trip(&unit.repeat(2));
    round_trip(&unit.repeat(50));
    assert!(round_trip(&[b'a'; 259]) < 16);
}

#[test]
fn rare_symbols_do_not_make_codes_too_long() {
    let mut counts = [1_u32, 1].to_vec();
    while counts.len() < 30 {
        counts.push((counts[counts.len() - 1] + counts[counts.len() - 2]).min(4_000_000));
    }
    for limit in [5, 7, 14, 15] {
        for used in 2..=30.min(1 << limit) {
            let mut lengths = [9; 30];
            assign_lengths(&counts[..used], limit, &mut lengths);
            let sum: usize = lengths[..used].iter().map(|length| (1 << 15) >> length).sum();
            assert_eq!(sum, 1 << 15, "{used} symbols use all codes of at most {limit} bits");
            assert!(lengths[..used].iter().all(|length| (1..=limit).contains(&usize::from(*length))));
            assert!(lengths[..used].is_sorted_by(|rare, frequent| rare >= frequent));
        }
    }
    // Each byte twice as frequent as the one before: the tree would be deeper than any code may be.
    let content: Vec<u8> =
        (0..17_u8).flat_map(|byte| std::iter::repeat_n(byte.wrapping_mul(37), 1 << byte)).collect();
    let step = 40_503;
    let shuffled: Vec<u8> = (0..content.len()).map(|n| content[n * step % content.len()]).collect();
    assert!(round_trip(&shuffled) < shuffled.len() / 2);
}

#[test]
fn codes_are_those_of_the_standard() {
    // The example of RFC 1951, 3.2.2, with the first bit of each code lowest.
    let mut codes = [0; 8];
    assign_codes(&[3, 3, 3, 3, 3, 2, 4, 4], &mut codes);
    assert_eq!(codes, [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111]);
    let mut lengths = [7; 4];
    assign_lengths(&[0, 0, 9, 0], 15, &mut lengths);
    assert_eq!(lengths, [1, 0, 1, 0], "one symbol gets a companion");
    assign_lengths(&[0, 0, 0, 0], 15, &mut lengths);
    assert_eq!(lengths, [1, 1, 0, 0], "and so does none");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn any_content_comes_back(
        parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), 1_usize..30, any::<prop::sample::Index>()), 0..60)
    ) {
        let mut content = Vec::new();
        for (bytes, times, from) in parts {
            content.extend(bytes.repeat(times));
            if !content.is_empty() {
                let from = from.index(content.len());
                content.extend_from_within(from..(from + 37 * times).min(content.len()));
            }
        }
        round_trip(&content);
    }
}
