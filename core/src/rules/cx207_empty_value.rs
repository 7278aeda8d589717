use crate::rules::context::Context;
use crate::rules::findings::Findings;
use crate::document::Variable;
use crate::rules::declare::declare_rule;
use crate::base::vocabulary::VariableType;

declare_rule! {
    /// A string value is empty.
    ///
    /// ## Why it matters
    /// An empty value is stored like any other, over whatever was there. Mostly it is a placeholder that nobody filled in,
    /// or an environment variable that was not set where the document was written.
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
    /// Nor where `allow_empty = ["suffix"]` says so:
    /// ```json passes allow_empty:suffix
    /// {"variables": [{"name": "suffix", "type": "string", "value": ""}]}
    /// ```
    ///
    /// ## How to fix
    /// Write the value, or `value_from` to fetch it. Where empty is meant, list the variable under `allow_empty` in
    /// `[validate]` of `cxvars.toml`; to remove a variable, write `"state": "absent"`.
    CX207 "empty-value" Warning variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    let Some((_, span)) = variable.value_of_type(VariableType::String).filter(|(value, _)| value.text.is_empty()) else {
        return;
    };
    if variable.name().is_some_and(|(name, _)| context.options.validate.allow_empty.iter().flatten().any(|allowed| allowed == name)) {
        return;
    }
    findings
        .report(span, variable.pointer().to_field("value"), "the value is empty")
        .help("write the value; where empty is meant, list the variable under `allow_empty` in `cxvars.toml`");
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
