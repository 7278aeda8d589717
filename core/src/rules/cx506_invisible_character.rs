use crate::base::invisible::{self, is_wide_space, unseen};
use crate::base::span::{BYTE_ORDER_MARK, Span};
use crate::base::swar;
use crate::base::vocabulary::VariableType;
use crate::diagnostic::{Applicability, Edit, Severity};
use crate::document::{Text, Variable};
use crate::reader::{SyntaxFault, SyntaxKind, Tree, Value};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A value holds a character that nobody sees.
    ///
    /// ## Why it matters
    /// The service stores the character as part of the value, and no screen shows it. A token with a zero-width space or
    /// a byte order mark is refused by the service it is for, an escape code from a terminal acts on the next terminal,
    /// and a mark that changes the direction of text makes a value look like another one. Such characters come with text
    /// that was copied from a web page, a chat, a terminal or the start of a file. It is an error where the value is then
    /// not of its type: in an integer, in a boolean, and between the tokens of an object.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "tenant", "type": "string", "value": "northwind\u200b"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "tenant", "type": "string", "value": "northwind"}]}
    /// ```
    ///
    /// ## How to fix
    /// Delete the character. The unsafe fix deletes all of them. No-break spaces and other wide spaces count only before
    /// and after a value; the joiners of emoji and of scripts that need them do not count between their letters, nor does
    /// one selector of a form after such a letter.
    CX506 "invisible-character" Warning variable check
}

/// A character that nobody sees, as a byte range of the value: longer than the character if it is written as an escape in
/// the JSON of an object.
#[derive(Clone, Copy)]
struct Unseen {
    start: usize,
    end: usize,
    character: char,
    /// Whether the range is that of the character, not that of the key which holds it.
    is_exact: bool,
}

impl Unseen {
    fn at(start: usize, character: char) -> Self {
        Self { start, end: start + character.len_utf8(), character, is_exact: true }
    }
}

fn check<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
    if let Some((value, whole)) = variable.value()
        && !context.shows_all_of(value)
    {
        look_into(context, variable, (value, whole), findings);
    }
}

#[inline(never)]
fn look_into<'t>(
    context: &Context<'t>,
    variable: &Variable<'t>,
    (value, whole): (Text<'t>, Span),
    findings: &mut Findings,
) {
    let (found, is_refused) = match variable.variable_type() {
        None => return,
        Some(VariableType::String) => (in_text(value.text), false),
        Some(VariableType::Integer | VariableType::Boolean) => (in_text(value.text), true),
        Some(VariableType::Object) => in_object(context, value),
    };
    let Some(first) = found.first().filter(|_| !is_refused || reports_errors(context)) else { return };
    let place = |unseen: &Unseen| match unseen.end - unseen.start == unseen.character.len_utf8() {
        true => value.place_of_character(unseen.start, unseen.character),
        false => value.place_of(unseen.start, unseen.end),
    };
    let places: Option<Vec<_>> = found.iter().map(|unseen| place(unseen).filter(|_| unseen.is_exact)).collect();
    let place_of_first = place(first).unwrap_or(whole);
    if context.document.tree.syntax.iter().any(|fault| fault.span == place_of_first) {
        // The reader has refused the character already.
        return;
    }
    let name =
        variable.name().map_or_else(|| "the value".to_owned(), |(name, span)| context.quote(name, span, "the value"));
    let message = message(first, found.len() - 1, value.text.len());
    let finding = findings
        .report(place_of_first, variable.pointer().to_field("value"), format!("{name} {message}"))
        .help(if is_refused { "delete it" } else { "delete it, unless it is meant" })
        .param("variable", name)
        .param("character", format!("U+{:04X}", u32::from(first.character)));
    let finding = if is_refused { finding.an_error() } else { finding };
    if let Some(places) = places {
        let edits = places.into_iter().map(|span| Edit { span, text: String::new() }).collect();
        finding.fix("delete what nobody sees", Applicability::Unsafe, edits);
    }
}

