use super::{block_scalar, cx503_masked_value, cx506_invisible_character};
use crate::base::vocabulary::VariableType;
use crate::diagnostic::{Applicability, Edit};
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The value of an integer is not a whole decimal number that fits in 64 bits.
    ///
    /// ## Why it matters
    /// The service refuses the list. If it accepted the value, the Data Action would fail where it uses the number, in
    /// the middle of a customer's contact.
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
    /// 9223372036854775807. If the value is an identifier made of digits, such as a telephone number, make the variable
    /// a `string`. Because the value may be such an identifier, the fixes that delete white space, a plus sign or
    /// leading zeros are unsafe.
    CX202 "not-an-integer" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((value, span)) = variable.value_of_type(VariableType::Integer) else { return };
    let Some((what, help)) = problem(value.text) else { return };
    if cx503_masked_value::reports(context, variable) || cx506_invisible_character::reports(context, value.text) {
        return;
    }
    let pointer = variable.pointer().to_field("value");
    let breaks = block_scalar::header_with_breaks(context, value.text, span);
    if let Some(header) = breaks.filter(|_| problem(value.text.trim()).is_none()) {
        let edits = vec![Edit { span: header, text: "-".to_owned() }];
        findings
            .report(span, pointer, "not an integer: it ends with a line break")
            .help("begin the text with `|-`, or write it in double quotes")
            .fix(block_scalar::FIX, Applicability::Unsafe, edits);
        return;
    }
    let finding = findings.report(span, pointer, format!("not an integer: {what}")).help(help);
    let delete = |(start, end)| Some(Edit { span: value.place_of(start, end)?, text: String::new() });
    let edits: Option<Vec<Edit>> = surplus(value.text).and_then(|parts| parts.into_iter().map(delete).collect());
    if let Some(edits) = edits {
        finding.fix("delete what does not belong to the number", Applicability::Unsafe, edits);
    }
}

/// The byte ranges to delete so that an integer remains: white space, a plus sign, leading zeros, the sign of `-0`.
/// `None` if that does not leave an integer.
fn surplus(text: &str) -> Option<Vec<(usize, usize)>> {
    let from = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    let (sign, number) = match trimmed.strip_prefix(['+', '-']) {
        Some(number) => (1, number),
        None => (0, trimmed),
    };
    let zeros = (number.len() - number.trim_start_matches('0').len()).min(number.len().saturating_sub(1));
    let number = number.get(zeros..)?;
    let keeps_sign = trimmed.starts_with('-') && number != "0";
    let wanted = format!("{}{number}", if keeps_sign { "-" } else { "" });
    let start = from + sign;
    let parts = [
        (0, from),
        (if keeps_sign { start } else { from }, start),
        (start, start + zeros),
        (from + trimmed.len(), text.len()),
    ];
    let is_integer = number.bytes().all(|byte| byte.is_ascii_digit()) && problem(&wanted).is_none();
    is_integer.then(|| parts.into_iter().filter(|(start, end)| start < end).collect())
}

/// Whether a text is an integer as the service takes it.
#[cfg(feature = "config")]
pub(crate) fn is_integer(text: &str) -> bool {
    problem(text).is_none()
}

/// Why a text is not an integer, and help. Neither repeats the text.
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
    if is_decimal(text) {
        return Some(("it has a fraction or an exponent", "write a whole number, or make it a `string`"));
    }
    Some(("it is not a number", PLAIN))
}

/// Whether a text is a decimal number, with or without a fraction and an exponent.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    whole.len() + fraction.len() > 0 && !exponent.is_empty() && [whole, fraction, exponent].into_iter().all(digits)
}

#[cfg(test)]
mod tests {
    use super::{problem, surplus};
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    #[test]
    fn what_does_not_belong_to_the_number_is_deleted() {
        for (bad, good) in [
            ("007", "7"),
            ("-007", "-7"),
            ("+3", "3"),
            (" +03\\n", "3"),
            ("-0", "0"),
            ("000", "0"),
            ("\\u0030\\u00307\\t ", "7"),
        ] {
            let text = |value: &str| format!(r#"[{{"name": "a", "type": "integer", "value": "{value}"}}]"#);
            let fixed = apply(&text(bad), &CheckOptions::default(), Applicability::Unsafe);
            assert_eq!(fixed.text().expose(), text(good));
        }
        for bad in ["", "+", "3.5", "+-3", "1,000", "9223372036854775808", " x"] {
            assert_eq!(surplus(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_line_break_of_a_yaml_block_is_named_and_left_out() {
        let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        for (header, mended) in [("|", "|-"), (">+", ">-"), ("|2", "|2-")] {
            let text = |header: &str| format!("- name: a\n  type: integer\n  value: {header}\n    12\n");
            let report = check(text(header).as_bytes(), &options);
            let [finding] = report.diagnostics() else { panic!("{header}") };
            assert!(finding.message.ends_with("it ends with a line break"), "{header}: {}", finding.message);
            assert!(finding.help.as_ref().unwrap().contains("`|-`"), "{header}");
            assert_eq!(apply(&text(header), &options, Applicability::Unsafe).text().expose(), text(mended), "{header}");
        }
        let other = check(b"- name: a\n  type: integer\n  value: |\n    1.5\n", &options);
        assert!(!other.diagnostics()[0].message.contains("line break"));
    }

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
