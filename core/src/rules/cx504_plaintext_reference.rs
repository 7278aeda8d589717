use super::secrets;
use crate::diagnostic::Applicability;
use crate::document::Variable;
use crate::document::reference::Kind;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A value from a vault or a command is not encrypted.
    ///
    /// ## Why it matters
    /// A value from a vault or a command is a secret. Without `"encrypted": true`, the service stores it in plain text
    /// and shows it to everybody who may view the Data Action.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "auth_token", "type": "string", "value_from": {"vault": {"path": "crm", "key": "token"}}}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "auth_token", "type": "string", "encrypted": true, "value_from": {"vault": {"path": "crm", "key": "token"}}}]}
    /// ```
    ///
    /// ## How to fix
    /// Set `"encrypted": true`. If the value is not a secret, write it in the document or in a parameter of the
    /// environment.
    CX504 "plaintext-reference" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((reference, span)) = variable.value_from().filter(|_| variable.is_encrypted() == Some(false)) else {
        return;
    };
    // CX601 reports a `value_from` next to a `value`.
    if variable.value_is_literal() || variable.is_to_be_absent() {
        return;
    }
    let Some(what) = Kind::of_reference(reference).and_then(|kind| kind.secret_store) else { return };
    let finding = findings
        .report(
            span,
            variable.pointer().to_field("value_from"),
            format!("a value from {what} is a secret, but `encrypted` is not set"),
        )
        .help("set `encrypted` to `true`; a value that is no secret belongs in the document");
    if let Some(edit) = secrets::encrypt(context, variable, span) {
        finding.fix("encrypt the variable", Applicability::Unsafe, vec![edit]);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn the_fix_sets_the_flag_where_it_is_and_adds_it_where_it_is_not() {
        for (flag, fixed) in [("", r#", "encrypted": true"#), (r#", "encrypted": false"#, r#", "encrypted": true"#)] {
            let text = format!(r#"[{{"name": "a", "type": "string", "value_from": {{"command": "c"}}{flag}}}]"#);
            let report = check(text.as_bytes(), &CheckOptions::default());
            let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
            let edit = &finding.fixes[0].edits[0];
            let mut after = text.clone();
            after.replace_range(edit.span.start()..edit.span.end(), &edit.text);
            assert_eq!(after, text.replace(&format!("}}{flag}}}"), &format!("}}{fixed}}}")));
            assert!(check(after.as_bytes(), &CheckOptions::default()).diagnostics().is_empty(), "{after}");
        }
    }

    #[test]
    fn other_sources_may_hold_what_is_no_secret() {
        for source in ["env", "file", "param"] {
            let text = format!(r#"[{{"name": "a", "type": "string", "value_from": {{"{source}": "x"}}}}]"#);
            assert!(check(text.as_bytes(), &CheckOptions::default()).diagnostics().is_empty(), "{source}");
        }
    }
}
