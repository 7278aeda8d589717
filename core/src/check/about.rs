//! Which variable a finding is about.

use crate::base::display;
use crate::diagnostic::Diagnostic;
use crate::rules::context::Context;

/// Names the variable of each finding, also in its message: a message is often shown alone, as in a log.
pub(super) fn name_variables(diagnostics: &mut [Diagnostic], context: &Context<'_>) {
    for finding in diagnostics {
        let Some(name) = variable_of(finding, context) else { continue };
        let quoted = display::quote(name);
        if !finding.message.starts_with(&quoted) {
            finding.message = format!("{quoted}: {}", finding.message);
        }
        finding.variable = Some(name.to_owned());
    }
}

/// The name of the variable that a finding's pointer refers to, if it can be read reliably.
fn variable_of<'t>(finding: &Diagnostic, context: &Context<'t>) -> Option<&'t str> {
    let document = context.document;
    let below = finding.pointer.strip_prefix(document.list?.pointer)?.strip_prefix('/')?;
    let index: usize = below.split('/').next()?.parse().ok()?;
    let (name, span) = document.variable_in_list(index)?.name()?;
    context.is_reliable(span).then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn found(text: &str) -> Vec<(String, Option<String>)> {
        let report = check(text.as_bytes(), &CheckOptions::default());
        report.diagnostics().iter().map(|finding| (finding.message.clone(), finding.variable.clone())).collect()
    }

    #[test]
    fn a_message_names_its_variable_once() {
        let text = r#"{"variables": [{"name": "debug", "type": "boolean", "value": "on"},
            {"name": "_b", "type": "string", "value": "x"}], "colour": 1}"#;
        let [debug, underscore, document] = &found(text)[..] else { panic!("{:?}", found(text)) };
        assert_eq!(debug.0, "`debug`: not a boolean; expected `true` or `false`");
        assert_eq!(debug.1.as_deref(), Some("debug"));
        assert!(underscore.0.starts_with("`_b` ") && underscore.0.matches("`_b`").count() == 1, "{underscore:?}");
        assert_eq!(document.1, None);
    }

    #[test]
    fn no_variable_is_named_after_a_syntax_mistake_or_without_a_name() {
        for text in
            [r#"[{"type" "integer", "name": "hunter2", "valu": "x"}]"#, r#"[{"type": "boolean", "value": "x"}]"#]
        {
            assert!(found(text).iter().all(|(message, variable)| !message.contains("hunter2") && variable.is_none()));
            assert!(!found(text).is_empty());
        }
    }
}
