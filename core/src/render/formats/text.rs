//! Reports for people: the marked lines with every value masked, what is wrong, and what to do about it.

use std::fmt::Write;

use crate::base::display::{escape, push_escaped};
use crate::base::span::{LineIndex, Span};
use crate::check::Report;
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::options::ignore::is_custom;
use crate::render::bare_line::BareLine;
use crate::render::mask::Masks;
use crate::render::{File, Rendering, Totals, shown};
use crate::rules;

pub(in crate::render) static FORMAT: Rendering = Rendering {
    name: "text",
    summary: "With the marked lines, values masked",
    names_unread: false,
    needs_project_path: false,
    part,
    whole,
};

/// Whether the output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// With ANSI escape sequences.
    On,
    /// Plain text.
    Off,
}

/// Replaces a value of any length.
const MASK: &str = "…";
/// Maximum length of the shown part of a line, in characters. A minified document is one long line.
const WINDOW_CHARS: usize = 100;
/// Number of characters shown before the mark if a line is cut.
const CHARS_BEFORE_MARK: usize = 40;
/// Number of bytes examined on each side of the start of a mark; enough to fill the window.
const EXAMINED_BYTES: usize = 512;

const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const BLUE: &str = "\u{1b}[34m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

impl Color {
    pub(in crate::render) fn paint(self, style: &str, text: &str) -> String {
        match self {
            Self::On => format!("{style}{text}{RESET}"),
            Self::Off => text.to_owned(),
        }
    }
}

/// Renders the findings of one document, each with the lines that it marks.
pub fn render(path: &str, text: &str, report: &Report, color: Color) -> String {
    part(&File::new(path, text, report), color)
}

fn part(file: &File<'_>, color: Color) -> String {
    let mut out = String::new();
    if file.report.diagnostics().is_empty() {
        return out;
    }
    let snippets = Snippets { text: file.text, index: file.lines(), masks: file.masks(), color };
    for diagnostic in shown(file.report) {
        snippets.diagnostic(file.path, diagnostic, &mut out);
        out.push('\n');
    }
    out
}

pub(in crate::render) fn whole(parts: &[&str], totals: &Totals) -> String {
    let mut out = parts.concat();
    out += &summary(totals.errors, totals.warnings, totals.files);
    if totals.known > 0 {
        out += &format!("; {} known from the baseline", totals.known);
    }
    out += "; nothing was sent\n";
    out
}

/// `1 error, 0 warnings in 1 file`.
pub fn summary(errors: usize, warnings: usize, files: usize) -> String {
    let count = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {} in {}", count(errors, "error"), count(warnings, "warning"), count(files, "file"))
}

/// Renders the findings of one text.
struct Snippets<'s> {
    text: &'s str,
    index: &'s LineIndex<'s>,
    /// `None` if no line may be shown.
    masks: Option<&'s Masks>,
    color: Color,
}

/// A mark under a part of a line.
struct Mark<'m> {
    span: Span,
    symbol: &'static str,
    label: &'m str,
}

