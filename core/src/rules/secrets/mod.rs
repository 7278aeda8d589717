//! What the rules on secrets have in common: masks, and the edit that encrypts a variable.

pub(in crate::rules) mod credential;
pub(in crate::rules) mod entropy;

use crate::base::span::Span;
use crate::diagnostic::Edit;
use crate::document::Variable;
use crate::reader::format::DocumentFormat;
use crate::rules::context::Context;

/// Whether a value as a whole is what services and logs show in place of a secret.
pub(super) fn is_mask(value: &str) -> bool {
    const WORDS: [&str; 3] = ["[REDACTED]", "[SENSITIVE]", "[unavailable]"];
    match value.as_bytes().first() {
        // GitHub Actions shows three, most services more.
        Some(b'*') => value.len() >= 3 && value.bytes().all(|byte| byte == b'*'),
        Some(b'[') => WORDS.iter().any(|word| value.eq_ignore_ascii_case(word)),
        _ => false,
    }
}

/// The edit that makes a variable encrypted: of the flag where there is one, else behind the field at `after`. None
/// where another format makes it uncertain how the field is written.
pub(super) fn encrypt(context: &Context<'_>, variable: &Variable<'_>, after: Span) -> Option<Edit> {
    if let Some((_, span)) = variable.encrypted() {
        return Some(Edit { span, text: "true".to_owned() });
    }
    let is_json = matches!(context.options.format, DocumentFormat::Json | DocumentFormat::Jsonc);
    is_json.then(|| Edit { span: Span::point(after.end()), text: ", \"encrypted\": true".to_owned() })
}
