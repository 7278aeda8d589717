//! Shows what fixes would change, as a unified diff with every value masked.
//!
//! The original lines are compared, and the masked lines are shown, so a changed value appears as the same mask on both
//! sides. Quotes around values stay visible, because many fixes change only the quotes. Comments are masked too: a
//! variable that was commented out still contains its value.

use std::fmt::Write;

use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

use super::text::Color;
use crate::base::display::{escape, push_escaped};
use crate::base::span::{BYTE_ORDER_MARK, Span};
use crate::document::Document;
use crate::options::CheckOptions;
use crate::reader::read;

/// Number of unchanged lines shown around a change.
const CONTEXT: usize = 3;
/// Replaces a value or a comment.
const MASK: &str = "…";
/// Characters outside keys, values and comments that are syntax in one of the document formats.
const STRUCTURE: &str = "{}[]:,-=|>";

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const BLUE: &str = "\u{1b}[34m";

/// The differences between a text and its fixed version; empty if they are equal.
///
/// Returns `None` if either text has a syntax error or could not be read to its end. Names and values cannot be told
/// apart then, so nothing may be shown.
pub fn unified(path: &str, before: &str, after: &str, options: &CheckOptions, color: Color) -> Option<String> {
    let (shown_before, shown_after) = (masked_lines(before, options)?, masked_lines(after, options)?);
    let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let ops = capture_diff_slices(Algorithm::Myers, &lines(before), &lines(after));
    let mut out = String::new();
    let path = escape(path);
    for group in group_diff_ops(ops, CONTEXT) {
        if group.iter().all(|op| matches!(op, DiffOp::Equal { .. })) {
            continue;
        }
        // Writing to a `String` cannot fail.
        if out.is_empty() {
            let _ = writeln!(out, "--- {path}\n+++ {path} (fixed)");
        }
        let place = |range: fn(&DiffOp) -> std::ops::Range<usize>| {
            let start = group.first().map_or(0, |op| range(op).start);
            let end = group.last().map_or(0, |op| range(op).end);
            format!("{},{}", if end > start { start + 1 } else { start }, end - start)
        };
        let head = format!("@@ -{} +{} @@", place(DiffOp::old_range), place(DiffOp::new_range));
        let _ = writeln!(out, "{}", color.paint(BLUE, &head));
        for op in &group {
            let side = |shown: &[String], range: std::ops::Range<usize>, sign, out: &mut String| {
                for line in shown.get(range).unwrap_or_default() {
                    let line = format!("{sign}{line}");
                    let painted = match sign {
                        '-' => color.paint(RED, &line),
                        '+' => color.paint(GREEN, &line),
                        _ => line,
                    };
                    let _ = writeln!(out, "{painted}");
                }
            };
            match op {
                DiffOp::Equal { .. } => side(&shown_before, op.old_range(), ' ', &mut out),
                _ => {
                    side(&shown_before, op.old_range(), '-', &mut out);
                    side(&shown_after, op.new_range(), '+', &mut out);
                }
            }
        }
    }
    Some(out)
}

/// The masked lines of a text, one for each of its lines; `None` if it could not be read completely.
fn masked_lines(text: &str, options: &CheckOptions) -> Option<Vec<String>> {
    let tree = read(text.as_bytes(), options.reading());
    if !tree.syntax.is_empty() || tree.cap.is_some() {
        return None;
    }
    let shown = Document::decode(&tree, None).public_spans();
    let mut out = Masked::default();
    let mut at = 0;
    for (span, is_key) in tree.tokens() {
        out.gap(Span::new(at, span.start()).of(text));
        if is_key || shown.binary_search(&span).is_ok() {
            span.of(text).chars().for_each(|character| out.push(character));
        } else {
            out.value(span.of(text));
        }
        at = span.end().max(at);
    }
    out.gap(Span::new(at, text.len()).of(text));
    out.lines.push(out.line);
    Some(out.lines)
}

#[derive(Default)]
struct Masked {
    lines: Vec<String>,
    line: String,
}

