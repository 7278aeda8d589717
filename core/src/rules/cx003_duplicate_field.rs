use crate::check::Context;
use crate::diagnostic::Findings;
use crate::document::Fault;
use crate::rule::declare_rule;

declare_rule! {
    /// An object has the same key twice.
    ///
    /// ## Why it matters
    /// Programs disagree on which of the two counts: most take the last, some the first, some refuse the text. What is
    /// stored would depend on who reads it. Here the first counts.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [
    ///   {"name": "auth_token", "type": "string", "value": "x", "encrypted": true, "encrypted": false}
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "auth_token", "type": "string", "value": "x", "encrypted": true}]}
    /// ```
    ///
    /// ## How to fix
    /// Delete the one that is not meant.
    CX003 "duplicate-field" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings<'_>) {
    for fault in &context.document.faults {
        let Fault::Duplicate { field, span, first, parent } = fault else { continue };
        let quoted = context.quote(field, *span, "a key");
        findings
            .report(*span, context.pointer_to_key(parent, field, *span), format!("{quoted} stands twice in this object"))
            .label("only the first counts")
            .related(*first, "first here")
            .help("delete the one that is not meant")
            .param("field", quoted);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn duplicates_are_found_at_any_depth_and_however_they_are_spelled() {
        let text = r#"[{"name":"a","type":"string","value_from":{"env":"A","\u0065nv":"B"}}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let found: Vec<_> = report.diagnostics().iter().map(|f| (f.code.as_ref(), f.pointer.as_str())).collect();
        assert_eq!(found, [("CX003", "/0/value_from/env")]);
    }

    #[test]
    fn an_object_with_very_many_keys_is_no_trouble() {
        let keys: String = (0..20_000).map(|key| format!("\"k{key}\":1,")).collect();
        let text = format!("{{{keys}\"k7\":1,\"variables\":[]}}");
        let report = check(text.as_bytes(), &CheckOptions::default());
        assert_eq!(report.diagnostics().iter().filter(|finding| finding.code == "CX003").count(), 1);
    }
}
