//! Who gets how much of a bundle that must not be larger than a limit. Numbers only; never touches a file.

use crate::plan::{Category, PlanItem, Source};

/// Packed bytes below which a part of a file tells nothing.
const LEAST: u64 = 4 * 1024;

/// The least that is taken of an item: of a small bundle, less than that is still worth having.
pub fn least(limit: u64) -> u64 {
    (limit / 256).clamp(256, LEAST)
}

/// What an item gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    Whole,
    /// Its newest part, of so many packed bytes.
    Part(u64),
    /// Nothing.
    Nothing,
}

/// Endings of files that are of no use, or no longer what they are, when a part is missing.
const ONE_PIECE: [&str; 12] =
    ["xml", "json", "config", "yaml", "yml", "gz", "zip", "7z", "rar", "evtx", "html", "htm"];

/// Whether a part of an item is of use: that of a log is, half a configuration is none.
pub fn can_be_cut(item: &PlanItem) -> bool {
    let Source::File(path) = &item.source else { return false };
    let ending = path.file_name().rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(item.category, Category::Logs | Category::Added)
        && !ONE_PIECE.iter().any(|other| ending.eq_ignore_ascii_case(other))
}

/// What an item gets that may take `wanted`, if `room` is left and all that come after it want `later`; less than `least` is nothing.
///
/// What fits is taken whole, so a newer one is never cut for an older one's sake. Of what does not fit, as much is taken as leaves the
/// others what they want, and at least half of the room.
pub fn share(room: u64, wanted: u64, (later, least): (u64, u64), can_be_cut: bool) -> Share {
    if wanted <= room {
        return Share::Whole;
    }
    // Others may turn out smaller than they look; whatever is left over in the end is of no use to anybody.
    let part = (room / 2).max(room.saturating_sub(later / 4 * 3)).max(least);
    if can_be_cut && part <= room { Share::Part(part) } else { Share::Nothing }
}

/// What each of some items gets of a limit, by what they want and whether they can be cut.
pub(super) fn fits(
    limit: u64,
    items: impl Iterator<Item = (u64, bool)>,
    mut later: u64,
) -> impl Iterator<Item = Share> {
    let mut room = limit;
    items.map(move |(wanted, can_be_cut)| {
        later = later.saturating_sub(wanted);
        let share = share(room, wanted, (later, least(limit)), can_be_cut);
        room -= match share {
            Share::Whole => wanted,
            Share::Part(part) => part,
            Share::Nothing => 0,
        };
        share
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(limit: u64, items: &[(u64, bool)]) -> Vec<Share> {
        let sum = items.iter().map(|(wanted, _)| wanted).sum();
        fits(limit, items.iter().copied(), sum).collect()
    }

    fn taken(items: &[(u64, bool)], shares: &[Share]) -> u64 {
        let bytes = |((wanted, _), share): (&(u64, bool), &Share)| match share {
            Share::Whole => *wanted,
            Share::Part(part) => *part,
            Share::Nothing => 0,
        };
        items.iter().zip(shares).map(bytes).sum()
    }

    const KB: u64 = 1000;

    #[test]
    fn what_fits_is_whole() {
        assert_eq!(all(100 * KB, &[(60 * KB, true), (40 * KB, false)]), [Share::Whole, Share::Whole]);
    }

    #[test]
    fn the_first_that_does_not_fit_leaves_the_others_what_they_want_or_half() {
        let shares = all(100 * KB, &[(400 * KB, true), (20 * KB, true)]);
        assert_eq!(shares, [Share::Part(85 * KB), Share::Part(15 * KB)]);
        let shares = all(100 * KB, &[(400 * KB, true), (90 * KB, true), (10 * KB, true)]);
        assert_eq!(shares[0], Share::Part(50 * KB));
    }

    #[test]
    fn what_cannot_be_cut_is_left_out_and_the_next_gets_the_room() {
        let shares = all(100 * KB, &[(101 * KB, false), (100 * KB, true)]);
        assert_eq!(shares, [Share::Nothing, Share::Whole]);
    }

    #[test]
    fn crumbs_are_not_taken() {
        assert_eq!([least(0), least(1 << 19), least(u64::MAX)], [256, 2048, LEAST]);
        for (room, taken) in [(LEAST - 1, Share::Nothing), (LEAST, Share::Part(LEAST))] {
            assert_eq!(share(room, 10 * KB, (0, LEAST), true), taken);
        }
    }

    #[test]
    fn nothing_is_wasted_and_the_limit_holds_whatever_the_items() {
        let mut seed = 7_u64;
        let mut random = |most: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % most
        };
        for _ in 0..300 {
            let items: Vec<(u64, bool)> = (0..40).map(|_| (random(400 * KB), true)).collect();
            let sum: u64 = items.iter().map(|(wanted, _)| wanted).sum();
            let limit = random(sum) + 10 * KB;
            let taken = taken(&items, &all(limit, &items));
            assert!(taken <= limit);
            assert!(taken == sum || taken + least(limit) > limit, "{taken} of {limit}, {sum} wanted");
        }
    }
}
