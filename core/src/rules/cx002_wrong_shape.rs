use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::document::{Fault, WrongShape};
use crate::reader::{self, Shape, Value};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The document is not a list of variables, or a field has the wrong JSON type.
    ///
    /// ## Why it matters
    /// The service expects `{"variables": […]}` with one object for each variable. The value of a variable is always a
    /// JSON string, whatever its type: the integer 3 is written `"3"`.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "retry_limit", "type": "integer", "value": 3}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "retry_limit", "type": "integer", "value": "3"}]}
    /// ```
    ///
    /// ## How to fix
    /// Put a `value` that is a number or a boolean in double quotes. Write `encrypted` without quotes. If a script has
    /// wrapped the list twice, `{"variables": {"variables": […]}}`, unwrap it. The fixes for these mistakes are safe.
    CX002 "wrong-shape" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for fault in &context.document.faults {
        if let Fault::WrongShape(fault) = fault {
            report(context, fault, findings);
        }
    }
}

fn report(context: &Context<'_>, fault: &WrongShape<'_>, findings: &mut Findings) {
    match fault {
        WrongShape::Document { found } => {
            let message = format!("expected a list of variables, found {}", found.shape().with_article());
            findings.report(found.span(), String::new(), message).help("write `{\"variables\": […]}` or a bare array");
        }
        WrongShape::NoVariables { span } => {
            let help = "list them under `variables`; an action without any is `{\"variables\": []}`";
            findings.report(*span, String::new(), "the document has no `variables`").help(help);
        }
        WrongShape::VariablesNotArray { found } => {
            let message = format!("`variables` must be an array, found {}", found.shape().with_article());
            findings.report(found.span(), "/variables".to_owned(), message);
        }
        WrongShape::Nested { outer, inner } => {
            let finding = findings
                .report(outer.span(), "/variables".to_owned(), "`variables` is wrapped twice")
                .help("the list belongs directly under `variables`; scripts that dump a whole model wrap it again");
            if let Some(edits) = unwrap(context, *outer, *inner) {
                finding.fix("unwrap the list", Applicability::Safe, edits);
            }
        }
        WrongShape::VariableNotObject { found, pointer } => {
            let message = format!("a variable must be an object, found {}", found.shape().with_article());
            findings.report(found.span(), pointer.clone(), message);
        }
        WrongShape::Field { field, found, pointer, wanted } => {
            field_type(context, field, *found, pointer, wanted, findings);
        }
        WrongShape::State { span, pointer } => {
            let message = "`state` can only be `absent`";
            findings.report(*span, pointer.clone(), message).help("leave it out for a variable that should exist");
        }
    }
}

fn field_type(
    context: &Context<'_>,
    field: &str,
    found: Value<'_>,
    pointer: &str,
    wanted: &'static str,
    findings: &mut Findings,
) {
    let span = found.span();
    let message = format!("`{field}` must be {wanted}, found {}", found.shape().with_article());
    let finding = findings.report(span, pointer.to_owned(), message).param("field", field);
    match (field, found.shape()) {
        ("value", Shape::Number | Shape::Boolean(_)) => {
            let quote = |offset| Edit { span: Span::point(offset), text: "\"".to_owned() };
            finding.help("values are strings on the wire, whatever the type: put it in double quotes").fix(
                "quote the value",
                Applicability::Safe,
                vec![quote(span.start()), quote(span.end())],
            );
        }
        ("value", Shape::Null) => {
            finding.help("an empty value is `\"\"`; to remove the variable, write `\"state\": \"absent\"` instead");
        }
        ("value", Shape::Array | Shape::Object) => {
            finding.help("a value is a text: write the list or object as JSON, in quotes");
        }
        ("encrypted", Shape::String) => {
            let word = found.as_str().filter(|_| context.is_reliable(span)).unwrap_or_default();
            match ["true", "false"].into_iter().find(|truth| word.eq_ignore_ascii_case(truth)) {
                Some(truth) => {
                    let edit = Edit { span, text: truth.to_owned() };
                    finding.help("write it without quotes").fix("remove the quotes", Applicability::Safe, vec![edit]);
                }
                None => {
                    finding.help("write `true` or `false`, without quotes");
                }
            }
        }
        ("encrypted", Shape::Ambiguous) => {
            let finding = finding.help("write `true` or `false`");
            if let Some(truth) = reader::truth(context.document.tree.written(span)) {
                let edit = Edit { span, text: truth.to_string() };
                finding.fix(format!("write `{truth}`"), Applicability::Safe, vec![edit]);
            }
        }
        _ => {}
    }
}

