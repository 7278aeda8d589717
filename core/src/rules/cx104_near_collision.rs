use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// Two names differ only in letter case.
    ///
    /// ## Why it matters
    /// The service keeps both variables. If a Data Action uses the wrong spelling, it reads the wrong value without any
    /// error. Two such names are hardly ever intended.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [
    ///   {"name": "api_url", "type": "string", "value": "https://api.example.com/v1"},
    ///   {"name": "API_URL", "type": "string", "value": "https://api.example.com/v2"}
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "api_url", "type": "string", "value": "https://api.example.com/v1"},
    ///   {"name": "api_url_v2", "type": "string", "value": "https://api.example.com/v2"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Delete the variable you do not need, or choose two names that are easy to tell apart.
    CX104 "near-collision" Warning document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let document = context.document;
    for repetition in context.repeated_names.iter().filter(|repetition| !repetition.exact) {
        let Some(variable) = document.variable_at(repetition.position) else { continue };
        let first = document.variable_at(repetition.first).and_then(|first| first.name());
        let (Some((name, span)), Some((_, first))) = (variable.name(), first) else { continue };
        let quoted = context.quote(name, span, "a name");
        findings
            .report(
                span,
                variable.pointer().to_field("name"),
                format!("{quoted} differs from an earlier name only in letter case"),
            )
            .related(first, "the earlier name")
            .help("delete the one you do not need, or rename it")
            .param("variable", quoted);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn found(names: &[&str]) -> Vec<(String, String)> {
        let list: Vec<_> =
            names.iter().map(|name| serde_json::json!({"name": name, "type": "string", "value": "x"})).collect();
        let text = serde_json::json!(list).to_string();
        let report = check(text.as_bytes(), &CheckOptions::default());
        report.diagnostics().iter().map(|finding| (finding.code.to_string(), finding.pointer.clone())).collect()
    }

    #[test]
    fn exact_repetitions_and_invalid_names_belong_to_other_rules() {
        let expect = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
        assert_eq!(found(&["a", "A", "a"]), [expect("CX104", "/1/name"), expect("CX103", "/2/name")]);
        assert_eq!(found(&["_a", "_A"]), [expect("CX102", "/0/name"), expect("CX102", "/1/name")]);
    }
}
