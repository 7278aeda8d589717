use super::word;
use crate::base::span::Span;
use crate::base::vocabulary::{Scope, did_you_mean};
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// `scope` or `parent_scope` is not global, template or action.
    ///
    /// ## Why it matters
    /// The scope decides who can read a variable. The service knows only these three scopes and refuses the whole list
    /// for any other.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "api_endpoint", "type": "string", "value": "x", "scope": "actions"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "api_endpoint", "type": "string", "value": "x", "scope": "action"}]}
    /// ```
    ///
    /// ## How to fix
    /// Write one of the three scopes in lower case. If only the letter case is wrong, the fix is safe. The default is
    /// `action`.
    CX301 "unknown-scope" Error document check_parent, variable check
}

fn check_parent(context: &Context<'_>, findings: &mut Findings) {
    if let Some((word, span)) = context.document.parent_scope() {
        report(context, word, span, || "/parent_scope".to_owned(), findings);
    }
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    if variable.scope().is_none()
        && let Some((word, span)) = variable.scope_word()
    {
        report(context, word, span, || variable.pointer().to_field("scope"), findings);
    }
}

fn report(context: &Context<'_>, word: &str, span: Span, pointer: impl Fn() -> String, findings: &mut Findings) {
    if Scope::parse(word).is_some() {
        return;
    }
    let meant = did_you_mean(word, Scope::ALL.map(Scope::as_str));
    word::report(context, findings, (word, span), pointer(), "unknown scope", meant, "global, template or action");
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn the_parent_scope_is_held_to_the_same_words() {
        let text = r#"{"parent_scope": "tenant", "variables": []}"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let [finding] = report.diagnostics() else { panic!() };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX301", "/parent_scope"));
        assert_eq!(finding.message, "unknown scope; expected global, template or action");
    }
}
