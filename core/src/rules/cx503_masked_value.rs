use super::secrets::says_secret;
use crate::base::mask::{hides_a_secret, is_bare_word, is_mask, may_be_mask};
use crate::base::span::Span;
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A value is a mask that was shown in place of the real value.
    ///
    /// ## Why it matters
    /// Services and logs show `****`, `[REDACTED]` or `sk****EA` instead of a secret. If the mask is sent back, it
    /// overwrites the secret, and the Data Action fails at its next call. What could be the value of something else
    /// (`sk****EA`, `xxxxxxxx`, `REDACTED`) counts if the variable is encrypted or its name says that it is a secret.
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

fn check(_: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    if variable.value().is_some_and(|(value, _)| may_be_mask(value.text)) {
        report(variable, findings);
    }
}

#[inline(never)]
fn report(variable: &Variable<'_>, findings: &mut Findings) {
    let Some(span) = mask(variable) else { return };
    findings
        .report(span, variable.pointer().to_field("value"), "the value is a mask, not the real one")
        .label("this would overwrite the real value")
        .help("fetch the real value with `value_from`, or leave the variable out to keep what is stored");
}

/// Where the value of a variable is, if it is a mask.
fn mask(variable: &Variable<'_>) -> Option<Span> {
    variable.variable_type()?;
    let (value, span) = variable.value()?;
    let is_encrypted = variable.is_encrypted() == Some(true);
    let is_secret = || is_encrypted || variable.name().is_some_and(|(name, _)| says_secret(name));
    let is_mask = is_mask(value.text)
        || (hides_a_secret(value.text) && is_secret())
        || (is_encrypted && is_bare_word(value.text));
    is_mask.then_some(span)
}

/// Whether this rule reports the value of a variable. If it does, the other rules on values do not.
pub(super) fn reports(context: &Context<'_>, variable: &Variable<'_>) -> bool {
    mask(variable).is_some() && context.options.severity_of(&RULE).is_some()
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
    #[test]
    fn what_hides_a_part_counts_where_a_secret_belongs() {
        for value in ["sk****EA", "xxxxxxxx", "*** REDACTED ***", "REDACTED", "****1234\n"] {
            // A word alone is a placeholder where nothing says that it replaces a secret.
            let in_the_clear = if value == "REDACTED" { vec![] } else { vec!["CX503"] };
            for (name, encrypted, codes) in
                [("a", true, vec!["CX503"]), ("db_password", false, in_the_clear), ("crm_label", false, vec![])]
            {
                let variable =
                    serde_json::json!([{"name": name, "type": "string", "value": value, "encrypted": encrypted}]);
                let report = check(variable.to_string().as_bytes(), &CheckOptions::default());
                let found: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
                let codes = if codes.is_empty() && value.ends_with('\n') { vec!["CX206"] } else { codes };
                assert_eq!(found, codes, "{name} {value}");
            }
        }
    }
}