impl Snippets<'_> {
    fn diagnostic(&self, path: &str, diagnostic: &Diagnostic, out: &mut String) {
        let style = if diagnostic.severity == Severity::Error { RED } else { YELLOW };
        let head = self.color.paint(style, &format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.code));
        let message = self.color.paint(BOLD, &diagnostic.message);
        let at = self.index.position(diagnostic.span.start());
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, "{head} {}: {message}", diagnostic.name);
        let _ = writeln!(out, "  {} {}:{}:{}", self.color.paint(BLUE, "-->"), escape(path), at.line, at.column);
        let mut notes = Vec::new();
        match self.masks {
            Some(masks) => self.lines(masks, diagnostic, style, out),
            None => {
                self.bare_line(diagnostic.span, style, out);
                notes.extend(diagnostic.related.iter().map(|related| {
                    let at = self.index.position(related.span.start());
                    format!("{}: line {}, column {}", related.message, at.line, at.column)
                }));
            }
        }
        // `cxvars explain` does not know the rules of policies.
        let is_known = rules::find(&diagnostic.code).is_some() || is_custom(&diagnostic.code);
        let explained = is_known.then(|| format!("cxvars explain {}", diagnostic.code));
        let help: Vec<&str> = diagnostic.help.as_deref().into_iter().chain(explained.as_deref()).collect();
        if !help.is_empty() {
            notes.push(format!("help: {}", help.join(" · ")));
        }
        for fix in &diagnostic.fixes {
            let how = match fix.applicability {
                Applicability::Safe => "",
                Applicability::Unsafe => " (unsafe)",
                Applicability::DisplayOnly => " (by hand)",
            };
            notes.push(format!("fix{how}: {}", fix.message));
        }
        for note in notes {
            let _ = writeln!(out, "   {} {note}", self.color.paint(BLUE, "="));
        }
    }

    /// Writes the layout of a line of which nothing else may be shown, if the mark is on characters that nobody sees.
    fn bare_line(&self, mark: Span, style: &str, out: &mut String) {
        let line = self.index.position(mark.start()).line;
        let Some(shown) = BareLine::around(self.text, self.index.line_span(line), mark) else { return };
        let (bar, number) = (self.color.paint(BLUE, "|"), self.color.paint(BLUE, &line.to_string()));
        let underline = self.color.paint(style, &"^".repeat(shown.length));
        // Writing to a `String` cannot fail.
        let _ = writeln!(out, " {number} {bar} {}", shown.text);
        let _ = writeln!(
            out,
            " {:width$} {bar} {:column$}{underline}",
            "",
            "",
            width = line.to_string().len(),
            column = shown.column
        );
    }

    /// Writes the marked lines, in the order of the text.
    fn lines(&self, masks: &Masks, diagnostic: &Diagnostic, style: &str, out: &mut String) {
        let mut marks: Vec<Mark<'_>> = diagnostic
            .related
            .iter()
            .map(|related| Mark { span: related.span, symbol: "-", label: &related.message })
            .collect();
        marks.push(Mark { span: diagnostic.span, symbol: "^", label: diagnostic.label.as_deref().unwrap_or_default() });
        marks.sort_by_key(|mark| mark.span);
        let line_of = |mark: &Mark<'_>| self.index.position(mark.span.start()).line;
        let width = marks.iter().map(|mark| line_of(mark).to_string().len()).max().unwrap_or(1);
        let bar = self.color.paint(BLUE, "|");
        let mut last = String::new();
        for mark in &marks {
            let line = line_of(mark);
            let shown = self.masked_line(masks, line, mark.span);
            let numbered = format!(" {} {bar} {}", self.color.paint(BLUE, &format!("{line:>width$}")), shown.text);
            // A line with two marks is printed once, unless the marks need different windows of it.
            if numbered != last {
                let _ = writeln!(out, "{numbered}");
                last = numbered;
            }
            let underline = format!("{} {}", mark.symbol.repeat(shown.length), mark.label);
            let style = if mark.symbol == "^" { style } else { BLUE };
            let painted = self.color.paint(style, underline.trim_end());
            let _ = writeln!(out, " {:width$} {bar} {}{painted}", "", " ".repeat(shown.column));
        }
    }

    /// A line with its values masked, cut to a window around the mark.
    fn masked_line(&self, masks: &Masks, line: usize, mark: Span) -> MaskedLine {
        let whole = self.index.line_span(line);
        let from = self.text.floor_char_boundary(mark.start().saturating_sub(EXAMINED_BYTES)).max(whole.start());
        let to = self.text.ceil_char_boundary(mark.start().saturating_add(EXAMINED_BYTES).min(whole.end())).max(from);
        let span = Span::new(from, to);
        let mut masked = MaskedLine {
            text: String::new(),
            column: 0,
            length: 0,
            cut_left: from > whole.start(),
            cut_right: to < whole.end(),
        };
        let mut at = span.start();
        for hidden in masks.within(span) {
            let start = hidden.start().max(span.start());
            masked.push(self.text, Span::new(at, start), mark);
            let end = hidden.end().min(span.end());
            let quoted = Span::new(start, start + 1).of(self.text) == "\"";
            masked.push_mask(if quoted { "\"…\"" } else { MASK }, Span::new(start, end), mark);
            at = end;
        }
        masked.push(self.text, Span::new(at, span.end()), mark);
        masked.length = masked.length.max(1);
        masked.window()
    }
}

