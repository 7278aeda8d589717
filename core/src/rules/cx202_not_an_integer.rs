use crate::check::Context;
use crate::document::Variable;
use crate::diagnostic::Findings;
use crate::rule::declare_rule;
use crate::vocabulary::VariableType;

declare_rule! {
    /// The value of an integer is not a whole decimal number of 64 bits.
    ///
    /// ## Why it matters
    /// The Data Action would fail where it uses the number, in the middle of a customer's contact, if the service did
    /// not refuse the list before.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "retry_limit", "type": "integer", "value": "3.5"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "retry_limit", "type": "integer", "value": "3"},
    ///   {"name": "offset", "type": "integer", "value": "-120"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Write `0`, or an optional minus sign and digits without a leading zero, from -9223372036854775808 to
    /// 9223372036854775807. An identifier made of digits, such as a telephone number, is a `string`.
    CX202 "not-an-integer" Error variable check
}

fn check(_: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    let Some((value, span)) = variable.value_of_type(VariableType::Integer) else { return };
    if let Some((what, help)) = problem(value.text) {
        findings.report(span, variable.pointer().to_field("value"), format!("not an integer: {what}")).help(help);
    }
}

/// What keeps a text from being an integer, in words that do not repeat it.
fn problem(text: &str) -> Option<(&'static str, &'static str)> {
    const PLAIN: &str = "write digits with an optional minus sign, such as `3` or `-120`";
    let digits = text.strip_prefix('-').unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits && digits.len() > 1 && digits.starts_with('0') {
        return Some(("it has a leading zero", "drop the zero; an identifier made of digits is a `string`"));
    }
    if all_digits {
        if text == "-0" {
            return Some(("it is a negative zero", "write `0`"));
        }
        let fits = text.parse::<i64>().is_ok();
        return (!fits).then_some(("it does not fit 64 bits", "a longer number is a `string`"));
    }
    if text.is_empty() {
        return Some(("it is empty", PLAIN));
    }
    if text.trim() != text {
        return Some(("it has white space around it", "remove the white space"));
    }
    if text.starts_with('+') {
        return Some(("it has a plus sign", "drop the plus sign"));
    }
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Some(("it has a fraction or an exponent", "write a whole number, or make it a `string`"));
    }
    Some(("it is not a number", PLAIN))
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn the_grammar_and_the_range_are_exact() {
        for good in ["0", "3", "-1", "10", "9223372036854775807", "-9223372036854775808"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for (bad, what) in [
            ("", "empty"),
            ("-", "not a number"),
            ("-0", "negative zero"),
            ("00", "leading zero"),
            ("007", "leading zero"),
            ("+3", "plus sign"),
            (" 3", "white space"),
            ("3\n", "white space"),
            ("3.5", "fraction"),
            ("1e3", "fraction or an exponent"),
            ("0x10", "not a number"),
            ("3_000", "not a number"),
            ("٣", "not a number"),
            ("NaN", "not a number"),
            ("9223372036854775808", "64 bits"),
            ("-9223372036854775809", "64 bits"),
        ] {
            let found = problem(bad).map_or("", |(what, _)| what);
            assert!(found.contains(what), "{bad:?}: {found}");
        }
    }
}
