//! YAML block scalars (`|`, `>`) whose value ends with a line break that nobody meant.

use crate::base::span::Span;
use crate::rules::context::Context;

/// What the fix does that writes `-` at [`header_with_breaks`].
pub(super) const FIX: &str = "leave the last line break out";

/// Where the header of a YAML block scalar says what becomes of its last line breaks, if `text`, its value, has no other
/// white space around it. `span` is that of the value.
pub(super) fn header_with_breaks(context: &Context<'_>, text: &str, span: Span) -> Option<Span> {
    let tree = context.document.tree;
    let header = tree.written(span).strip_prefix(['|', '>']).filter(|_| tree.format.is_yaml())?;
    let has_breaks = text.ends_with('\n') && text.trim_end_matches('\n') == text.trim();
    // The header may also have a digit, in any order.
    let digits = header.len() - header.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    let start = span.start() + 1 + digits;
    let keeps = header.get(digits..).is_some_and(|rest| rest.starts_with('+'));
    has_breaks.then(|| Span::new(start, start + usize::from(keeps)))
}
