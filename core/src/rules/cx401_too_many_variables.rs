use crate::base::span::Span;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The document lists more variables than a Data Action can hold.
    ///
    /// ## Why it matters
    /// A Data Action holds at most 50 variables (the limit that the reference names). The service refuses a longer
    /// list as a whole.
    ///
    /// ## Fires
    /// ```json fires max_variables:1
    /// {"variables": [
    ///   {"name": "first", "type": "string", "value": "x"},
    ///   {"name": "second", "type": "string", "value": "y"}
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes max_variables:1
    /// {"variables": [{"name": "first", "type": "string", "value": "x"}]}
    /// ```
    ///
    /// ## How to fix
    /// Move some variables to another action, or combine related settings in one variable of type `object`. If your
    /// tenant has another limit, set `max_variables` in `cxvars.toml`.
    CX401 "too-many-variables" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let document = context.document;
    let (most, count) = (context.options.validate.max_variables(), document.len());
    let Some(list) = document.list.filter(|_| count > most) else { return };
    let from = document.variable_at(most).map_or(list.span, |variable| variable.span());
    findings
        .report(
            Span::new(list.span.start(), list.span.start() + 1),
            list.pointer.to_owned(),
            format!("{count} variables, but an action takes at most {most}"),
        )
        .related(from, "the first one too many")
        .help("move some to another action, or set `max_variables`")
        .param("count", count)
        .param("limit", most);
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn fifty_are_taken_and_fifty_one_are_one_finding() {
        let text = |count: usize| {
            let list: Vec<_> = (0..count)
                .map(|n| serde_json::json!({"name": format!("v{n}"), "type": "string", "value": "x"}))
                .collect();
            serde_json::json!({ "variables": list }).to_string()
        };
        assert!(check(text(50).as_bytes(), &CheckOptions::default()).diagnostics().is_empty());
        let report = check(text(51).as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!() };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX401", "/variables"));
    }
}