/// What is said of a value with this character and `more` others. `length` is that of the value, in bytes.
fn message(first: &Unseen, more: usize, length: usize) -> String {
    let character = invisible::describe(first.character);
    let side = match (first.start, first.end == length) {
        (0, _) => "at its start",
        (_, true) => "at its end",
        _ => "inside",
    };
    match more {
        0 => format!("holds {character} {side}"),
        1 => format!("holds {character} {side}, and one more such character"),
        more => format!("holds {character} {side}, and {more} more such characters"),
    }
}

/// Whether this rule reports a text that is to be an integer or boolean. If it does, the rules on types do not.
pub(super) fn reports(context: &Context<'_>, text: &str) -> bool {
    reports_errors(context) && !in_text(text).is_empty()
}

/// Whether this rule reports white space at an edge of a string.
pub(super) fn reports_edge(context: &Context<'_>, text: &str) -> bool {
    let is_edge =
        |unseen: &Unseen| unseen.end <= text.len() - text.trim_start().len() || unseen.start >= text.trim_end().len();
    context.options.severity_of(&RULE).is_some() && in_text(text).iter().any(is_edge)
}

/// Whether this rule reports a mistake in the JSON of an object.
pub(super) fn reports_fault(context: &Context<'_>, text: &str, fault: &SyntaxFault) -> bool {
    reports_errors(context) && is_unseen(text, fault)
}

/// Whether this rule reports what the service refuses. It leaves that to the rules on types where somebody has turned it
/// off or down, because a value of the wrong type stays an error then.
pub(super) fn reports_errors(context: &Context<'_>) -> bool {
    let in_force = context.options.severity_of(&RULE);
    in_force.is_some_and(|in_force| !in_force.is_configured || in_force.severity == Severity::Error)
}

fn in_text(text: &str) -> Vec<Unseen> {
    // Nearly all texts end here.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return Vec::new();
    }
    let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let is_edge = |at: usize| at < start || at >= end;
    let wide = text.char_indices().filter(|(at, character)| is_edge(*at) && is_wide_space(*character));
    let mut found: Vec<_> = unseen(text).chain(wide).collect();
    // Some characters are both.
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|(at, character)| Unseen::at(at, character)).collect()
}

/// The characters in the value of an object, and whether they keep it from being one.
fn in_object<'t>(context: &Context<'t>, value: Text<'t>) -> (Vec<Unseen>, bool) {
    let text = value.text;
    // Nearly all texts end here: they have neither a character that is not printed nor an escape.
    let hides =
        |word| swar::below(word, 0x20) | swar::equal(word, 0x7f) | swar::equal(word, b'\\') | (word & swar::HIGHS);
    if swar::position(text.as_bytes(), 0, hides, |byte| !matches!(byte, b' '..=b'~') || byte == b'\\').is_none() {
        return (Vec::new(), false);
    }
    let tree = context.object_of(value);
    let within = |start: usize, end: usize| {
        let characters = text.get(start..end).unwrap_or_default().char_indices();
        characters.map(move |(at, character)| Unseen::at(start + at, character))
    };
    let mark = text.starts_with(BYTE_ORDER_MARK).then_some(0..BYTE_ORDER_MARK.len_utf8());
    let faults = tree.syntax.iter().filter(|fault| is_unseen(text, fault));
    let spans = mark.into_iter().chain(faults.map(|fault| fault.span.start()..fault.span.end()));
    let between: Vec<_> = spans.flat_map(|span| within(span.start, span.end)).collect();
    let is_read = tree.syntax.is_empty() && tree.cap.is_none();
    if !between.is_empty() || !is_read {
        return (between, true);
    }
    let mut found = Vec::new();
    if let Some(root) = tree.root() {
        in_strings(&tree, root, &mut found);
    }
    (found, false)
}

/// Whether a mistake in JSON is a character that nobody sees.
fn is_unseen(text: &str, fault: &SyntaxFault) -> bool {
    match fault.kind {
        SyntaxKind::Unnoticed => true,
        SyntaxKind::ControlCharacter => !fault.span.of(text).starts_with(['\t', '\n', '\r']),
        _ => false,
    }
}

