//! Rounding for reports and records.

/// The nearest number with two decimals, halves away from zero; not finite stays not finite.
pub(crate) fn round2(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}
