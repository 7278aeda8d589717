use super::secrets::{self, is_address, is_plain, object, placeholder, says_secret};
use super::{cx501_plaintext_secret, cx503_masked_value};
use crate::base::span::Span;
use crate::base::vocabulary::{VARIABLE_FIELDS, VariableType, did_you_mean};
use crate::diagnostic::Applicability;
use crate::document::Variable;
use crate::document::reference::{Kind, Source};
use crate::reader::Value;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The name says that the value is a secret, but it is not encrypted.
    ///
    /// ## Why it matters
    /// Without `"encrypted": true`, the service stores the value in plain text and shows it to everybody who may view
    /// the Data Action. A password such as `hunter2` looks like a word, so only the name gives it away.
    ///
    /// A name says so by whole words: `db_password`, `clientSecret`, `api_key`, `auth_token`, `private_key`,
    /// `credentials`. A name that says something about a secret does not: `token_url`, `password_policy_url`,
    /// `secret_name`, `token_ttl`, `key_id`, `public_key`, `max_tokens`. In an object, the keys are the names.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "db_password", "type": "string", "value": "hunter2"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "db_password", "type": "string", "encrypted": true, "value": "not-a-real-password"},
    ///   {"name": "token_url", "type": "string", "value": "https://auth.example.com/token"},
    ///   {"name": "api_key", "type": "string", "value": "${API_KEY}"}
    /// ]}
    /// ```
    ///
    /// Integers, booleans, placeholders, paths of files and URLs are left alone. CX501 judges what a URL carries.
    ///
    /// ## How to fix
    /// Set `"encrypted": true`, and fetch the value with `value_from` so that it is not in the repository either.
    /// Change any secret that was ever in plain text. If the value is not a secret, rename the variable or add an ignore
    /// with a reason.
    CX505 "secret-name" Warning variable check
}

fn check<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
    let is_judged = match (variable.variable_type(), variable.value()) {
        (Some(VariableType::String), Some((value, _))) => !is_address(value.text),
        // Without a string in it, there is no secret.
        (Some(VariableType::Object), Some((value, _))) => context.object_of(value).has_text(),
        (Some(VariableType::String | VariableType::Object), None) => true,
        _ => false,
    };
    if is_judged && variable.is_encrypted() == Some(false) {
        report(context, variable, findings);
    }
}

#[inline(never)]
fn report(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    if variable.is_to_be_absent() {
        return;
    }
    let found = match variable.value() {
        Some((value, span)) => {
            let field = if value.is_literal() || variable.value_from().is_none() { "value" } else { "value_from" };
            by_value(context, variable).map(|place| (place, span, field))
        }
        None => by_reference(variable).map(|span| (span, span, "value_from")),
    };
    let Some((place, field_span, field)) = found.filter(|_| !has_misspelt_flag(variable)) else { return };
    let message = match variable.name().filter(|(name, _)| says_secret(name)) {
        Some((name, span)) => {
            let name = context.quote(name, span, "the name");
            format!("{name} says that this is a secret, but it is not encrypted")
        }
        None => "a key in this object says that its value is a secret, but the variable is not encrypted".to_owned(),
    };
    let help = "set `encrypted` to `true`; if it is no secret, rename it or add an ignore with a reason";
    let finding = findings.report(place, variable.pointer().to_field(field), message).help(help);
    let can_be_edited = field == "value_from" || variable.value_is_literal();
    if let Some(edit) = secrets::encrypt(context, variable, field_span).filter(|_| can_be_edited) {
        finding.fix("encrypt the variable", Applicability::Unsafe, vec![edit]);
    }
}

/// Where the secret is in a value that is written out or was fetched. None if it is none, or if another rule reports it.
fn by_value(context: &Context<'_>, variable: &Variable<'_>) -> Option<Span> {
    let (value, span) = variable.value()?;
    let says = || variable.name().is_some_and(|(name, _)| says_secret(name));
    let place = match variable.variable_type()? {
        VariableType::String => (!is_plain(value.text) && says()).then_some(span),
        VariableType::Object => match object::named_secret(value.text, context.options.limits()) {
            Some((start, end)) => Some(value.place_of(start, end).unwrap_or(span)),
            None => (says() && !placeholder::is_template(value.text)).then_some(span),
        },
        VariableType::Integer | VariableType::Boolean => None,
    }?;
    // CX601 reports a `value` next to a `value_from`, CX504 a store of secrets; a parameter is no secret.
    let is_reported = variable.value_from().is_some_and(|(reference, _)| value.is_literal() || !is_doubtful(reference))
        || cx503_masked_value::reports(context, variable)
        || cx501_plaintext_secret::reports(context, variable);
    (!is_reported).then_some(place)
}

/// The reference to a place that may hold secrets.
fn by_reference(variable: &Variable<'_>) -> Option<Span> {
    let (_, span) = variable.value_from().filter(|(reference, _)| is_doubtful(*reference))?;
    let is_text = matches!(variable.variable_type()?, VariableType::String | VariableType::Object);
    let says = variable.name().is_some_and(|(name, _)| says_secret(name));
    (is_text && says).then_some(span)
}

