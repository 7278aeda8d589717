use super::secrecy::is_mask;
use crate::check::Context;
use crate::diagnostic::Findings;
use crate::document::Variable;
use crate::rule::declare_rule;
use crate::vocabulary::VariableType;

declare_rule! {
    /// A value is a mask that stood in place of a real one.
    ///
    /// ## Why it matters
    /// Services and logs show `****` or `[REDACTED]` instead of a secret. Sent back, the mask overwrites the secret, and the
    /// Data Action fails at its next call.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "auth_token", "type": "string", "encrypted": true, "value": "********"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "auth_token", "type": "string", "encrypted": true, "value_from": {"env": "CRM_AUTH_TOKEN"}}]}
    /// ```
    ///
    /// ## How to fix
    /// Fetch the real value with `value_from`. To leave what is stored as it is, leave the variable out: it is carried over
    /// where that is possible.
    CX503 "masked-value" Error variable check
}

fn check(_: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    let Some((value, span)) = variable.value_of_type(VariableType::String) else { return };
    if !is_mask(value.text) {
        return;
    }
    findings
        .report(span, variable.pointer().to_field("value"), "the value is a mask, not the real one")
        .label("this would overwrite the real value")
        .help("fetch the real value with `value_from`, or leave the variable out to keep what is stored");
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn only_a_value_that_is_a_mask_as_a_whole_is_one() {
        for (value, is_mask) in [
            ("***", true),
            ("****************", true),
            ("[REDACTED]", true),
            ("[redacted]", true),
            ("[SENSITIVE]", true),
            ("[unavailable]", true),
            ("**", false),
            ("*** REDACTED ***", false),
            ("a****", false),
            ("[REDACTED", false),
        ] {
            let text = serde_json::json!([{"name": "a", "type": "string", "value": value}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let codes: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(codes, if is_mask { vec!["CX503"] } else { vec![] }, "{value}");
        }
    }
}
