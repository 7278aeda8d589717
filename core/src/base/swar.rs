//! SIMD within a register: tests eight bytes at once, for the few loops that run over every byte of every document.
//!
//! [`equal`] and [`below`] come from "Bit Twiddling Hacks" (Sean Eron Anderson, Stanford). Their result is exact up to
//! the first byte that passes the test; bits of later bytes may be set by mistake.

/// The value 1 in every byte.
pub(crate) const ONES: u64 = u64::MAX / 0xff;
/// The high bit of every byte.
pub(crate) const HIGHS: u64 = ONES << 7;

/// Sets the high bit of every byte that equals `byte`.
pub(crate) fn equal(word: u64, byte: u8) -> u64 {
    let zeros = word ^ (ONES * u64::from(byte));
    zeros.wrapping_sub(ONES) & !zeros & HIGHS
}

/// Sets the high bit of every byte below `limit`, which must be at most 0x80.
pub(crate) fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGHS
}

/// The offset of the first byte, at or after `from`, for which `test` sets the high bit.
///
/// `bytewise` is the same test for one byte. It is used for the last bytes, when fewer than eight are left.
#[inline(always)]
pub(crate) fn position(
    bytes: &[u8],
    from: usize,
    test: impl Fn(u64) -> u64,
    bytewise: impl Fn(u8) -> bool,
) -> Option<usize> {
    let mut at = from;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let found = test(u64::from_le_bytes(*chunk));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / u8::BITS) as usize);
        }
        at += size_of::<u64>();
    }
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| bytewise(*byte)).map(|position| at + position)
}

/// Whether one of the bytes is one of `wanted`.
#[inline(always)]
pub(crate) fn has_one_of<const N: usize>(bytes: &[u8], wanted: [u8; N]) -> bool {
    any(bytes, |word| wanted.iter().fold(0, |found, byte| found | equal(word, *byte)))
}

/// Whether a text in ASCII has a `?`, `@` or `#`: what begins a part of a URL that may hold a secret. The first two are
/// next to each other, so that two additions find both. True of every text with another byte, too.
#[inline(always)]
pub(crate) fn has_part_of_url(bytes: &[u8]) -> bool {
    any(bytes, |word| {
        let from_question_mark = word.wrapping_add(ONES * u64::from(0x80 - b'?'));
        let after_at = word.wrapping_add(ONES * u64::from(0x80 - (b'@' + 1)));
        ((from_question_mark & !after_at) | word) & HIGHS | equal(word, b'#')
    })
}

/// Whether all bytes are below 0x7f, the delete character. A carry comes only from a byte that is found anyway.
#[inline(always)]
pub(crate) fn is_ascii_without_delete(bytes: &[u8]) -> bool {
    !any(bytes, |word| (word | word.wrapping_add(ONES)) & HIGHS)
}

/// Whether `test` sets a bit for one of the bytes. The last eight bytes are tested as a whole, whether or not some of
/// them were tested before; a shorter text is filled up with zeros.
#[inline(always)]
fn any(bytes: &[u8], test: impl Fn(u64) -> u64) -> bool {
    let is_found = |chunk: &[u8; size_of::<u64>()]| test(u64::from_le_bytes(*chunk)) != 0;
    let (chunks, rest) = bytes.as_chunks();
    if chunks.iter().any(is_found) {
        return true;
    }
    match bytes.last_chunk() {
        Some(last) => !rest.is_empty() && is_found(last),
        None => {
            let mut filled = [0; size_of::<u64>()];
            filled.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
            is_found(&filled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_byte_from_delete_on_is_overlooked(bytes in proptest::collection::vec(0_u8.., 0..40)) {
            let expected = bytes.iter().all(|byte| *byte < 0x7f);
            proptest::prop_assert_eq!(is_ascii_without_delete(&bytes), expected);
        }

        #[test]
        fn the_first_byte_is_found_wherever_it_is(
            bytes in proptest::collection::vec(0_u8.., 0..40),
            from in 0_usize..9,
        ) {
            let wanted = [b'@', b'/', 0x80, 0xff];
            proptest::prop_assert_eq!(has_one_of(&bytes, wanted), bytes.iter().any(|byte| wanted.contains(byte)));
            let parts = bytes.iter().any(|byte| matches!(byte, b'?' | b'@' | b'#') || !byte.is_ascii());
            proptest::prop_assert_eq!(has_part_of_url(&bytes), parts);
            let from = from.min(bytes.len());
            let small = position(&bytes, from, |word| below(word, 0x20), |byte| byte < 0x20);
            let expected = bytes[from..].iter().position(|byte| *byte < 0x20).map(|place| from + place);
            proptest::prop_assert_eq!(small, expected);
        }
    }
}
