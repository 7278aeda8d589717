//! Tests of the JSON reader.

use super::*;
use crate::reader::fixture::show;

fn read(text: &str) -> Tree<'_> {
    read_json(text, Dialect::Strict, Limits { bytes: 1 << 20, depth: 64 })
}

fn kinds(text: &str) -> Vec<SyntaxKind> {
    read(text).syntax.iter().map(|fault| fault.kind).collect()
}

fn shown(text: &str) -> String {
    show(&read(text))
}

#[test]
fn valid_text_gives_the_whole_tree() {
    let text = r#" {"a": [1, -2.5e+3, true, null, "x\u00e9\ud83d\ude00\n"], "b": {}, "c": []} "#;
    assert_eq!(shown(text), r#"{a:[1,-2.5e+3,true,null,"xé😀\n"],b:{},c:[]}"#);
    assert!(read(text).syntax.is_empty());
}

#[test]
fn reading_goes_on_after_each_mistake() {
    use SyntaxKind::*;
    for (text, tree, faults) in [
        (r#"[1, 2,]"#, "[1,2]", vec![TrailingComma]),
        (r#"{"a": 1 "b": 2}"#, "{a:1,b:2}", vec![ExpectedCommaInObject]),
        (r#"[{"a":1} {"b":2}]"#, "[{a:1},{b:2}]", vec![ExpectedCommaInArray]),
        (r#"{"a": , "b": 2}"#, "{a:?,b:2}", vec![ExpectedValue]),
        (r#"{"a" 1, "b": 2}"#, "{b:2}", vec![ExpectedColon]),
        (r#"{"a" = 1, "b": 2}"#, "{b:2}", vec![ExpectedColon]),
        (r#"{'a': 1, "b": 2}"#, "{b:2}", vec![SingleQuotes]),
        (r#"{"a": True, "b": nul}"#, "{a:?,b:?}", vec![InvalidLiteral, InvalidLiteral]),
        (r#"{"a": 01, "b": 1.}"#, "{a:?,b:?}", vec![InvalidNumber, InvalidNumber]),
        ("{\"a\": \"x\n, \"b\": 2}", "{a:?,b:2}", vec![UnterminatedString]),
        (r#"{"a": "\q", "b": "\ud800"}"#, "{a:?,b:?}", vec![InvalidEscape, LoneSurrogate]),
        (r#"[1,,2]"#, "[1,?,2]", vec![ExtraComma]),
        (r#"[{"a": 1], 2"#, "[{a:1}]", vec![UnexpectedClose, TextAfterEnd]),
        (r#"{"a": [1, 2"#, "{a:[1,2]}", vec![Unclosed]),
        (r#"{"a":"#, "{a:?}", vec![Unclosed]),
        ("[1] // note", "[1]", vec![Comment]),
        ("[1,\u{a0}\u{200b}2\u{feff}]", "[1,2]", vec![Unnoticed, Unnoticed]),
        ("{\u{3000}\"a\"\u{a0}:\u{2009}true\0}\u{b}", "{a:true}", vec![Unnoticed; 5]),
        ("[1 é 2]", "[1]", vec![ExpectedCommaInArray]),
        ("variables:\n  - name: a\n", "", vec![NotJson]),
        ("\n# why\n- name: a\n", "", vec![NotJson]),
        ("---\nx: 1\n", "", vec![NotJson]),
        ("-\n  name: a\n", "", vec![NotJson]),
        ("API_URL=https://a.example\n", "", vec![NotJson]),
        ("export A='b'\n", "", vec![NotJson]),
        ("True", "?", vec![InvalidLiteral]),
        ("-x", "?", vec![InvalidNumber]),
        ("// why\n[]", "?", vec![Comment]),
        ("", "", vec![Empty]),
        ("\u{feff}[]", "[]", vec![]),
    ] {
        assert_eq!(shown(text), tree, "{text}");
        assert_eq!(kinds(text), faults, "{text}");
    }
}

#[test]
fn the_caps_hold_exactly() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(read(&nested(64)).cap.is_none());
    assert!(matches!(read(&nested(65)).cap, Some(CapFault::Depth { limit: 64, span }) if span.start() == 64));
    let text = "[]   ";
    assert!(read_json(text, Dialect::Strict, Limits { bytes: 5, depth: 1 }).cap.is_none());
    let cap = read_json(text, Dialect::Strict, Limits { bytes: 4, depth: 1 }).cap;
    assert_eq!(cap, Some(CapFault::Bytes { limit: 4 }));
    assert!(
        read_json(&"[".repeat(1 << 20), Dialect::Strict, Limits { bytes: 1 << 20, depth: 1 << 20 }).syntax.len() == 1
    );
}

#[test]
fn an_offset_in_a_decoded_string_is_found_in_the_source() {
    let text = r#"["é\n\u00e9x"]"#;
    let tree = read(text);
    let value = tree.root().unwrap().items().next().unwrap();
    let decoded = value.as_str().unwrap();
    assert_eq!(value.source_offset(decoded.find('x').unwrap()), text.find('x'));
    assert_eq!(value.source_offset(0), Some(2));
}

#[test]
fn endless_mistakes_end() {
    assert_eq!(
        kinds(&format!("[{}1]", "1\u{a0},".repeat(100))).len(),
        100,
        "what hides nothing is reported without end"
    );
    assert_eq!(kinds(&"[x,".repeat(30)).len(), MOST_FAULTS);
    assert!(kinds(&"]".repeat(1000)).len() <= MOST_FAULTS);
}

fn read_without_patterns(text: &str) -> Tree<'_> {
    let mut reader = Reader {
        tokens: Tokens::new(text),
        depth: 64,
        dialect: Dialect::Strict,
        pattern: Pattern::never(),
        slips: 0,
        tree: Builder::new(text),
    };
    reader.document();
    reader.tree.tree
}

proptest::proptest! {
    #[test]
    fn a_known_layout_changes_nothing(
        objects in proptest::collection::vec("[{][ab\"]{0,2}(\"a\" ?: ?(1|\"x\\\\?n?\"|true|nul|\\[\\]|\"\"),?){0,3}[}\\]]?", 0..6),
        alike in 0_usize..4,
    ) {
        let repeated = objects.iter().flat_map(|object| std::iter::repeat_n(object.as_str(), 1 + alike));
        let text = format!("[{}]", repeated.collect::<Vec<_>>().join(","));
        let (quick, plain) = (read(&text), read_without_patterns(&text));
        let nodes = |tree: &Tree<'_>| -> Vec<_> {
            tree.nodes.iter().map(|node| (node.span, node.link, node.kind, node.word, node.quote)).collect()
        };
        proptest::prop_assert_eq!(nodes(&quick), nodes(&plain), "{}", text);
        proptest::prop_assert_eq!(&quick.syntax, &plain.syntax);
    }

    #[test]
    fn any_text_gives_spans_inside_it(text in "[\\[\\]{}:,\"\\\\a-c0-9.u\\-\\n /é\u{a0}]{0,60}") {
        let tree = read(&text);
        for node in &tree.nodes {
            proptest::prop_assert!(text.get(node.span.start()..node.span.end()).is_some());
            let is_container = matches!(node.kind, NodeKind::Array | NodeKind::Object);
            proptest::prop_assert!(!is_container || node.link as usize <= tree.nodes.len());
        }
        for fault in &tree.syntax {
            proptest::prop_assert!(text.get(fault.span.start()..fault.span.end()).is_some());
        }
        let strict = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        proptest::prop_assert_eq!(strict, tree.syntax.is_empty());
    }
}
