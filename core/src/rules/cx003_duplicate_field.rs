use crate::base::span::Span;
use crate::base::vocabulary::VariableType;
use crate::diagnostic::{Applicability, Edit};
use crate::document::{Fault, Text, Variable, repeated};
use crate::reader::Value;
use crate::reader::format::DocumentFormat;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// An object has the same key twice.
    ///
    /// ## Why it matters
    /// Programs disagree on which of the two counts: most use the last one, some use the first one, and some refuse the
    /// text. The stored value would depend on the program that reads the text. cxvars uses the first one. The value of an
    /// object is JSON as well: it is stored as it is written, and the Data Action uses the last one.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [
    ///   {"name": "auth_token", "type": "string", "value": "x", "encrypted": true, "encrypted": false}
    /// ]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "auth_token", "type": "string", "value": "x", "encrypted": true}]}
    /// ```
    ///
    /// ## How to fix
    /// Delete the one you do not want. The unsafe fix deletes the later one. Within the value of an object there is no fix,
    /// and if the variable is encrypted, no place.
    CX003 "duplicate-field" Error document check, variable check_value
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for fault in &context.document.faults {
        let Fault::Duplicate { field, span, entry, first, parent } = fault else { continue };
        let quoted = context.quote(field, *span, "a key");
        let finding = findings
            .report(
                *span,
                context.pointer_to_key(parent, field, *span),
                format!("{quoted} appears twice in this object"),
            )
            .label("only the first counts")
            .related(*first, "first here")
            .help("delete the one you do not want")
            .param("field", quoted);
        if let Some(span) = with_comma(context, *entry) {
            let edit = Edit { span, text: String::new() };
            finding.fix("delete the later one", Applicability::Unsafe, vec![edit]);
        }
    }
}

/// Reports the keys that an object in the value of a variable has twice.
fn check_value<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
    if let Some((value, whole)) = variable.value_of_type(VariableType::Object)
        && context.object_of(value).may_repeat_keys()
    {
        compare_keys(context, variable, (value, whole), findings);
    }
}

#[inline(never)]
fn compare_keys<'t>(
    context: &Context<'t>,
    variable: &Variable<'t>,
    (value, whole): (Text<'t>, Span),
    findings: &mut Findings,
) {
    let tree = context.object_of(value);
    let Some(root) = tree.root().filter(|_| tree.syntax.is_empty() && tree.cap.is_none()) else { return };
    let mut places = Vec::new();
    repeated_within(root, &mut places);
    // A key is part of the value, and a place within it tells something of its length.
    let is_secret = variable.is_encrypted() != Some(false);
    places.truncate(if is_secret { 1 } else { usize::MAX });
    for (again, first) in places {
        let pointer = variable.pointer().to_field("value");
        let place = |span: Span| if is_secret { whole } else { value.span_within(span.start(), span.end()) };
        let finding = findings.report(place(again), pointer, "an object in the value has the same key twice");
        let finding = finding.help("delete the one you do not want; the Data Action uses the last one");
        if !is_secret {
            finding.related(place(first), "first here");
        }
    }
}

/// Collects the spans of repeated keys in a value, each with that of the first one. The reader's limit on depth bounds
/// the recursion.
fn repeated_within(value: Value<'_>, places: &mut Vec<(Span, Span)>) {
    places.extend(repeated(value).map(|(entry, first)| (entry.key_span(), first)));
    let below = value.entries().map(|entry| entry.value).chain(value.items());
    below.filter(|value| value.shape().is_container()).for_each(|value| repeated_within(value, places));
}

