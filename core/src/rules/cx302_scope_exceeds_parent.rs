use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The scope of a variable exceeds the parent scope.
    ///
    /// ## Why it matters
    /// Scopes are levels: global (0), template (1) and action (2). The scope of a variable must not be wider than that
    /// of its parent. If the parent is an action, which is the default, the service refuses a `global` variable and the
    /// whole list with it.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "api_endpoint", "type": "string", "value": "x", "scope": "global"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"parent_scope": "global", "variables": [
    ///   {"name": "api_endpoint", "type": "string", "value": "x", "scope": "global"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Use the scope `action`. If the variables really belong to a template or to the tenant, set `parent_scope` in the
    /// document or under `[validate]` in `cxvars.toml`, or pass `--parent-scope`.
    CX302 "scope-exceeds-parent" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some(scope) = variable.scope().filter(|scope| *scope < context.parent_scope) else { return };
    let Some((_, span)) = variable.scope_word() else { return };
    let parent = context.parent_scope;
    findings
        .report(span, variable.pointer().to_field("scope"), format!("`{scope}` exceeds the parent scope `{parent}`"))
        .help(format!("use `{parent}`, or set `parent_scope`"))
        .param("scope", scope)
        .param("parent_scope", parent);
}

#[cfg(test)]
mod tests {
    use crate::base::vocabulary::Scope;
    use crate::check::check;
    use crate::options::CheckOptions;

    fn fires(parent_in_document: Option<&str>, options: &CheckOptions, scope: &str) -> bool {
        let mut text = serde_json::json!({"variables": [{"name":"a","type":"string","value":"x","scope":scope}]});
        if let Some(parent) = parent_in_document {
            text["parent_scope"] = parent.into();
        }
        let report = check(text.to_string().as_bytes(), options);
        report.diagnostics().iter().any(|finding| finding.code == "CX302")
    }

    #[test]
    fn option_goes_before_document_before_configuration_before_action() {
        let options = |over: Option<Scope>, configured: Option<Scope>| {
            let mut options = CheckOptions::default();
            (options.parent_scope_override, options.validate.parent_scope) = (over, configured);
            options
        };
        assert!(fires(None, &options(None, None), "template"));
        assert!(!fires(None, &options(None, None), "action"));
        assert!(!fires(None, &options(None, Some(Scope::Template)), "template"));
        assert!(fires(Some("action"), &options(None, Some(Scope::Template)), "template"));
        assert!(!fires(Some("action"), &options(Some(Scope::Global), None), "global"));
    }
}
