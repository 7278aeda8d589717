use crate::base::vocabulary::VariableType;
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A string value is empty.
    ///
    /// ## Why it matters
    /// An empty value overwrites the stored value like any other. It is mostly a placeholder that nobody filled in, or
    /// comes from an environment variable that was not set when the document was written.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "region", "type": "string", "value": ""}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "region", "type": "string", "value": "eu-1"}]}
    /// ```
    ///
    /// With `allow_empty = ["suffix"]`:
    /// ```json passes allow_empty:suffix
    /// {"variables": [{"name": "suffix", "type": "string", "value": ""}]}
    /// ```
    ///
    /// ## How to fix
    /// Write the value, or fetch it with `value_from`. If the value is meant to be empty, list the variable under
    /// `allow_empty` in `[validate]` of `cxvars.toml`. To remove a variable, write `"state": "absent"`.
    CX207 "empty-value" Warning variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((_, span)) = variable.value_of_type(VariableType::String).filter(|(value, _)| value.text.is_empty())
    else {
        return;
    };
    if variable
        .name()
        .is_some_and(|(name, _)| context.options.validate.allow_empty.iter().flatten().any(|allowed| allowed == name))
    {
        return;
    }
    findings
        .report(span, variable.pointer().to_field("value"), "the value is empty")
        .help("write the value; if it is meant to be empty, list the variable under `allow_empty` in `cxvars.toml`");
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn a_variable_that_may_be_empty_is_left_alone() {
        let text = br#"[{"name": "a", "type": "string", "value": ""}, {"name": "b", "type": "string", "value": ""}]"#;
        let mut options = CheckOptions::default();
        options.validate.allow_empty = Some(vec!["a".to_owned()]);
        let report = check(text, &options);
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX207", "/1/value"));
    }

    #[test]
    fn an_empty_integer_is_one_finding() {
        let report = check(br#"[{"name": "a", "type": "integer", "value": ""}]"#, &CheckOptions::default());
        let codes: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
        assert_eq!(codes, ["CX202"]);
    }
}