/// Collects the characters in the keys and strings of a value. The reader's limit on depth bounds the recursion.
fn in_strings(tree: &Tree<'_>, value: Value<'_>, found: &mut Vec<Unseen>) {
    for unseen in value.as_str().map(in_text).unwrap_or_default() {
        let places = value.source_offset(unseen.start).zip(value.source_offset(unseen.end));
        let (start, end) = places.unwrap_or((value.span().start(), value.span().end()));
        found.push(Unseen { start, end, is_exact: places.is_some(), ..unseen });
    }
    for entry in value.entries() {
        let (span, key) = (entry.key_span(), in_text(entry.key()));
        if let Some(Unseen { character, .. }) = key.first() {
            let at = tree.written(span).find(*character).map(|at| Unseen::at(span.start() + at, *character));
            let whole = Unseen { start: span.start(), end: span.end(), character: *character, is_exact: false };
            found.push(at.filter(|_| key.len() == 1).unwrap_or(whole));
        }
        in_strings(tree, entry.value, found);
    }
    value.items().for_each(|item| in_strings(tree, item, found));
}

#[cfg(test)]
mod tests {
    use crate::check::fix::apply;
    use crate::check::{Report, check};
    use crate::diagnostic::{Applicability, Severity};
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    fn found(report: &Report) -> Vec<(&str, Severity, &str)> {
        report
            .diagnostics()
            .iter()
            .map(|finding| (finding.code.as_ref(), finding.severity, &*finding.message))
            .collect()
    }

