use super::{cx503_masked_value, cx506_invisible_character};
use crate::base::span::{BYTE_ORDER_MARK, Span};
use crate::base::vocabulary::VariableType;
use crate::document::{Text, Variable};
use crate::reader::{CapFault, Shape, SyntaxFault};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The value of an object is not the text of a JSON object.
    ///
    /// ## Why it matters
    /// The Data Action parses the value when it runs. If the text does not parse, the Data Action fails at that point,
    /// in the middle of a customer's contact.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "limits", "type": "object", "value": "{\"retries\": 3,}"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "limits", "type": "object", "value": "{\"retries\": 3}"}]}
    /// ```
    ///
    /// ## How to fix
    /// The value is a JSON object written as a string, so every quote inside it is written `\"`. The mark shows the
    /// place within the value where it stops being JSON.
    CX204 "not-an-object" Error variable check
}

fn check<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
    let Some((value, span)) = variable.value_of_type(VariableType::Object) else { return };
    let problem = problem(value, span, context).filter(|_| !cx503_masked_value::reports(context, variable));
    if let Some((what, at, help)) = problem {
        let pointer = variable.pointer().to_field("value");
        findings.report(at, pointer, format!("not a JSON object: {what}")).help(help);
    }
}

/// What is wrong, where it is, and help.
fn problem<'t>(value: Text<'t>, whole: Span, context: &Context<'t>) -> Option<(&'static str, Span, &'static str)> {
    const ESCAPES: &str = "inside of the value every quote is written `\\\"`";
    let tree = context.object_of(value);
    if value.text.starts_with(BYTE_ORDER_MARK) && !cx506_invisible_character::reports_errors(context) {
        return Some(("it begins with a byte order mark", whole, "delete the mark"));
    }
    let is_other = |fault: &&SyntaxFault| !cx506_invisible_character::reports_fault(context, value.text, fault);
    if let Some(fault) = tree.syntax.iter().find(is_other) {
        let at = match value.text.trim().is_empty() {
            true => whole,
            false => value.span_within(fault.span.start(), fault.span.end()),
        };
        let what = if value.text.trim().is_empty() { "it is empty" } else { "it does not parse" };
        let in_quotes = context.document.tree.written(whole).starts_with('"');
        return Some((what, at, if in_quotes { ESCAPES } else { "the value is the text of a JSON object" }));
    }
    if !tree.syntax.is_empty() {
        return None;
    }
    match tree.cap {
        Some(CapFault::Depth { span, .. }) => {
            return Some(("it is nested too deeply", value.span_within(span.start(), span.end()), "raise `max_depth`"));
        }
        Some(CapFault::Bytes { .. }) => return Some(("it is too long", whole, "raise `max_bytes`")),
        None => {}
    }
    let what = match tree.root()?.shape() {
        Shape::Object => return None,
        Shape::Array => "it is an array",
        Shape::String => "it is a string",
        Shape::Number => "it is a number",
        Shape::Boolean(_) => "it is a boolean",
        Shape::Null | Shape::Ambiguous | Shape::Unreadable => "it is null",
    };
    Some((what, whole, "wrap it in an object, or give the variable another type"))
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::diagnostic::Severity;
    use crate::options::CheckOptions;

    #[test]
    fn the_mark_is_inside_of_the_value_behind_escapes() {
        let text = r#"[{"name": "a", "type": "object", "value": "{\"k\u00e9y\": 1, \"b\": tru}"}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!(finding.span.of(text), "tru");
        assert_eq!(finding.pointer, "/0/value");
    }

    #[test]
    fn what_the_service_refuses_stays_an_error_if_the_rule_on_invisible_characters_is_turned_down() {
        for severity in [None, Some(Severity::Warning)] {
            let mut options = CheckOptions::default();
            options.validate.severity = Some([("CX506".to_owned(), severity)].into());
            for value in ["\u{feff}{}", "{\u{a0}}", "{\"a\": \"\0\"}"] {
                let text = serde_json::json!([{"name": "a", "type": "object", "value": value}]).to_string();
                let report = check(text.as_bytes(), &options);
                let [finding] = report.diagnostics() else { panic!("{value:?}: {:?}", report.diagnostics()) };
                assert_eq!((finding.code.as_ref(), finding.severity), ("CX204", Severity::Error), "{value:?}");
            }
        }
    }

    #[test]
    fn other_json_is_named_for_what_it_is() {
        for (value, what) in [("[1]", "an array"), ("3", "a number"), ("null", "null"), ("", "empty"), ("x", "parse")] {
            let text = serde_json::json!([{"name": "a", "type": "object", "value": value}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let [finding] = report.diagnostics() else { panic!("{value}") };
            assert!(finding.code == "CX204" && finding.message.contains(what), "{value}: {}", finding.message);
        }
    }
}
