use super::{block_scalar, cx503_masked_value, cx506_invisible_character};
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

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some((value, span)) = variable.value_of_type(VariableType::String) else { return };
    let is_space = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_whitespace() || !byte.is_ascii());
    let bytes = value.text.as_bytes();
    if (is_space(bytes.first()) || is_space(bytes.last())) && !cx503_masked_value::reports(context, variable) {
        report(context, value, span, variable, findings);
    }
}

fn report(context: &Context<'_>, value: Text<'_>, span: Span, variable: &Variable<'_>, findings: &mut Findings) {
    let text = value.text;
    let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
    if (start == 0 && end == text.len())
        || text.trim_start().starts_with("-----BEGIN ")
        || cx506_invisible_character::reports_edge(context, text)
    {
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
    let block = block_scalar::header_with_breaks(context, text, span);
    let help = match block {
        Some(_) => "begin the text with `|-`, which leaves the last line break out, unless it is meant",
        None => "delete it, unless it is meant",
    };
    let finding = findings.report(first.unwrap_or(span), pointer, message).help(help);
    if let Some(header) = block {
        let edits = vec![Edit { span: header, text: "-".to_owned() }];
        finding.fix(block_scalar::FIX, Applicability::Unsafe, edits);
    } else if let Some(places) = places {
        let edits = places.into_iter().map(|span| Edit { span, text: String::new() }).collect();
        finding.fix("delete the white space", Applicability::Unsafe, edits);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    #[test]
    fn the_place_is_the_white_space_and_the_fix_deletes_all_of_it() {
        let text = r#"[{"name":"a","type":"string","value":"\n xé\t "}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!((finding.code.as_ref(), finding.span.of(text)), ("CX206", r"\n "));
        let mut fixed = text.to_owned();
        for edit in finding.fixes[0].edits.iter().rev() {
            fixed.replace_range(edit.span.start()..edit.span.end(), &edit.text);
        }
        assert_eq!(fixed, r#"[{"name":"a","type":"string","value":"xé"}]"#);
    }

    #[test]
    fn the_line_break_at_the_end_of_a_block_goes_by_its_header() {
        let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        for (header, fixed) in [("|", "|-"), (">", ">-"), ("|+ # why", "|- # why"), ("|2", "|2-"), (">2+", ">2-")] {
            let text = |header: &str| format!("- name: a\n  type: string\n  value: {header}\n    two\n    words\n\n\n");
            let report = check(text(header).as_bytes(), &options);
            let [finding] = report.diagnostics() else { panic!("{header}: {:?}", report.diagnostics()) };
            assert!(finding.code == "CX206" && finding.help.as_ref().unwrap().contains("`|-`"), "{header}");
            let after = apply(&text(header), &options, Applicability::Unsafe);
            assert_eq!(after.text().expose(), text(fixed));
        }
        let text = "- name: a\n  type: string\n  value: |-\n    two \n";
        let report = check(text.as_bytes(), &options);
        assert_eq!(report.diagnostics()[0].help.as_deref(), Some("delete it, unless it is meant"));
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