    #[test]
    fn every_such_character_is_named_with_its_side() {
        for (value, message) in [
            ("\u{feff}secret", "`a` holds U+FEFF byte order mark at its start"),
            ("sec\u{202e}ret", "`a` holds U+202E right-to-left override inside"),
            ("secret\u{200b}", "`a` holds U+200B zero width space at its end"),
            ("sec\0ret", "`a` holds U+0000 null inside"),
            ("\u{1b}[31msecret\u{1b}[0m", "`a` holds U+001B escape at its start, and one more such character"),
            (
                "\u{a0}secret\u{3000} \u{2009}",
                "`a` holds U+00A0 no-break space at its start, and 2 more such characters",
            ),
            ("\u{2060}\u{2060}\u{2060}", "`a` holds U+2060 word joiner at its start, and 2 more such characters"),
        ] {
            let text = serde_json::json!([{"name": "a", "type": "string", "value": value}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            assert_eq!(found(&report), [("CX506", Severity::Warning, message)], "{value:?}");
        }
    }

    #[test]
    fn what_belongs_to_a_text_is_left_alone() {
        for value in ["two\n\tlines", "10\u{a0}000 €", "گل\u{200c}ها", "👩\u{200d}💻", "Grüße", "a\\u200b"]
        {
            let text = serde_json::json!([{"name": "a", "type": "string", "value": value}]).to_string();
            assert_eq!(found(&check(text.as_bytes(), &CheckOptions::default())), [], "{value:?}");
        }
        let object = r#"[{"name": "a", "type": "object", "value": "{\"k\": \"Ü\u00a0\\n\\t\\u00fc\"}"}]"#;
        let object = object.replace("\\u00a0", "");
        assert_eq!(found(&check(object.as_bytes(), &CheckOptions::default())), []);
    }

    #[test]
    fn the_place_is_the_character_in_every_format_and_the_fix_deletes_it() {
        for (format, text, marked, fixed) in [
            (
                DocumentFormat::Json,
                r#"[{"name":"a","type":"string","value":"x\u200by"}]"#,
                r"\u200b",
                r#"[{"name":"a","type":"string","value":"xy"}]"#,
            ),
            (
                DocumentFormat::Yaml,
                "- name: a\n  type: string\n  value: x\u{a0}\n",
                "\u{a0}",
                "- name: a\n  type: string\n  value: x\n",
            ),
            (
                DocumentFormat::Yaml,
                "- name: a\n  type: string\n  value: |-\n    é\n    x\u{202d}y\n",
                "\u{202d}",
                "- name: a\n  type: string\n  value: |-\n    é\n    xy\n",
            ),
            (
                DocumentFormat::Yaml,
                "- {name: a, type: string, value: \"x\\ty\u{ad}\"}",
                "\u{ad}",
                "- {name: a, type: string, value: \"x\\ty\"}",
            ),
            (DocumentFormat::Env, "a=x\u{200b}y\n", "\u{200b}", "a=xy\n"),
            (DocumentFormat::Env, "a='\u{a0}x'\n", "\u{a0}", "a='x'\n"),
        ] {
            let options = CheckOptions { format, ..CheckOptions::default() };
            let report = check(text.as_bytes(), &options);
            let [finding] = report.diagnostics() else { panic!("{text}: {:?}", report.diagnostics()) };
            assert_eq!((finding.code.as_ref(), finding.span.of(text)), ("CX506", marked), "{text}");
            assert!(apply(text, &options, Applicability::Safe).applied().is_empty());
            assert_eq!(apply(text, &options, Applicability::Unsafe).text().expose(), fixed);
        }
        let yaml = "- {name: a, type: string, value: \"x\\u200By\"}";
        let report = check(yaml.as_bytes(), &CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() });
        assert_eq!(report.diagnostics()[0].span.of(yaml), "\"x\\u200By\"", "an escape of YAML has no place");
        assert!(report.diagnostics()[0].fixes.is_empty());
    }

    #[test]
    fn it_is_an_error_where_the_value_is_not_of_its_type() {
        for (kind, value, character, is_error) in [
            ("integer", "3\u{a0}", "U+00A0", true),
            ("boolean", "\u{200b}true", "U+200B", true),
            ("object", "\u{feff}{}", "U+FEFF", true),
            ("object", "{\u{a0}\"k\": 1}", "U+00A0", true),
            ("object", "{\"k\": \"a\0\"}", "U+0000", true),
            ("object", "{\"k\": [\"a\u{200b}\"]}", "U+200B", false),
            ("object", "{\"k\": [\"a\\u200b\"]}", "U+200B", false),
            ("object", "{\"k\u{200b}\": 1}", "U+200B", false),
            ("object", "{\"k\": \"\u{a0}a\"}", "U+00A0", false),
        ] {
            let text = serde_json::json!([{"name": "a", "type": kind, "value": value}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let [(code, found, message)] = &found(&report)[..] else { panic!("{value:?}: {:?}", report.diagnostics()) };
            assert_eq!((*code, *found, message.contains(character)), ("CX506", severity, true), "{value:?}");
            let marked = report.diagnostics()[0].span.of(&text);
            assert!(!marked.contains('k'), "{value:?} is marked at {marked:?}");
            let fixed = apply(&text, &CheckOptions::default(), Applicability::Unsafe);
            assert_eq!(fixed.report().diagnostics(), [], "{value:?}");
        }
    }

    #[test]
    fn a_delete_character_counts_although_json_takes_it_unescaped() {
        let report = check(b"[{\"name\":\"a\",\"type\":\"string\",\"value\":\"x\x7fy\"}]", &CheckOptions::default());
        assert_eq!(found(&report).iter().map(|(code, ..)| *code).collect::<Vec<_>>(), ["CX506"]);
    }

    #[test]
    fn what_the_reader_has_refused_is_not_said_twice() {
        let options = CheckOptions { format: DocumentFormat::Env, ..CheckOptions::default() };
        let report = check("a=x\u{a0}\n".as_bytes(), &options);
        let codes: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
        assert_eq!(codes, ["CX001"]);
    }

    #[test]
    fn a_key_that_is_written_with_escapes_has_no_fix() {
        let text = r#"[{"name":"a","type":"object","value":"{\"k\\u200b\": 1}"}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        assert_eq!(report.diagnostics()[0].span.of(text), r#"\"k\\u200b\""#);
        assert!(report.diagnostics()[0].fixes.is_empty());
    }

    #[test]
    fn an_object_with_other_mistakes_gets_both_findings() {
        let text = r#"[{"name":"a","type":"object","value":"{\u00a0\"k\": tru}"}]"#;
        let report = check(text.as_bytes(), &CheckOptions::default());
        let found: Vec<_> = report.diagnostics().iter().map(|f| (f.code.as_ref(), f.span.of(text))).collect();
        assert_eq!(found, [("CX506", r"\u00a0"), ("CX204", "tru")]);
    }
}
