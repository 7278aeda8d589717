use super::word;
use crate::base::vocabulary::{VariableType, did_you_mean};
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// `type` is not string, integer, boolean or object.
    ///
    /// ## Why it matters
    /// The service knows only these four types. It refuses the whole list if a variable has any other type.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "retry_limit", "type": "number", "value": "3"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "retry_limit", "type": "integer", "value": "3"}]}
    /// ```
    ///
    /// ## How to fix
    /// Write one of the four types in lower case. If only the letter case is wrong, the fix is safe. For a number with
    /// a fraction, use `string`. For a list, use an `object` that contains the list.
    CX201 "unknown-type" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    if variable.variable_type().is_some() {
        return;
    }
    let Some((word, span)) = variable.type_word() else { return };
    let pointer = variable.pointer().to_field("type");
    let known = "string, integer, boolean or object";
    word::report(context, findings, (word, span), pointer, "unknown type", nearest(word), known);
}

/// The type that is probably meant, if the word is a misspelling or the name that another language uses.
fn nearest(word: &str) -> Option<&'static str> {
    let lower = word.to_ascii_lowercase();
    let meant = match lower.as_str() {
        "int" | "int32" | "int64" | "long" => VariableType::Integer,
        "bool" => VariableType::Boolean,
        "str" | "text" => VariableType::String,
        "json" | "dict" | "map" => VariableType::Object,
        _ => return did_you_mean(word, VariableType::ALL.map(VariableType::as_str)),
    };
    Some(meant.as_str())
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;

    #[test]
    fn a_character_that_goes_unnoticed_is_named() {
        for (word, named) in
            [("string\\u200b", "character 7 goes unnoticed, it is U+200B"), ("\u{a0}object", "character 1")]
        {
            let text = format!(r#"[{{"name": "a", "type": "{word}", "value": "x"}}]"#);
            let report = check(text.as_bytes(), &CheckOptions::default());
            let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
            assert!(finding.message.contains(named), "{}", finding.message);
            assert!(finding.message.ends_with("; expected string, integer, boolean or object"));
            assert_eq!(finding.fixes.len(), 1);
        }
    }

    #[test]
    fn a_wrong_type_silences_the_rules_on_the_value_and_is_not_repeated() {
        for (word, help) in [
            ("int", Some("did you mean `integer`?")),
            ("String", Some("did you mean `string`?")),
            ("booelan", Some("did you mean `boolean`?")),
            ("sk_live_abc123", None),
        ] {
            let text = serde_json::json!([{"name": "a", "type": word, "value": "x"}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let [finding] = report.diagnostics() else { panic!("{word}") };
            assert_eq!((finding.code.as_ref(), finding.help.as_deref()), ("CX201", help));
            assert!(finding.message.ends_with("expected string, integer, boolean or object"), "{}", finding.message);
            let safe = finding.fixes.first().is_some_and(|fix| fix.applicability == Applicability::Safe);
            assert_eq!(safe, word == "String", "{word}");
            assert!(!format!("{finding:?}").contains(&format!("{word:?}")), "{word}");
        }
    }
}
