//! Huffman codes of limited length for counted symbols.

/// Symbols of the largest alphabet, rounded up.
const MOST: usize = 288;

/// The longest code deflate knows.
const LONGEST: usize = 15;

/// Bits of a key that hold the symbol; the count stands above.
const SYMBOL_BITS: u32 = 9;

/// The symbol of a key.
fn symbol_of(key: u32) -> usize {
    (key & ((1 << SYMBOL_BITS) - 1)) as usize
}

/// Gives each counted symbol the length of its code, at most `limit`, and all others zero.
///
/// There are always at least two codes: some programs do not read a code of one symbol.
pub(super) fn assign_lengths(counts: &[u32], limit: usize, lengths: &mut [u8]) {
    let mut keys = [0_u32; MOST];
    let mut used = 0;
    for (symbol, count) in (0_u32..).zip(counts).filter(|(_, count)| **count > 0) {
        keys[used] = count << SYMBOL_BITS | symbol;
        used += 1;
    }
    lengths.fill(0);
    if used < 2 {
        let only = symbol_of(keys[0]);
        lengths[only] = 1;
        lengths[usize::from(only == 0)] = 1;
        return;
    }
    let keys = &mut keys[..used];
    keys.sort_unstable();
    let mut leaves = leaves_by_depth(keys, limit);
    fit(&mut leaves, limit);
    let mut keys = keys.iter();
    for length in (1..=limit).rev() {
        for key in keys.by_ref().take(leaves[length]) {
            lengths[symbol_of(*key)] = u8::try_from(length).expect("a limit is at most fifteen");
        }
    }
}

/// How many leaves stand at each depth of the best tree, those too deep counted at the limit. The keys ascend.
fn leaves_by_depth(keys: &[u32], limit: usize) -> [usize; LONGEST + 1] {
    let count = keys.len();
    // Leaves stand in front, then the nodes that join two, which are born in ascending order as well.
    let mut weights = [0_u32; 2 * MOST];
    let mut parents = [0_u16; 2 * MOST];
    for (weight, key) in weights.iter_mut().zip(keys) {
        *weight = key >> SYMBOL_BITS;
    }
    let (mut leaf, mut joined) = (0, count);
    for node in count..2 * count - 1 {
        for _ in 0..2 {
            let is_leaf = leaf < count && (joined == node || weights[leaf] <= weights[joined]);
            let least = if is_leaf { &mut leaf } else { &mut joined };
            weights[node] += weights[*least];
            parents[*least] = u16::try_from(node).expect("twice the alphabet is small");
            *least += 1;
        }
    }
    let mut leaves = [0; LONGEST + 1];
    let mut depths = [0_u16; 2 * MOST];
    for node in (0..2 * count - 2).rev() {
        depths[node] = depths[usize::from(parents[node])] + 1;
        if node < count {
            leaves[usize::from(depths[node]).min(limit)] += 1;
        }
    }
    leaves
}

/// Makes room for all leaves after those too deep were lifted to the limit: the deepest leaf above the limit
/// becomes a node of two, until there is a code for each.
fn fit(leaves: &mut [usize; LONGEST + 1], limit: usize) {
    let taken: usize = (1..=limit).map(|depth| leaves[depth] << (limit - depth)).sum();
    for _ in 1 << limit..taken {
        let depth = (1..limit).rev().find(|depth| leaves[*depth] > 0);
        let depth = depth.expect("all leaves at the limit are fewer than its codes");
        leaves[limit] -= 1;
        leaves[depth] -= 1;
        leaves[depth + 1] += 2;
    }
}

/// The codes for the lengths, first bit lowest, as deflate wants them.
pub(super) fn assign_codes(lengths: &[u8], codes: &mut [u16]) {
    let mut next = [0_u16; LONGEST + 1];
    let mut counts = [0_u16; LONGEST + 1];
    for length in lengths.iter().filter(|length| **length > 0) {
        counts[usize::from(*length)] += 1;
    }
    for length in 1..=LONGEST {
        next[length] = (next[length - 1] + counts[length - 1]) << 1;
    }
    for (code, length) in codes.iter_mut().zip(lengths).filter(|(_, length)| **length > 0) {
        let following = &mut next[usize::from(*length)];
        *code = following.reverse_bits() >> (16 - u16::from(*length));
        *following = following.wrapping_add(1);
    }
}
