use crate::base::mask::is_mask;
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A value is a mask that was shown in place of the real value.
    ///
    /// ## Why it matters
    /// Services and logs show `****` or `[REDACTED]` instead of a secret. If the mask is sent back, it overwrites the
    /// secret, and the Data Action fails at its next call.
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
    /// Fetch the real value with `value_from`. To keep the stored value, leave the variable out: the stored value is
    /// carried over where that is possible.
    CX503 "masked-value" Error variable check
}

fn check(_: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    if variable.variable_type().is_none() {
        return;
    }
    let Some((_, span)) = variable.value().filter(|(value, _)| is_mask(value.text)) else { return };
    findings
        .report(span, variable.pointer().to_field("value"), "the value is a mask, not the real one")
        .label("this would overwrite the real value")
        .help("fetch the real value with `value_from`, or leave the variable out to keep what is stored");
}

/// Whether this rule reports a value. If it does, the rules on types do not report that the mask has the wrong type.
pub(super) fn reports(context: &Context<'_>, text: &str) -> bool {
    is_mask(text) && context.options.severity_of(&RULE).is_some()
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

    #[test]
    fn a_mask_of_any_type_is_one_finding() {
        let codes = |kind: &str, options: &CheckOptions| {
            let text = serde_json::json!([{"name": "a", "type": kind, "value": "****", "encrypted": true}]).to_string();
            let report = check(text.as_bytes(), options);
            report.diagnostics().iter().map(|finding| finding.code.to_string()).collect::<Vec<_>>()
        };
        let (default, mut off) = (CheckOptions::default(), CheckOptions::default());
        off.validate.severity = Some([("CX503".to_owned(), None)].into());
        for (kind, otherwise) in [("integer", "CX202"), ("boolean", "CX203"), ("object", "CX204")] {
            assert_eq!(codes(kind, &default), ["CX503"]);
            assert_eq!(codes(kind, &off), [otherwise]);
        }
    }
}