impl Masked {
    /// Adds a character. A tab becomes one space; characters that control a terminal are escaped.
    fn push(&mut self, character: char) {
        match character {
            '\n' => self.lines.push(std::mem::take(&mut self.line)),
            '\t' => self.line.push(' '),
            '\r' | BYTE_ORDER_MARK => {}
            other => push_escaped(&mut self.line, other),
        }
    }

    /// Adds the text between keys and values. Syntax and white space are copied; comments are masked.
    fn gap(&mut self, text: &str) {
        let mut is_comment = false;
        for character in text.chars() {
            if character == '\n' {
                is_comment = false;
            }
            if is_comment {
                continue;
            }
            is_comment = !character.is_whitespace() && character != BYTE_ORDER_MARK && !STRUCTURE.contains(character);
            if is_comment {
                self.line.push_str(MASK);
            } else {
                self.push(character);
            }
        }
    }

    /// Adds a mask for each line of a value. If the value is quoted, its first line's mask has the same quotes.
    fn value(&mut self, text: &str) {
        for (count, line) in text.split('\n').enumerate() {
            if count > 0 {
                self.push('\n');
                let indent = line.len() - line.trim_start().len();
                self.line.push_str(&" ".repeat(indent));
            }
            match text.chars().next().filter(|first| count == 0 && matches!(first, '"' | '\'')) {
                Some(quote) => {
                    let _ = write!(self.line, "{quote}{MASK}{quote}");
                }
                None => self.line.push_str(MASK),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::reader::format::DocumentFormat;

    fn diff(text: &str, options: &CheckOptions) -> Option<String> {
        let fixed = apply(text, options, Applicability::Unsafe);
        unified("vars.json", text, fixed.text().expose(), options, Color::Off)
    }

    #[test]
    fn the_change_of_quotes_is_seen_and_the_value_is_not() {
        let text = "\u{feff}[\r\n  {\r\n    \"name\": \"a\",\r\n    \"type\": \"Integer\",\r\n    \"value\": 31337\r\n  }\r\n]\r\n";
        assert_eq!(
            diff(text, &CheckOptions::default()).unwrap(),
            "--- vars.json
+++ vars.json (fixed)
@@ -1,7 +1,7 @@
 [
   {
     \"name\": \"a\",
-    \"type\": \"…\",
-    \"value\": …
+    \"type\": \"integer\",
+    \"value\": \"…\"
   }
 ]
"
        );
    }

    #[test]
    fn comments_are_masked_and_what_is_far_from_a_change_is_left_out() {
        let options = CheckOptions { format: DocumentFormat::Jsonc, ..CheckOptions::default() };
        let text = "[ // sk_live_0\n /* sk_live_1\n, sk_live_2 */\n\n\n\n {\"name\": \"a\", // was \"sk_live_3\"\n  \
                    \"type\": \"boolean\", \"value\": \"True\"}\n]";
        let out = diff(text, &options).unwrap();
        assert!(!out.contains("sk_live") && out.contains("@@ -5,5 +5,5 @@"), "{out}");
        assert!(
            out.contains("-  \"type\": \"boolean\", \"value\": \"…\"}\n+  \"type\": \"boolean\", \"value\": \"…\"}"),
            "{out}"
        );
        let all = diff(&text.replace("\n\n\n\n", "\n"), &options).unwrap();
        assert!(!all.contains("sk_live") && all.contains("  …\n , …\n  {\"name\""), "{all}");
    }

    #[test]
    fn after_a_syntax_error_there_is_no_diff_and_without_a_change_it_is_empty() {
        let options = CheckOptions::default();
        assert_eq!(diff("[1,]", &options), None);
        assert_eq!(diff("[]", &options).unwrap(), "");
        let removed = diff("{\"variables\": [],\n\n\n\n\n\"variables\": []}", &options).unwrap();
        assert!(removed.contains("@@ -1,6 +1,1 @@\n-{\"variables\": [],\n-\n"), "{removed}");
    }
}
