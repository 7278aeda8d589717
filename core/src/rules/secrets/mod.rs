//! The edit that encrypts a variable; shared by the rules on secrets.

pub(in crate::rules) mod credential;
pub(in crate::rules) mod entropy;

use crate::base::span::Span;
use crate::diagnostic::Edit;
use crate::document::Variable;
use crate::reader::format::DocumentFormat;
use crate::rules::context::Context;

/// The edit that sets `encrypted` to true. It changes the flag if there is one, and otherwise adds it after the field
/// at `after`. `None` if the flag is missing and the format is not JSON: it is then uncertain how to write the field.
pub(super) fn encrypt(context: &Context<'_>, variable: &Variable<'_>, after: Span) -> Option<Edit> {
    if let Some((_, span)) = variable.encrypted() {
        return Some(Edit { span, text: "true".to_owned() });
    }
    let is_json = matches!(context.options.format, DocumentFormat::Json | DocumentFormat::Jsonc);
    is_json.then(|| Edit { span: Span::point(after.end()), text: ", \"encrypted\": true".to_owned() })
}