/// A line as it is shown, and the column and length of its mark, in characters.
struct MaskedLine {
    text: String,
    column: usize,
    length: usize,
    /// Whether the line was cut on the left.
    cut_left: bool,
    /// Whether the line was cut on the right.
    cut_right: bool,
}

impl MaskedLine {
    /// Adds a piece of the source. A tab becomes one space; characters that control a terminal are escaped.
    fn push(&mut self, source: &str, span: Span, mark: Span) {
        for (offset, character) in span.of(source).char_indices() {
            let before = self.text.len();
            if character == '\t' {
                self.text.push(' ');
            } else {
                push_escaped(&mut self.text, character);
            }
            let count = self.text.get(before..).unwrap_or_default().chars().count();
            let at = span.start() + offset;
            self.advance(count, at < mark.start(), at >= mark.start() && at < mark.end());
        }
    }

    /// Adds a mask in place of the source at `span`.
    fn push_mask(&mut self, mask: &str, span: Span, mark: Span) {
        self.text.push_str(mask);
        self.advance(mask.chars().count(), span.end() <= mark.start(), span.overlaps(mark));
    }

    fn advance(&mut self, count: usize, before: bool, marked: bool) {
        if before {
            self.column += count;
        } else if marked {
            self.length += count;
        }
    }

