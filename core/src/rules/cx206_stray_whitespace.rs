use crate::base::span::Span;
use crate::base::vocabulary::VariableType;
use crate::diagnostic::{Applicability, Edit};
use crate::document::{Text, Variable};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A string value begins or ends with white space.
    ///
    /// ## Why it matters
    /// The service stores the white space as part of the value, and it is hard to see. A token that ends with a line
    /// break is refused by the service it is for, and a URL with a space does not work. The white space mostly comes
    /// from copying or from the end of a file.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "api_endpoint", "type": "string", "value": "https://api.example.com/v1 "}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "greeting", "type": "string", "value": "Good morning"}]}
    /// ```
    ///
    /// ## How to fix
    /// Delete the white space. If it is intended, add an ignore with a reason. Certificates and keys in PEM form, which
    /// end with a line break, are not reported.
    CX206 "stray-whitespace" Warning variable check
}

fn check(_: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    let Some((value, span)) = variable.value_of_type(VariableType::String) else { return };
    let is_space = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_whitespace() || !byte.is_ascii());
    let bytes = value.text.as_bytes();
    if is_space(bytes.first()) || is_space(bytes.last()) {
        report(value, span, variable, findings);
    }
}

fn report(value: Text<'_>, span: Span, variable: &Variable<'_>, findings: &mut Findings<'_>) {
    let text = value.text;
    let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
    if (start == 0 && end == text.len()) || text.trim_start().starts_with("-----BEGIN ") {
        return;
    }
    let pointer = variable.pointer().to_field("value");
    if end == 0 {
        let help = "write the value that is meant; an empty value is `\"\"`";
        findings.report(span, pointer, "the value is only white space").help(help);
        return;
    }
    let parts = [(0, start), (end, text.len())].into_iter().filter(|(start, end)| start < end);
    let message = match (start > 0, end < text.len()) {
        (true, true) => "white space on both sides of the value",
        (true, false) => "white space before the value",
        _ => "white space after the value",
    };
    let places: Option<Vec<Span>> = parts.map(|(start, end)| value.place_of(start, end)).collect();
    let first = places.as_ref().and_then(|places| places.first().copied());
    let finding = findings.report(first.unwrap_or(span), pointer, message).help("delete it, unless it is meant");
    if let Some(places) = places {
        let edits = places.into_iter().map(|span| Edit { span, text: String::new() }).collect();
        finding.fix("delete the white space", Applicability::Unsafe, edits);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn the_place_is_the_white_space_and_the_fix_deletes_all_of_it() {
        let text = r#"[{"name":"a","type":"string","value":"\n\u00a0xé\t "}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!((finding.code.as_ref(), finding.span.of(text)), ("CX206", r"\n\u00a0"));
        let mut fixed = text.to_owned();
        for edit in finding.fixes[0].edits.iter().rev() {
            fixed.replace_range(edit.span.start()..edit.span.end(), &edit.text);
        }
        assert_eq!(fixed, r#"[{"name":"a","type":"string","value":"xé"}]"#);
    }

    #[test]
    fn keys_in_pem_form_and_values_of_other_types_are_left_alone() {
        for (kind, value, codes) in [
            ("string", "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n", vec![]),
            ("string", " ", vec!["CX206"]),
            ("string", "ü", vec![]),
            ("integer", " 3", vec!["CX202"]),
            ("object", " {} ", vec![]),
        ] {
            let text = serde_json::json!([{"name": "a", "type": kind, "value": value}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let found: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(found, codes, "{kind} {value:?}");
        }
    }
}
