use super::{block_scalar, cx503_masked_value, cx506_invisible_character};
use crate::base::vocabulary::VariableType;
use crate::diagnostic::{Applicability, Edit};
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The value of a boolean is neither `true` nor `false`.
    ///
    /// ## Why it matters
    /// `True`, `yes` and `1` are booleans in some languages and text in others. The Data Action would treat any text
    /// that is not empty as true.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "debug", "type": "boolean", "value": "True"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "debug", "type": "boolean", "value": "true"}]}
    /// ```
    ///
    /// ## How to fix
    /// Write `"true"` or `"false"` in lower case, and in quotes like every value.
    CX203 "not-a-boolean" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((value, span)) = variable.value_of_type(VariableType::Boolean) else { return };
    if matches!(value.text, "true" | "false")
        || cx503_masked_value::reports(context, variable)
        || cx506_invisible_character::reports(context, value.text)
    {
        return;
    }
    let finding =
        findings.report(span, variable.pointer().to_field("value"), "not a boolean; expected `true` or `false`");
    let breaks = block_scalar::header_with_breaks(context, value.text, span);
    if let Some(header) = breaks.filter(|_| matches!(value.text.trim(), "true" | "false")) {
        let edits = vec![Edit { span: header, text: "-".to_owned() }];
        finding.help("begin the text with `|-`, which leaves the last line break out").fix(
            block_scalar::FIX,
            Applicability::Unsafe,
            edits,
        );
        return;
    }
    match meant(value.text).filter(|_| value.is_literal()) {
        Some(meant) => {
            let edit = Edit { span, text: format!("\"{meant}\"") };
            finding.help("write `true` or `false`, in lower case").fix(
                "write it in lower case",
                Applicability::Safe,
                vec![edit],
            );
        }
        None => drop(finding.help("write `true` or `false`")),
    }
}

/// The boolean that differs from `text` only in letter case.
fn meant(text: &str) -> Option<&'static str> {
    ["true", "false"].into_iter().find(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    #[test]
    fn only_the_two_words_are_booleans() {
        for (value, fixes) in [("TRUE", 1), ("False", 1), ("yes", 0), ("1", 0), ("", 0), ("true ", 0)] {
            let text = serde_json::json!([{"name": "a", "type": "boolean", "value": value}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let [finding] = report.diagnostics() else { panic!("{value}") };
            assert_eq!((finding.code.as_ref(), finding.fixes.len()), ("CX203", fixes), "{value}");
        }
    }

    #[test]
    fn the_line_break_of_a_yaml_block_is_left_out() {
        let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        let text = |header: &str| format!("- name: a\n  type: boolean\n  value: {header}\n    false\n");
        let report = check(text("|").as_bytes(), &options);
        assert!(report.diagnostics()[0].help.as_ref().unwrap().contains("`|-`"));
        assert_eq!(apply(&text("|"), &options, Applicability::Unsafe).text().expose(), text("|-"));
    }
}