    fn window(self) -> Self {
        let total = self.text.chars().count();
        if total <= WINDOW_CHARS && !self.cut_left && !self.cut_right {
            return self;
        }
        let skip = self.column.saturating_sub(CHARS_BEFORE_MARK);
        let mut text: String = self.text.chars().skip(skip).take(WINDOW_CHARS).collect();
        let mut column = self.column - skip;
        if skip > 0 || self.cut_left {
            text.insert(0, '…');
            column += 1;
        }
        if skip + WINDOW_CHARS < total || self.cut_right {
            text.push('…');
        }
        Self { text, column, length: self.length.min(WINDOW_CHARS.saturating_sub(column).max(1)), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    fn rendered(text: &str) -> String {
        render("vars.json", text, &check(text.as_bytes(), &CheckOptions::default()), Color::Off)
    }

    #[test]
    fn both_places_are_shown_with_values_masked() {
        let text = "{\"variables\": [\n  {\"name\": \"crm_region\", \"type\": \"string\", \"value\": \"not-shown\"},\n  \
                    {\"value\": \"not-shown\", \"type\": \"string\", \"name\": \"crm_region\"}\n]}";
        assert_eq!(
            rendered(text),
            "error[CX103] key-collision: `crm_region` is defined twice
  --> vars.json:3:52
 2 |   {\"name\": \"crm_region\", \"type\": \"string\", \"value\": \"…\"},
   |            ------------ first here
 3 |   {\"value\": \"…\", \"type\": \"string\", \"name\": \"crm_region\"}
   |                                            ^^^^^^^^^^^^ the service would reject the whole update
   = help: delete or rename one entry · cxvars explain CX103

"
        );
    }

    #[test]
    fn after_a_syntax_mistake_only_the_position_is_shown() {
        let out = rendered("[{\"name\": \"a\", \"value\": \"sk_live_1, \"type\": \"string\"}]");
        assert!(out.contains("--> vars.json:1:") && !out.contains("sk_live_1") && !out.contains(" | "), "{out}");
    }

    #[test]
    fn a_character_that_nobody_sees_is_shown_in_its_line() {
        let out = rendered("[\n  {\"name\": \"a\",\u{a0}\"value\": \"sk_live_1\", \"type\": \"string\"}\n]");
        let lines = " 2 |   {\"name\": …\\u{a0}…\n   |             ^^^^^^\n   = help: ";
        assert!(out.contains("U+00A0 no-break space cannot stand here\n  --> vars.json:2:16\n"), "{out}");
        assert!(out.contains(lines) && !out.contains("sk_live_1"), "{out}");
    }

    #[test]
    fn behind_the_place_where_reading_stopped_nothing_is_shown() {
        let mut options = CheckOptions::default();
        options.validate.max_depth = Some(2);
        let text = "[{\"name\": \"a\", \"value\": [\"sk_live_1\"]}]";
        let out = render("vars.json", text, &check(text.as_bytes(), &options), Color::Off);
        assert!(out.contains("CX006") && !out.contains("sk_live_1") && !out.contains(" | "), "{out}");
    }

    #[test]
    fn a_wrong_word_is_masked_and_marked() {
        let out = rendered("[{\"name\": \"a\", \"type\": \"sk_live_1\", \"value\": \"x\"}]");
        assert!(out.contains("\"type\": \"…\"") && out.contains("^^^") && !out.contains("sk_live_1"), "{out}");
    }

    #[test]
    fn two_marks_on_a_line_share_it() {
        let out = rendered("[{\"name\": \"a\", \"name\": \"b\", \"type\": \"string\", \"value\": \"x\"}]");
        assert_eq!(out.matches(" 1 | ").count(), 1, "{out}");
        assert!(out.contains("------ first here\n") && out.contains("^^^^^^ only the first counts\n"), "{out}");
    }

    #[test]
    fn where_no_line_is_shown_related_places_are_named() {
        let out = rendered("[{\"name\": \"a\"");
        assert!(out.contains("= opened here: line 1, column 2"), "{out}");
    }

    #[test]
    fn a_minified_document_shows_a_window() {
        let list: Vec<_> =
            (0..40).map(|n| format!("{{\"name\":\"v{n}\",\"type\":\"string\",\"value\":\"x\"}}")).collect();
        let text = format!("[{},{}]", list.join(","), list[7]);
        let out = rendered(&text);
        assert!(out.lines().all(|line| line.chars().count() < 160), "{out}");
        for (line, marks) in out.lines().zip(out.lines().skip(1)).filter(|(line, _)| line.starts_with(" 1 |")) {
            let from = marks.chars().position(|c| c == '^' || c == '-').unwrap();
            assert_eq!(line.chars().skip(from).take(4).collect::<String>(), "\"v7\"", "{out}");
        }
    }

    #[test]
    fn very_many_findings_on_one_long_line_take_no_time() {
        let text = format!("[{}1]", "{\"é\":1},".repeat(5_000));
        let report = check(text.as_bytes(), &CheckOptions::default());
        assert!(report.diagnostics().len() > 15_000);
        assert_eq!(render("v", &text, &report, Color::Off).matches("  --> v:1:").count(), 1_000);
    }

    #[test]
    fn a_fix_says_whether_it_can_be_applied_unseen() {
        for (text, fix) in [
            (r#"[{"name": "a", "type": "integer", "value": 3}]"#, "= fix: quote the value"),
            (r#"[{"name": "a", "type": "string", "value": "x "}]"#, "= fix (unsafe): delete the white space"),
            (
                r#"{"description": "d", "variables": [{"name": "a", "type": "string", "encrypted": true, "value": "x"}]}"#,
                "= fix (by hand): replace `value` by `value_from`",
            ),
        ] {
            assert!(rendered(text).contains(fix), "{text}");
        }
    }

    #[test]
    fn counts_are_in_good_english() {
        assert_eq!(summary(1, 0, 1), "1 error, 0 warnings in 1 file");
        assert_eq!(summary(2, 1, 3), "2 errors, 1 warning in 3 files");
    }

    #[test]
    fn colour_only_adds_escape_sequences() {
        let text = "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \"x\"}]";
        let report = check(text.as_bytes(), &CheckOptions::default());
        let colored = render("v", text, &report, Color::On);
        let mut plain = colored.clone();
        for code in [RED, YELLOW, BLUE, BOLD, RESET] {
            plain = plain.replace(code, "");
        }
        assert_ne!(colored, plain);
        assert_eq!(plain, render("v", text, &report, Color::Off));
    }
}