/// Whether a reference is to a place that holds secrets and other values alike: an environment variable, a file.
fn is_doubtful(reference: Value<'_>) -> bool {
    Kind::of_reference(reference).is_some_and(|kind| matches!(kind.source, Source::Env | Source::File))
}

/// Whether the variable is meant to be encrypted, but the key is misspelt. CX004 reports the key.
fn has_misspelt_flag(variable: &Variable<'_>) -> bool {
    let meant = |key: &str| did_you_mean(key, VARIABLE_FIELDS);
    variable.object().entries().any(|entry| meant(entry.key()) == Some("encrypted")) && variable.encrypted().is_none()
}

#[cfg(test)]
mod tests {
    use crate::base::secret::Secret;
    use crate::check::{Source, check};
    use crate::diagnostic::Severity;
    use crate::options::CheckOptions;

    fn codes(variable: &str) -> Vec<String> {
        let report = check(format!("[{variable}]").as_bytes(), &CheckOptions::default());
        assert!(report.diagnostics().iter().all(|finding| !format!("{finding:?}").contains("hunter2")));
        report.diagnostics().iter().map(|finding| finding.code.to_string()).collect()
    }

    fn named(name: &str, kind: &str, value: &str) -> Vec<String> {
        codes(&serde_json::json!({"name": name, "type": kind, "value": value}).to_string())
    }

    #[test]
    fn the_name_decides_where_the_value_looks_like_a_word() {
        for value in ["hunter2", "letmein!", "12345678", "correct horse battery staple", "a"] {
            assert_eq!(named("db_password", "string", value), ["CX505"], "{value}");
            assert_eq!(named("password_url", "string", value), [""; 0], "{value}");
        }
        for (kind, value) in [("integer", "5"), ("boolean", "true"), ("string", "false"), ("string", "${TOKEN}")] {
            assert_eq!(named("crm_token", kind, value), [""; 0], "{value}");
        }
        assert_eq!(named("crm_token", "string", ""), ["CX207"]);
        assert_eq!(named("crm_token", "string", "https://crm:hunter2@crm.example.com"), ["CX501"]);
        assert_eq!(named("crm_token", "string", "9f86d081884c7d659a2feaa0c55ad015"), ["CX501"]);
    }

    #[test]
    fn the_keys_of_an_object_are_names() {
        assert_eq!(named("crm", "object", r#"{"login": [{"user": "a", "password": "hunter2"}]}"#), ["CX505"]);
        assert_eq!(named("crm", "object", r#"{"password": "", "token_url": "x", "token": 3}"#), [""; 0]);
        assert_eq!(named("credentials", "object", r#"{"user": "a"}"#), ["CX505"]);
    }

    #[test]
    fn a_reference_is_judged_by_its_name_unless_it_is_to_a_store_of_secrets() {
        for (source, code) in [
            (r#"{"env": "A"}"#, Some("CX505")),
            (r#"{"file": "a"}"#, Some("CX505")),
            (r#"{"param": "a"}"#, None),
            (r#"{"command": "a"}"#, Some("CX504")),
        ] {
            let variable =
                |name, flag| format!(r#"{{"name": "{name}", "type": "string", "value_from": {source}{flag}}}"#);
            assert_eq!(codes(&variable("private_key", "")), code.into_iter().collect::<Vec<_>>(), "{source}");
            assert_eq!(codes(&variable("private_key", r#", "encrypted": true"#)), [""; 0], "{source}");
        }
    }

    #[test]
    fn a_fetched_value_is_judged_at_its_reference() {
        let options = CheckOptions::default();
        let found = |source: &str, value: &str| {
            let text = format!(r#"[{{"name": "db_password", "type": "string", "value_from": {source}}}]"#);
            let fetched = [("db_password".to_owned(), Secret::new(value))].into();
            let source = Source::read(text.as_bytes(), &options);
            let checked = source.check(&options, Some(&fetched));
            let found = checked.report().diagnostics().iter();
            found.map(|finding| (finding.code.to_string(), finding.pointer.clone())).collect::<Vec<_>>()
        };
        let place = "/0/value_from".to_owned();
        assert_eq!(found(r#"{"env": "A"}"#, "hunter2"), [("CX505".to_owned(), place.clone())]);
        assert_eq!(found(r#"{"command": "a"}"#, "hunter2"), [("CX504".to_owned(), place)]);
        assert_eq!(found(r#"{"param": "a"}"#, "hunter2"), []);
    }

    #[test]
    fn it_is_a_warning_and_its_fix_encrypts() {
        let text = r#"[{"name": "db_password", "type": "string", "value": "hunter2"}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!((finding.severity, finding.span.of(text)), (Severity::Warning, "\"hunter2\""));
        let edit = &finding.fixes[0].edits[0];
        let mut fixed = text.to_owned();
        fixed.replace_range(edit.span.start()..edit.span.end(), &edit.text);
        assert!(check(fixed.as_bytes(), &CheckOptions::default()).diagnostics().is_empty(), "{fixed}");
    }
}
