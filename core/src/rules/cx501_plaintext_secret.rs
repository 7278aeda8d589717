use super::secrets;
use super::secrets::credential::{Suspicion, suspicion};
use crate::base::vocabulary::VariableType;
use crate::diagnostic::Applicability;
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A value looks like a secret, but is not encrypted.
    ///
    /// ## Why it matters
    /// Without `"encrypted": true`, the service stores the value in plain text and shows it to everybody who may view
    /// the Data Action. The finding is an error if the value has the form of a known kind of credential (a key of a
    /// cloud provider, a token of a code host, a private key, a JSON Web Token, a URL with a password). It is a warning
    /// if the value is only as random as a token. The configuration can set one severity for both.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "crm_url", "type": "string", "value": "https://crm:hunter2@api.example.com/v1"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "crm_url", "type": "string", "value": "https://api.example.com/v1"},
    ///   {"name": "crm_password", "type": "string", "encrypted": true, "value": "not-a-real-password"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Set `"encrypted": true`, and fetch the value with `value_from` so that it is not in the repository either.
    /// Change any secret that was ever in plain text. If the value is not a secret, add an ignore with a reason.
    CX501 "plaintext-secret" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    if variable.is_encrypted() != Some(false) {
        return;
    }
    let Some((value, span)) = variable.value_of_type(VariableType::String) else { return };
    let Some(suspicion) = suspicion(value.text) else { return };
    let pointer = variable.pointer().to_field("value");
    let finding = match suspicion {
        Suspicion::Known(kind) => {
            findings.report(span, pointer, format!("this looks like {kind}, but is not encrypted")).param("kind", kind)
        }
        Suspicion::Random => {
            findings.report(span, pointer, "this is as random as a token, but is not encrypted").only_a_warning()
        }
    };
    let finding = finding.help("set `encrypted` to `true` and fetch the value with `value_from`");
    if let Some(edit) = secrets::encrypt(context, variable, span).filter(|_| value.is_literal()) {
        finding.fix("encrypt the variable", Applicability::Unsafe, vec![edit]);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::diagnostic::Severity;
    use crate::options::CheckOptions;

    const KEY: &str = concat!("AKIA", "IOSFODNN7EXAMPLE");
    const RANDOM: &str = "9f86d081884c7d659a2feaa0c55ad015";

    fn severity(value: &str, configured: Option<Severity>) -> Severity {
        let text = serde_json::json!([{"name": "a", "type": "string", "value": value}]).to_string();
        let mut options = CheckOptions::default();
        if let Some(severity) = configured {
            options.validate.severity = Some([("CX501".to_owned(), Some(severity))].into());
        }
        let report = check(text.as_bytes(), &options);
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert!(!format!("{finding:?}").contains(value));
        finding.severity
    }

    #[test]
    fn a_known_form_is_an_error_and_mere_randomness_a_warning_unless_configured() {
        assert_eq!(severity(KEY, None), Severity::Error);
        assert_eq!(severity(RANDOM, None), Severity::Warning);
        for configured in [Severity::Error, Severity::Warning] {
            assert_eq!(severity(KEY, Some(configured)), configured);
            assert_eq!(severity(RANDOM, Some(configured)), configured);
        }
    }

    #[test]
    fn what_is_encrypted_is_left_alone_and_a_wrong_flag_is_one_finding() {
        for (flag, codes) in [("true", vec![]), ("\"yes\"", vec!["CX002"]), ("false", vec!["CX501"])] {
            let text = format!(r#"[{{"name": "a", "type": "string", "value": "{KEY}", "encrypted": {flag}}}]"#);
            let report = check(text.as_bytes(), &CheckOptions::default());
            let found: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(found, codes, "{flag}");
        }
    }
}
