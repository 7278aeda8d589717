//! Names of variables: whether the service accepts a name, and which names of a document repeat an earlier one.

use std::num::NonZeroU32;

use crate::base::swar::{HIGHS, ONES};

/// The regular expression that a valid name matches.
pub(crate) const NAME_PATTERN: &str = "^[A-Za-z][A-Za-z0-9_]*$";

/// A hash of a valid name ([`NAME_PATTERN`]) that ignores case; none for any other text.
///
/// It takes eight bytes at a time, because it runs for every variable of every document.
pub(crate) fn folded_hash(name: &str) -> Option<NonZeroU32> {
    /// 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    let bytes = name.as_bytes();
    if !bytes.first()?.is_ascii_alphabetic() {
        return None;
    }
    let mut hash = bytes.len() as u64;
    let mut all_valid = true;
    let mut take = |chunk: u64| {
        all_valid &= is_word(chunk);
        // Setting this bit maps upper case to lower case and digits to themselves. `_` becomes a byte that nothing else
        // maps to.
        hash = (hash.rotate_left(5) ^ (chunk | (ONES * 0x20))).wrapping_mul(GOLDEN);
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    chunks.iter().for_each(|chunk| take(u64::from_le_bytes(*chunk)));
    match bytes.last_chunk::<8>() {
        _ if rest.is_empty() => {}
        // The last eight bytes. Some of them were hashed already.
        Some(chunk) => take(u64::from_le_bytes(*chunk)),
        None => take(rest.iter().rev().fold(ONES * u64::from(b'a'), |word, byte| word << 8 | u64::from(*byte))),
    }
    NonZeroU32::new((hash >> 32) as u32 | 1).filter(|_| all_valid)
}

/// Whether all eight bytes are ASCII letters, digits or underscores.
fn is_word(chunk: u64) -> bool {
    // Sets the high bit of every byte that is at least `least`. All bytes must be below 0x80.
    let at_least = |chunk: u64, least: u8| chunk.wrapping_add(ONES * u64::from(0x80 - least));
    let between = |chunk: u64, least: u8, most: u8| at_least(chunk, least) & !at_least(chunk, most + 1);
    let letter = between(chunk | (ONES * 0x20), b'a', b'z');
    let word = letter | between(chunk, b'0', b'9') | between(chunk, b'_', b'_');
    chunk & HIGHS == 0 && word & HIGHS == HIGHS
}

/// A name that repeats an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repetition {
    /// Position of the name in the list.
    pub(crate) position: usize,
    /// Position of the first identical name; if there is none, of the first name that differs only by case.
    pub(crate) first: usize,
    /// Whether the two names are identical.
    pub(crate) exact: bool,
}

/// The valid names that repeat an earlier one, in order. `name` returns the text at a position.
///
/// O(n) expected; O(n log n) if hashes collide, because it then falls back to sorting.
pub(crate) fn repetitions<'n>(
    hashes: impl ExactSizeIterator<Item = Option<NonZeroU32>> + Clone,
    name: impl Fn(usize) -> &'n str,
) -> Vec<Repetition> {
    let slots = (hashes.len() * 2).next_power_of_two();
    let mask = slots - 1;
    // Hash table with linear probing: hash and position of each distinct name.
    let mut table: Vec<Option<(NonZeroU32, u32)>> = vec![None; slots];
    let mut probes_left = hashes.len() * 8;
    let mut found = Vec::new();
    for (position, hash) in hashes.clone().enumerate() {
        let Some(hash) = hash else { continue };
        let mut at = hash.get() as usize & mask;
        let mut alike = None;
        while let Some(slot) = table.get_mut(at) {
            let Some((other, first)) = *slot else {
                *slot = Some((hash, position as u32));
                found.extend(alike.map(|first| Repetition { position, first, exact: false }));
                break;
            };
            let first = first as usize;
            if other == hash && name(first) == name(position) {
                found.push(Repetition { position, first, exact: true });
                break;
            }
            if other == hash && alike.is_none() && name(first).eq_ignore_ascii_case(name(position)) {
                alike = Some(first);
            }
            at = (at + 1) & mask;
            probes_left = match probes_left.checked_sub(1) {
                Some(left) => left,
                None => return sorted_repetitions(hashes, name),
            };
        }
    }
    found
}

/// As [`repetitions`], but by sorting. Crafted names cannot make it slower.
fn sorted_repetitions<'n>(
    hashes: impl Iterator<Item = Option<NonZeroU32>>,
    name: impl Fn(usize) -> &'n str,
) -> Vec<Repetition> {
    let folded = |at: usize| name(at).bytes().map(|byte| byte.to_ascii_lowercase());
    let mut order: Vec<usize> = hashes.enumerate().filter_map(|(at, hash)| hash.map(|_| at)).collect();
    order.sort_by(|&a, &b| folded(a).cmp(folded(b)).then_with(|| name(a).cmp(name(b))).then(a.cmp(&b)));
    let mut found = Vec::new();
    for alike in order.chunk_by(|&a, &b| folded(a).eq(folded(b))) {
        let Some(&first_of_all) = alike.iter().min() else { continue };
        for same in alike.chunk_by(|&a, &b| name(a) == name(b)) {
            let Some((&first, later)) = same.split_first() else { continue };
            if first != first_of_all {
                found.push(Repetition { position: first, first: first_of_all, exact: false });
            }
            found.extend(later.iter().map(|&position| Repetition { position, first, exact: true }));
        }
    }
    found.sort_by_key(|repetition| repetition.position);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<(usize, usize, bool)> {
        let hashes: Vec<_> = names.iter().map(|name| folded_hash(name)).collect();
        let quick = repetitions(hashes.iter().copied(), |at| names[at]);
        assert_eq!(quick, sorted_repetitions(hashes.iter().copied(), |at| names[at]));
        quick.iter().map(|found| (found.position, found.first, found.exact)).collect()
    }

    #[test]
    fn repetitions_name_the_first() {
        assert_eq!(found(&["a", "b", "a", "A", "A", "a"]), [(2, 0, true), (3, 0, false), (4, 3, true), (5, 0, true)]);
        assert_eq!(found(&["_a", "_a", "é", "é", ""]), []);
        assert_eq!(found(&["api_endpoint_1", "api_endpoint_2", "API_endpoint_1"]), [(2, 0, false)]);
    }

    #[test]
    fn names_that_differ_by_case_alone_take_no_more_time_than_others() {
        let letters = "abcdefghijklmnopq";
        let variant = |bits: usize| -> String {
            let letter =
                |(at, letter): (usize, char)| if bits >> at & 1 == 1 { letter.to_ascii_uppercase() } else { letter };
            letters.chars().enumerate().map(letter).collect()
        };
        let names: Vec<String> = (0..100_000).map(variant).collect();
        let hashes: Vec<_> = names.iter().map(|name| folded_hash(name)).collect();
        assert_eq!(repetitions(hashes.iter().copied(), |at| names[at].as_str()).len(), names.len() - 1);
    }

    proptest::proptest! {
        #[test]
        fn a_name_is_valid_if_the_pattern_matches(name in "[a-zA-Z0-9_]{0,30}.?[a-z]{0,9}") {
            let pattern = name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            proptest::prop_assert_eq!(folded_hash(&name).is_some(), pattern);
            proptest::prop_assert_eq!(folded_hash(&name.to_ascii_uppercase()), folded_hash(&name.to_ascii_lowercase()));
        }

        #[test]
        fn both_ways_find_the_same(names in proptest::collection::vec("[aAbB]{1,3}", 0..40)) {
            found(&names.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
}