/// The span of an entry and the comma before it. `None` if the entry cannot be deleted by its characters alone, if it
/// may contain a comment, or if the comma may be part of one.
fn with_comma(context: &Context<'_>, entry: Span) -> Option<Span> {
    let source = context.document.tree.source();
    let before = Span::new(0, entry.start()).of(source);
    let before = before.trim_end_matches([' ', '\t', '\r', '\n']).strip_suffix(',')?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let may_be_comment = |text: &str| text.contains("//") || text.contains("/*");
    let has_comment =
        context.options.format == DocumentFormat::Jsonc && (may_be_comment(line) || may_be_comment(entry.of(source)));
    (context.can_delete() && !has_comment).then(|| Span::new(before.len(), entry.end()))
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    #[test]
    fn every_later_entry_goes_and_comments_stay() {
        let options = CheckOptions { format: DocumentFormat::Jsonc, ..CheckOptions::default() };
        for (before, after) in [
            (r#""value":"x","value": /* why */ "y""#, r#""value":"x","value": /* why */ "y""#),
            (r#""value":"x","value":"y" , "value": ["z"]"#, r#""value":"x" "#),
            ("\"value\":\"x\",\n  \"value\": \"y\"\n", "\"value\":\"x\"\n"),
            ("\"value\":\"x\", /* old */ \"value\":\"y\"", "\"value\":\"x\", /* old */ \"value\":\"y\""),
            ("\"value\":\"x\" // old,\n ,\"value\":\"y\" // y\n", "\"value\":\"x\" // old,\n  // y\n"),
            ("\"value\":\"x\", // old,\n \"value\":\"y\"", "\"value\":\"x\", // old,\n \"value\":\"y\""),
        ] {
            let text = |fields: &str| format!("[{{\"name\":\"a\",\"type\":\"string\",{fields}}}]");
            let fixed = apply(&text(before), &options, Applicability::Unsafe);
            assert_eq!(fixed.text().expose(), text(after));
            assert!(apply(&text(before), &options, Applicability::Safe).applied().is_empty());
        }
    }

    #[test]
    fn duplicates_are_found_at_any_depth_and_however_they_are_spelled() {
        let text = r#"[{"name":"a","type":"string","value_from":{"env":"A","\u0065nv":"B"}}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let found: Vec<_> = report.diagnostics().iter().map(|f| (f.code.as_ref(), f.pointer.as_str())).collect();
        assert_eq!(found, [("CX003", "/0/value_from/env")]);
    }

    #[test]
    fn keys_within_the_value_of_an_object_are_compared_at_any_depth() {
        let found = |value: &str, encrypted: bool| {
            let text = serde_json::json!([{"name": "a", "type": "object", "value": value, "encrypted": encrypted}]);
            let text = text.to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let found = report.diagnostics().iter().filter(|finding| finding.code == "CX003");
            let place = |span: crate::base::span::Span| span.of(&text).to_owned();
            found.map(|f| (place(f.span), f.related.first().map(|first| place(first.span)))).collect::<Vec<_>>()
        };
        let key = |key: &str| format!("\\\"{key}\\\"");
        assert_eq!(found(r#"{"x": 1, "y": 2}"#, false), []);
        assert_eq!(found(r#"{"x": {"k": 1}, "y": [{"k": 2}, {"k": 3}]}"#, false), []);
        assert_eq!(found(r#"{"x": 1, "x": 2}"#, false), [(key("x"), Some(key("x")))]);
        let deep = r#"{"a": [{"b": {"retries": 1, "url": 2, "retries": 3, "url": 4}}]}"#;
        assert_eq!(found(deep, false), ["retries", "url"].map(|word| (key(word), Some(key(word)))));
        let [(place, None)] = &found(deep, true)[..] else { panic!("one finding without a place") };
        assert!(place.starts_with("\"{") && place.ends_with("}\""), "{place}");
        assert_eq!(found(r#"{"x": 1, "x": 2,}"#, false), [], "what does not parse is CX204");
    }

    #[test]
    fn an_object_with_very_many_keys_is_no_trouble() {
        let keys: String = (0..20_000).map(|key| format!("\"k{key}\":1,")).collect();
        let text = format!("{{{keys}\"k7\":1,\"variables\":[]}}");
        let report = check(text.as_bytes(), &CheckOptions::default());
        assert_eq!(report.diagnostics().iter().filter(|finding| finding.code == "CX003").count(), 1);
    }
}
