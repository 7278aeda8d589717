//! Randomness, behind a trait, so that every test can be repeated.

use std::cell::Cell;

use thiserror::Error;
use zeroize::Zeroize as _;

/// What gives random bytes, good enough for keys.
pub trait Randomness: Sync {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the system has no randomness; what is in `bytes` is not to be used then.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The system has no randomness to give.
#[derive(Debug, Error)]
#[error("the system gives no random numbers: {0}")]
pub struct NoRandomness(pub(super) String);

/// Random bytes for a seed.
///
/// # Errors
/// When the system has no randomness.
pub fn seed(source: &(impl Randomness + ?Sized)) -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    source.fill(&mut bytes).inspect_err(|_| bytes.zeroize())?;
    Ok(bytes)
}

/// Numbers in `0.0..1.0` that spread waits out; nothing depends on nobody guessing them. The system is asked once.
pub(crate) struct Jitter(Cell<u64>);

impl Jitter {
    /// Where the system has no randomness all processes wait alike, which is no worse than without.
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
