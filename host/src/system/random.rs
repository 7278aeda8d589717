//! Randomness behind a trait, so that tests are repeatable.

use std::cell::Cell;

use thiserror::Error;
use zeroize::Zeroize as _;

/// A source of random bytes that are good enough for keys.
pub trait Randomness: Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// If the system has no randomness. The content of `bytes` must not be used then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The system has no randomness.
#[derive(Debug, Error)]
#[error("the system cannot provide random bytes: {0}")]
pub struct NoRandomness(pub(super) String);

/// Random bytes for a seed.
///
/// # Errors
/// If the system has no randomness.
pub fn seed(source: &(impl Randomness + ?Sized)) -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    source.fill(&mut bytes).inspect_err(|_| bytes.zeroize())?;
    Ok(bytes)
}

/// Pseudorandom numbers in `0.0..1.0` for jitter. Not for secrets: they can be predicted. The system's randomness is
/// used only once, for the seed.
pub(crate) struct Jitter(Cell<u64>);

impl Jitter {
    /// If the system has no randomness, all processes use the same numbers, which is no worse than no jitter.
    pub(crate) fn new(source: &(impl Randomness + ?Sized)) -> Self {
        let mut bytes = [0; 8];
        let filled = source.fill(&mut bytes).is_ok();
        Self(Cell::new(if filled { u64::from_ne_bytes(bytes) } else { 0 }))
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    pub(crate) fn next(&self) -> f64 {
        const STEPS: f64 = (1_u64 << 53) as f64;
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut bits = self.0.get();
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / STEPS
    }
}
