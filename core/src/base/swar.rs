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

/// The first byte that is one of `wanted`.
pub(crate) fn first_of(bytes: &[u8], wanted: [u8; 4]) -> Option<u8> {
    let test = |word| wanted.iter().fold(0, |found, byte| found | equal(word, *byte));
    bytes.get(position(bytes, 0, test, |byte| wanted.contains(&byte))?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_first_byte_is_found_wherever_it_is(bytes in proptest::collection::vec(0_u8.., 0..40)) {
            let wanted = [b'@', b'/', 0x80, 0xff];
            proptest::prop_assert_eq!(first_of(&bytes, wanted), bytes.iter().copied().find(|byte| wanted.contains(byte)));
            let small = position(&bytes, 0, |word| below(word, 0x20), |byte| byte < 0x20);
            proptest::prop_assert_eq!(small, bytes.iter().position(|byte| *byte < 0x20));
        }
    }
}
