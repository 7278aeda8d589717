use super::secrets::{self, Suspicion, is_bare, object, suspicion};
use crate::base::span::Span;
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
    /// the Data Action. The finding is an error if the value is a known kind of credential or carries one: a key of a
    /// cloud provider, a token of a code host, a private key, a JSON Web Token, a password or key in a URL, in a
    /// connection string or in a header, a webhook. It is a warning if the value is only as random as a generated key, or
    /// is worth less, such as a key of a test system. The configuration can set one severity for both. Of an object, every
    /// string is looked at.
    ///
    /// A value that looks random is left alone if it is a UUID, a public key, a certificate or base64 of a plain text, or
    /// if the name says that it is an identifier or a digest (`client_id`, `git_commit`, `bundle_sha256`). Nothing but the
    /// name tells a digest in hexadecimal from a key.
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

fn check<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
    let Some((value, _)) = variable.value() else { return };
    let is_judged = match variable.variable_type() {
        Some(VariableType::String) => !is_bare(value.text),
        Some(VariableType::Object) => context.object_of(value).has_text(),
        _ => false,
    };
    if is_judged {
        report(context, variable, findings);
    }
}

#[inline(never)]
fn report(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((suspicion, span)) = secret(context, variable) else { return };
    let pointer = variable.pointer().to_field("value");
    let finding = match suspicion {
        Suspicion::Known(kind) => {
            findings.report(span, pointer, format!("this looks like {kind}, but is not encrypted")).param("kind", kind)
        }
        Suspicion::Likely(kind) => {
            let message = format!("this looks like {kind}, but is not encrypted");
            findings.report(span, pointer, message).param("kind", kind).only_a_warning()
        }
        Suspicion::Random => {
            findings.report(span, pointer, "this is as random as a token, but is not encrypted").only_a_warning()
        }
    };
    let finding = finding.help("set `encrypted` to `true` and fetch the value with `value_from`");
    let Some((_, whole)) = variable.value().filter(|(value, _)| value.is_literal()) else { return };
    if let Some(edit) = secrets::encrypt(context, variable, whole) {
        finding.fix("encrypt the variable", Applicability::Unsafe, vec![edit]);
    }
}

/// What makes the value of a variable look like a secret, and where. None if it is encrypted.
fn secret(context: &Context<'_>, variable: &Variable<'_>) -> Option<(Suspicion, Span)> {
    if variable.is_encrypted() != Some(false) {
        return None;
    }
    let (value, span) = variable.value()?;
    match variable.variable_type()? {
        VariableType::String => {
            let name = variable.name().map_or("", |(name, _)| name);
            Some((suspicion(name, value.text)?, span))
        }
        VariableType::Object => {
            let (suspicion, (start, end)) = object::secret(value.text, context.options.limits())?;
            Some((suspicion, value.place_of(start, end).unwrap_or(span)))
        }
        VariableType::Integer | VariableType::Boolean => None,
    }
}

/// Whether this rule reports a variable. If it does, the rules that know less of its value do not.
pub(super) fn reports(context: &Context<'_>, variable: &Variable<'_>) -> bool {
    context.options.severity_of(&RULE).is_some() && secret(context, variable).is_some()
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::diagnostic::Severity;
    use crate::options::CheckOptions;

    const KEY: &str = concat!("AKIA", "J7QX2ZK4PW9MVT3R");
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
    fn every_string_of_an_object_is_looked_at_and_marked_inside_of_the_value() {
        let text = serde_json::json!([{"name": "a", "type": "object", "value": format!(r#"{{"b": [1, ["{KEY}"]]}}"#)}]);
        let text = text.to_string();
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX501", "/0/value"));
        assert_eq!(finding.span.of(&text), format!("\\\"{KEY}\\\""));
        let edit = &finding.fixes[0].edits[0];
        let mut fixed = text.clone();
        fixed.replace_range(edit.span.start()..edit.span.end(), &edit.text);
        let report = check(fixed.as_bytes(), &CheckOptions::default());
        assert!(report.diagnostics().iter().all(|finding| finding.code == "CX502"), "{fixed}");
    }

    #[test]
    fn what_is_encrypted_is_left_alone_and_a_wrong_flag_is_one_finding() {
        for (flag, codes) in [("true", vec!["CX502"]), ("\"yes\"", vec!["CX002"]), ("false", vec!["CX501"])] {
            let text = format!(r#"[{{"name": "a", "type": "string", "value": "{KEY}", "encrypted": {flag}}}]"#);
            let report = check(text.as_bytes(), &CheckOptions::default());
            let found: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(found, codes, "{flag}");
        }
    }
}
