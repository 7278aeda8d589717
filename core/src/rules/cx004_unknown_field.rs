use super::word;
use crate::base::vocabulary::did_you_mean;
use crate::diagnostic::Applicability;
use crate::document::Fault;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The document has a key that the format does not define.
    ///
    /// ## Why it matters
    /// If `encrypted` is misspelt, the variable is not encrypted: the service would accept the rest and store the
    /// secret in plain text.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "auth_token", "type": "string", "value": "x", "encrypt": true}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "auth_token", "type": "string", "value": "x", "encrypted": true}]}
    /// ```
    ///
    /// ## How to fix
    /// Correct the spelling, or delete the key. A variable has `name`, `type`, `value` or `value_from`, `encrypted`,
    /// `scope`, `secret_version` and `state`. A document has `variables`, `parent_scope`, `data_action` and
    /// `description`.
    CX004 "unknown-field" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for fault in &context.document.faults {
        let Fault::Unknown { field, span, parent, known } = fault else { continue };
        let quoted = context.quote(field, *span, "a key");
        let finding = findings
            .report(*span, context.pointer_to_key(parent, field, *span), format!("unknown field {quoted}"))
            .param("field", quoted);
        let meant = did_you_mean(field, known.iter().copied()).filter(|_| context.is_reliable(*span));
        match meant {
            Some(meant) => {
                let edit = word::rewrite(context, *span, meant);
                finding.help(format!("did you mean `{meant}`?")).param("suggestion", meant).fix(
                    format!("rename it to `{meant}`"),
                    Applicability::Unsafe,
                    vec![edit],
                );
            }
            None => drop(finding.help(format!("known here: {}", known.join(", ")))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn a_slip_gets_a_suggestion_and_a_stranger_the_list() {
        let text = r#"{"variable": [], "variables": [{"name":"a","type":"string","value":"x","colour":1}]}"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let helps: Vec<_> = report.diagnostics().iter().map(|f| f.help.as_deref().unwrap()).collect();
        assert_eq!(helps[0], "did you mean `variables`?");
        assert!(helps[1].starts_with("known here: name, type"));
        assert_eq!(report.diagnostics()[1].pointer, "/variables/0/colour");
    }

    #[test]
    fn a_key_with_slashes_is_escaped_in_the_pointer() {
        let report = check(br#"{"variables": [], "a/b~c": 1}"#, &CheckOptions::default());
        assert_eq!(report.diagnostics()[0].pointer, "/a~1b~0c");
    }
}
