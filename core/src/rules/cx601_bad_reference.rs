use crate::base::vocabulary::did_you_mean;
use crate::document::reference::{Form, Kind, read_reference};
use crate::document::{Variable, first_of_each};
use crate::reader::{Shape, Value};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// `value_from` is malformed, or is given together with `value`.
    ///
    /// ## Why it matters
    /// A reference says where to fetch a value when it is needed, so that the repository never contains a secret. A
    /// malformed reference fetches nothing. If `value` is given as well, it is unclear which one is meant.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "auth_token", "type": "string", "encrypted": true, "value_from": {"environment": "TOKEN"}}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "auth_token", "type": "string", "encrypted": true, "value_from": {"env": "TOKEN"}}]}
    /// ```
    ///
    /// ## How to fix
    /// Write exactly one of `{"env": NAME}`, `{"file": PATH}`, `{"param": NAME}`, `{"command": NAME}` and
    /// `{"vault": {"path": PATH, "key": KEY}}`, and leave no part empty. Delete `value`.
    CX601 "bad-reference" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((reference, span)) = variable.value_from() else { return };
    if let Some((_, value_span)) = variable.value()
        && variable.value_is_literal()
    {
        findings
            .report(span, variable.pointer().to_field("value_from"), "both `value` and `value_from` are given")
            .related(value_span, "`value` is here")
            .help("keep one of them; for a secret keep `value_from`");
    }
    if read_reference(reference).is_none() && !reference.is_damaged() {
        let (message, help) = problem(context, reference);
        findings.report(span, variable.pointer().to_field("value_from"), message).help(help);
    }
}

fn problem(context: &Context<'_>, reference: Value<'_>) -> (String, String) {
    let list = || format!("write one of {}", Kind::keys().collect::<Vec<_>>().join(", "));
    let mut entries = first_of_each(reference);
    let Some(entry) = entries.next() else { return ("the reference is empty".to_owned(), list()) };
    if entries.next().is_some() {
        return ("the reference names more than one source".to_owned(), "keep one of them".to_owned());
    }
    let Some(kind) = Kind::of(entry.key()) else {
        let quoted = context.quote(entry.key(), entry.key_span(), "this");
        let help = match did_you_mean(entry.key(), Kind::keys()).filter(|_| context.is_reliable(entry.key_span())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => list(),
        };
        return (format!("{quoted} is not a source of values"), help);
    };
    if let Form::Members(members) = kind.form {
        let names: Vec<_> = members.iter().map(|(name, _)| format!("`{name}`")).collect();
        let parts: Vec<_> = members.iter().map(|(name, _)| format!("\"{name}\": {}", name.to_uppercase())).collect();
        let all = if members.len() == 2 { "both" } else { "all" };
        return (
            format!("a {} reference needs {}, {all} texts", kind.key, names.join(" and ")),
            format!("write {{\"{}\": {{{}}}}}", kind.key, parts.join(", ")),
        );
    }
    let what = if entry.value.shape() == Shape::String { "must not be empty" } else { "must be a text" };
    (format!("`{}` {what}", entry.key()), format!("write {{\"{}\": NAME}}", entry.key()))
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn findings(reference: &str) -> Vec<String> {
        let text = format!(r#"[{{"name": "a", "type": "string", "encrypted": true, "value_from": {reference}}}]"#);
        let report = check(text.as_bytes(), &CheckOptions::default());
        report.diagnostics().iter().map(|finding| format!("{} {}", finding.code, finding.message)).collect()
    }

    #[test]
    fn every_malformed_reference_is_one_finding_that_says_why() {
        for (reference, message) in [
            ("{}", "the reference is empty"),
            (r#"{"env": "A", "file": "b"}"#, "the reference names more than one source"),
            (r#"{"enw": "A"}"#, "`enw` is not a source of values"),
            (r#"{"env": ""}"#, "`env` must not be empty"),
            (r#"{"env": 3}"#, "`env` must be a text"),
            (r#"{"vault": {"path": "p"}}"#, "a vault reference needs `path` and `key`, both texts"),
            (
                r#"{"vault": {"path": "p", "key": "k", "x": "y"}}"#,
                "a vault reference needs `path` and `key`, both texts",
            ),
        ] {
            assert_eq!(findings(reference), [format!("CX601 `a`: {message}")], "{reference}");
        }
        for reference in [r#"{"env": "A"}"#, r#"{"file": "a/b"}"#, r#"{"vault": {"path": "p", "key": "k"}}"#] {
            assert!(findings(reference).is_empty(), "{reference}");
        }
    }

    #[test]
    fn a_value_beside_a_reference_is_a_contradiction() {
        let text = br#"[{"name": "a", "type": "string", "value": "x", "value_from": {"env": "A"}}]"#;
        let report = check(text, &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!() };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX601", "/0/value_from"));
    }
}
