use super::cx503_masked_value;
use super::secrets::{credential, placeholder};
use crate::diagnostic::Applicability;
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A document contains the value of an encrypted variable.
    ///
    /// ## Why it matters
    /// A manifest is kept in version control. The service encrypts the value, but everybody who can read the repository
    /// can read the value too, in its whole history and in every copy.
    ///
    /// A document in the form of the service, without a key that only a manifest has, may be written by a program and
    /// sent at once, and then has to hold the values. In such a document, only a value with the form of a known
    /// credential is reported: it is certainly real.
    ///
    /// ## Fires
    /// ```json fires
    /// {"data_action": "crm-lookup", "variables": [
    ///   {"name": "auth_token", "type": "string", "encrypted": true, "value": "not-a-real-token"}
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"data_action": "crm-lookup", "variables": [
    ///   {"name": "auth_token", "type": "string", "encrypted": true, "value_from": {"env": "CRM_AUTH_TOKEN"}}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Replace `value` with `value_from`, which fetches the value when it is needed: from an environment variable of
    /// the pipeline, a file, a command or a vault. Then change the secret, because the old one remains in the history.
    CX502 "literal-secret" Warning variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    if variable.is_encrypted() == Some(true) && variable.value_is_literal() {
        report(context, variable, findings);
    }
}

#[inline(never)]
fn report(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    // CX601 reports a `value` next to a `value_from`.
    if variable.value_from().is_some() {
        return;
    }
    // Empty values and masks are not secrets, and other rules report them.
    let Some((value, span)) = variable.value().filter(|(value, _)| !value.text.is_empty()) else { return };
    let is_secret = match context.document.is_manifest {
        true => !placeholder::is_template(value.text),
        false => credential(value.text).is_some(),
    };
    if !is_secret || cx503_masked_value::reports(context, variable) {
        return;
    }
    findings
        .report(span, variable.pointer().to_field("value"), "the value of an encrypted variable is written out")
        .help("fetch it with `value_from`, such as `{\"env\": \"NAME\"}`, and change the secret: this one is in the history")
        .fix("replace `value` by `value_from`", Applicability::DisplayOnly, Vec::new());
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn codes(text: &str) -> Vec<String> {
        let report = check(text.as_bytes(), &CheckOptions::default());
        report.diagnostics().iter().map(|finding| finding.code.to_string()).collect()
    }

    #[test]
    fn what_is_sent_as_it_is_may_hold_what_is_no_known_credential() {
        let variable = r#"{"name": "a", "type": "string", "encrypted": true, "value": "x"}"#;
        assert!(codes(&format!("[{variable}]")).is_empty());
        let url =
            r#"{"name": "a", "type": "string", "encrypted": true, "value": "https://crm:hunter2@crm.example.com"}"#;
        assert_eq!(codes(&format!("[{url}]")), ["CX502"]);
        assert_eq!(codes(&format!(r#"{{"description": "CRM", "variables": [{variable}]}}"#)), ["CX502"]);
    }

    #[test]
    fn an_empty_or_masked_value_has_its_own_finding() {
        for (value, code) in [("", "CX207"), ("****", "CX503")] {
            let text = format!(
                r#"{{"description": "", "variables": [{{"name": "a", "type": "string", "encrypted": true, "value": "{value}"}}]}}"#
            );
            assert_eq!(codes(&text), [code]);
        }
    }
}
