//! Canonical JSON: the byte sequence of a value that is hashed and signed.

use serde::Serialize;

/// The value has no canonical JSON form.
#[derive(Debug, thiserror::Error)]
#[error("no canonical JSON form: an object has a repeated key or a key that is not a string")]
pub struct CanonicalError(());

/// Writes a value by RFC 8785 (JSON Canonicalization Scheme): UTF-8, no white space, keys sorted by UTF-16 code units
/// (section 3.2.3), numbers as ECMAScript writes a double (section 3.2.2.3).
///
/// Callers must refuse two kinds of numbers first, because every number is written as a double: an integer beyond
/// 2^53 − 1 would lose digits, and a number that is not finite has no JSON form (inside a structure it would become
/// `null`).
pub fn to_vec<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    serde_json_canonicalizer::to_vec(value).map_err(|_| CanonicalError(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_example_of_the_rfc() {
        // RFC 8785, section 3.2.2 (the input) and 3.2.3 (the output).
        let value: serde_json::Value = serde_json::from_str(
            r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                "literals": [null, true, false]}"#,
        )
        .unwrap();
        let expected = r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
        assert_eq!(String::from_utf8(to_vec(&value).unwrap()).unwrap(), expected);
    }

    #[test]
    fn refuses_keys_that_json_cannot_hold() {
        assert!(to_vec(&std::collections::BTreeMap::from([((1, 2), 3)])).is_err());
    }

    #[test]
    fn every_finite_double_reads_back_the_same() {
        for number in [f64::MIN, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2, 1_700_000_000.123_456_7, 1e21, -1e-7] {
            let text = to_vec(&number).unwrap();
            assert_eq!(serde_json::from_slice::<f64>(&text).unwrap(), number);
        }
    }
}
