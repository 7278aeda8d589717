use crate::document::Fault;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A variable lacks `name`, `type`, or both `value` and `value_from`.
    ///
    /// ## Why it matters
    /// The service refuses the whole list if one variable is incomplete.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "api_endpoint", "value": "https://api.example.com/v1"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "api_endpoint", "type": "string", "value": "https://api.example.com/v1"},
    ///   {"name": "old_endpoint", "state": "absent"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Add the field. A variable that is to be removed (`"state": "absent"`) needs only its name. `encrypted` and
    /// `scope` are optional; they default to `false` and `action`.
    CX005 "missing-field" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for fault in &context.document.faults {
        let Fault::Missing { field, span, pointer } = fault else { continue };
        let help = match *field {
            "value" => "add `value`, or `value_from` to fetch it when it is needed".to_owned(),
            "type" => "add `type`: string, integer, boolean or object".to_owned(),
            field => format!("add `{field}`"),
        };
        findings.report(*span, pointer.clone(), format!("`{field}` is missing")).help(help).param("field", field);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn every_missing_field_is_named_at_its_variable() {
        let report = check(br#"[{}, {"name":"a","type":"string","value":null}]"#, &CheckOptions::default());
        let found: Vec<_> =
            report.diagnostics().iter().map(|f| (f.code.as_ref(), f.pointer.as_str(), f.message.as_str())).collect();
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[0], ("CX005", "/0", "`name` is missing"));
        assert_eq!(found[3].0, "CX002");
    }

    #[test]
    fn what_a_syntax_mistake_may_have_swallowed_is_not_called_missing() {
        let report = check(br#"[{"name": "a", "type": "string", 'value': "x"}]"#, &CheckOptions::default());
        assert!(report.diagnostics().iter().all(|finding| finding.code == "CX001"), "{:?}", report.diagnostics());
    }
}