/// The edits that delete everything around the inner list. `None` if that would delete another key or a comment.
fn unwrap(context: &Context<'_>, outer: Value<'_>, inner: Value<'_>) -> Option<Vec<Edit>> {
    let tree = context.document.tree;
    let is_alone = outer.entries().count() == 1;
    let (outer, inner) = (outer.span(), inner.span());
    // A YAML list without brackets would need a new indentation.
    let has_brackets = tree.written(inner).starts_with('[');
    let (before, behind) = (Span::new(outer.start(), inner.start()), Span::new(inner.end(), outer.end()));
    let has_comment = [before, behind].iter().any(|span| tree.written(*span).contains(['/', '#']));
    let delete = |span| Edit { span, text: String::new() };
    (has_brackets && is_alone && !has_comment).then(|| vec![delete(before), delete(behind)])
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::{Applicability, Diagnostic};
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    fn only(text: &str) -> Diagnostic {
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
        assert_eq!(finding.code, "CX002");
        finding.clone()
    }

    fn fixed(text: &str) -> String {
        assert_eq!(only(text).fixes[0].applicability, Applicability::Safe);
        let fixed = apply(text, &CheckOptions::default(), Applicability::Safe);
        assert!(fixed.report().diagnostics().is_empty());
        fixed.text().expose().to_owned()
    }

    #[test]
    fn the_whole_document_can_have_the_wrong_shape() {
        assert_eq!(only("3").message, "expected a list of variables, found a number");
        assert_eq!(only("{}").pointer, "");
        assert_eq!(only(r#"{"variables": "x"}"#).pointer, "/variables");
        assert_eq!(only(r#"[7]"#).pointer, "/0");
    }

    #[test]
    fn a_list_that_is_wrapped_twice_is_unwrapped() {
        let text = r#"{"variables": {"variables": [{"name": "a", "type": "string", "value": "x"}]}}"#;
        assert_eq!(fixed(text), r#"{"variables": [{"name": "a", "type": "string", "value": "x"}]}"#);
    }

    #[test]
    fn a_wrapping_that_holds_something_else_is_left_to_its_author() {
        let text = r#"{"variables": {"variables": [], "description": "x"}}"#;
        assert!(only(text).fixes.is_empty());
        let options = CheckOptions { format: DocumentFormat::Jsonc, ..CheckOptions::default() };
        let report = check(b"{\"variables\": {\"variables\": [] /* why */}}", &options);
        assert!(report.diagnostics()[0].fixes.is_empty());
    }

    #[test]
    fn a_number_is_quoted_and_a_quoted_flag_is_not() {
        let text = r#"[{"name": "a", "type": "integer", "value": 3}]"#;
        assert_eq!(fixed(text), text.replace('3', "\"3\""));
        let text = r#"[{"name": "a", "type": "string", "value": "x", "encrypted": "true"}]"#;
        assert_eq!(fixed(text), text.replace("\"true\"", "true"));
        let python = text.replace("\"true\"", "\"True\"");
        assert_eq!(fixed(&python), text.replace("\"true\"", "true"));
    }

    #[test]
    fn null_is_named_and_silences_the_rules_on_the_value() {
        let finding = only(r#"[{"name": "a", "type": "integer", "value": null}]"#);
        assert_eq!(finding.message, "`a`: `value` must be a string, found null");
        assert_eq!(finding.pointer, "/0/value");
    }
}
