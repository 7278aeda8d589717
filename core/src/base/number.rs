//! Rounding for reports and records.

/// Rounds to two decimals, halves away from zero. Infinities and NaN are returned as they are.
pub(crate) fn round2(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
