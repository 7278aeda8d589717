use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::document::Fault;
use crate::reader::Shape;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A YAML scalar that must be a string has no quotes, and YAML may read it as another type.
    ///
    /// ## Why it matters
    /// Without quotes, YAML reads `3` as a number, `yes` as a boolean, `1:30` as ninety and an empty place as null, and
    /// the versions of YAML disagree on these readings. The value of a variable is always a string. With quotes, it
    /// arrives exactly as it is written.
    ///
    /// ## Fires
    /// ```yaml fires
    /// variables:
    ///   - name: retry_limit
    ///     type: integer
    ///     value: 3
    /// ```
    ///
    /// ## Does not fire
    /// ```yaml passes
    /// variables:
    ///   - name: retry_limit
    ///     type: integer
    ///     value: "3"
    ///   - name: api_endpoint
    ///     type: string
    ///     value: https://api.example.com/v1
    /// ```
    ///
    /// ## How to fix
    /// Put the value in double quotes; the fix is safe. An empty value is `""`.
    CX007 "unquoted-scalar" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    if !context.document.tree.format.is_yaml() {
        return;
    }
    for fault in &context.document.faults {
        let Fault::Unquoted { field, found, pointer } = fault else { continue };
        let span = found.span();
        let is_empty = span.start() == span.end();
        let what = match found.shape() {
            Shape::Null if is_empty => "has no value, which YAML reads as null",
            Shape::Null => "is null",
            Shape::Boolean(_) => "is a boolean",
            Shape::Number => "is a number",
            _ => "is a word that some YAML readers do not read as a string",
        };
        let field = context.quote(field, span, "a field");
        let finding = findings
            .report(span, pointer.clone(), format!("{field} {what}; it must be a string"))
            .param("field", &field);
        let insert = |offset, text: &str| Edit { span: Span::point(offset), text: text.to_owned() };
        if found.shape() == Shape::Null {
            // The author may mean the empty text, the word or another value, so the fix is never applied.
            let edit = if is_empty { insert(span.end(), " \"\"") } else { Edit { span, text: "\"\"".to_owned() } };
            finding.help("write the text in double quotes; an empty one is `\"\"`").fix(
                "write an empty text",
                Applicability::DisplayOnly,
                vec![edit],
            );
        } else {
            finding.help("put it in double quotes").fix(
                "put it in double quotes",
                Applicability::Safe,
                vec![insert(span.start(), "\""), insert(span.end(), "\"")],
            );
        }
    }
}
