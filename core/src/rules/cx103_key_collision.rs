use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// Two variables of the document have the same name.
    ///
    /// ## Why it matters
    /// The service keeps one value for each name. It refuses the whole list if a name occurs twice, so none of the
    /// variables is updated.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [
    ///   {"name": "crm_endpoint", "type": "string", "value": "first"},
    ///   {"name": "crm_endpoint", "type": "string", "value": "second"}
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [
    ///   {"name": "crm_endpoint", "type": "string", "value": "first"},
    ///   {"name": "crm_endpoint_2", "type": "string", "value": "second"}
    /// ]}
    /// ```
    ///
    /// ## How to fix
    /// Delete one of the two entries. If both values are needed, rename one entry. No fix renames a variable, because
    /// the Data Action reads its variables by name.
    CX103 "key-collision" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let document = context.document;
    for repetition in context.repeated_names.iter().filter(|repetition| repetition.exact) {
        let Some(variable) = document.variable_at(repetition.position) else { continue };
        let first = document.variable_at(repetition.first).and_then(|first| first.name());
        let (Some((name, span)), Some((_, first))) = (variable.name(), first) else { continue };
        let quoted = context.quote(name, span, "a name");
        findings
            .report(span, variable.pointer().to_field("name"), format!("{quoted} is defined twice"))
            .label("the service would reject the whole update")
            .related(first, "first here")
            .help("delete or rename one entry")
            .param("variable", quoted);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn each_repetition_points_back_to_the_first() {
        let text = r#"[{"name":"a","type":"string","value":"x"},{"name":"a","type":"string","value":"x"},{"name":"a","type":"string","value":"x"}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let firsts: Vec<_> = report.diagnostics().iter().map(|finding| finding.related[0].span.start()).collect();
        let pointers: Vec<_> = report.diagnostics().iter().map(|finding| finding.pointer.as_str()).collect();
        assert_eq!(firsts, [text.find("\"a\"").unwrap(); 2]);
        assert_eq!(pointers, ["/1/name", "/2/name"]);
    }
}
