//! Tests of the YAML reader.

use super::*;
use crate::reader::fixture::{assert_well_formed, show, spans};

fn read(text: &str) -> Tree<'_> {
    read_yaml(text, Limits { bytes: 1 << 20, depth: 64 })
}

#[test]
fn valid_text_gives_the_whole_tree() {
    for (text, tree) in [
        ("a: b\nc: [d, \"e\", {f: 'g'}]\n", r#"{a:"b",c:["d","e",{f:"g"}]}"#),
        ("- a\n- b: 1\n  c: true\n- ~\n-\n- no\n", r#"["a",{b:1,c:true},~,,no]"#),
        ("\u{feff}a: b\r\nc: |\r\n  d\r\n  e\r\n", r#"{a:"b",c:"d\ne\n"}"#),
        ("a: 'it''s'\nb: \"\\u00e9\\n\\x41\"\nc: d\n  e\n", r#"{a:"it's",b:"é\nA",c:"d e"}"#),
        ("%YAML 1.2\n--- # start\na: !!str 3\nb: !!str\n...\n# end\n", r#"{a:"3",b:""}"#),
        ("a:\n- b\n- - c\n  - d\ne: >-\n  f\n  g\n", r#"{a:["b",["c","d"]],e:"f g"}"#),
        ("1: a\n? b\n: c\n: d\n~: e\n", r#"{1:"a",b:"c",:"d",~:"e"}"#),
        ("<<: b\n", r#"{<<:"b"}"#),
        ("[]", "[]"),
    ] {
        let tree_of = read(text);
        assert_eq!(tree_of.syntax, [], "{text}");
        assert_eq!(show(&tree_of), tree, "{text}");
        assert_well_formed(&tree_of);
    }
}

#[test]
fn every_span_is_exact() {
    for (text, expected) in [
        ("é: ü\n", vec!["é: ü", "é", "ü"]),
        ("\u{feff}a: 'b'\r\nc: \"d\" # x\r\n", vec!["a: 'b'\r\nc: \"d\"", "a", "'b'", "c", "\"d\""]),
        (
            "a: # c | d\n  |2- # x\n    b\n\n# y\nc: >\n d\n",
            vec!["a: # c | d\n  |2- # x\n    b\n\n# y\nc: >\n d", "a", "|2- # x\n    b", "c", ">\n d"],
        ),
        ("a: !!str |\n  b\nc: |\n", vec!["a: !!str |\n  b\nc: |", "a", "|\n  b", "c", "|"]),
        ("- # x - y\n  a\n-\n- |\n b\n", vec!["- # x - y\n  a\n-\n- |\n b", "a", "", "|\n b"]),
        ("a: # -\n- b\n- - c\n\nd:\n", vec!["a: # -\n- b\n- - c\n\nd:", "a", "- b\n- - c", "b", "- c", "c", "d", ""]),
        (
            "a: [b, {c: }, d: e] # x\n",
            vec!["a: [b, {c: }, d: e]", "a", "[b, {c: }, d: e]", "b", "{c: }", "c", "", "d: e", "d", "e"],
        ),
        (
            "- a: b\n  c:\n    d\n    e\n- f: 1\n",
            vec![
                "- a: b\n  c:\n    d\n    e\n- f: 1",
                "a: b\n  c:\n    d\n    e",
                "a",
                "b",
                "c",
                "d\n    e",
                "f: 1",
                "f",
                "1",
            ],
        ),
    ] {
        let tree = read(text);
        assert_eq!(tree.syntax, [], "{text}");
        assert_eq!(spans(&tree), expected, "{text}");
    }
}

#[test]
fn a_value_that_is_not_there_is_placed_after_its_colon() {
    for text in ["a:\nb: c\n", "a: # x\n\nb: c\n", "{a: , b: c}", "a :\nb: c"] {
        let tree = read(text);
        let entry = tree.root().unwrap().entries().next().unwrap();
        assert_eq!(entry.value.span(), Span::point(text.find(':').unwrap() + 1), "{text}");
    }
}

#[test]
fn a_mistake_is_named_at_its_place_and_what_stands_before_it_stays() {
    use SyntaxKind::*;
    for (text, tree, kind, at) in [
        ("", "", Empty, 0),
        ("# nothing\n---\n", "", Empty, 14),
        ("a: b\nc: d: e\n", r#"{a:"b",c:"d"}"#, StrayColon, 9),
        ("a: b\n  c: d\n", r#"{a:"b c"}"#, StrayColon, 8),
        ("a:\n\tb: c\n", "{}", Tab, 4),
        ("a:\n  b: c\n d: e\n", r#"{a:{b:"c"}}"#, Indentation, 11),
        ("a: b\n- c\n", r#"{a:"b"}"#, Indentation, 7),
        ("x: - c\n", "{}", StrayDash, 3),
        ("a: \"b\n", "{}", UnterminatedQuote, 3),
        ("a: \"b\" c\n", "{}", TextAfterQuote, 7),
        ("a: [b\n", "{a:[]}", Unclosed, 3),
        ("a: [b}\n", "{a:[]}", MismatchedClose, 3),
        ("a: [b]]\n", r#"{a:["b"]}"#, UnexpectedClose, 6),
        ("a: @b\n", "{}", CannotBegin, 3),
        ("a: b\0c\n", "{}", Unnoticed, 4),
        ("a: \"\\q\"\n", "{}", InvalidEscape, 3),
        ("a: |x\n", "{}", BlockScalarHeader, 3),
        ("a: &b c\nd: *b\n", r#"{a:"c",d:?}"#, Anchor, 3),
        ("a: !b c\nd: e\n", r#"{a:"c",d:"e"}"#, Tag, 3),
        ("a: !!map {b: c}\n", r#"{a:{b:"c"}}"#, Tag, 3),
        ("? [a, {b: c}]\n: [d]\ne: f\n", r#"{e:"f"}"#, ComplexKey, 2),
        ("*a : b\nc: d\n", r#"{c:"d"}"#, Anchor, 0),
        ("{a, b: c}", r#"{b:"c"}"#, ExpectedColon, 1),
        ("a {b: c\nd: e\n", r#"{d:"e"}"#, NotOneWord, 0),
        ("? a\n? b\n: c\n", r#"{b:"c"}"#, ExpectedColon, 2),
        ("a: b\n---\nc: d\n", r#"{a:"b"}"#, SecondDocument, 5),
        ("a: b\n...\nc: d\n", r#"{a:"b"}"#, SecondDocument, 9),
    ] {
        let found = read(text);
        let fault = found.syntax.first().map(|fault| (fault.kind, fault.span.start()));
        assert_eq!(fault, Some((kind, at)), "{text:?}");
        assert_eq!(show(&found), tree, "{text:?}");
        assert_well_formed(&found);
    }
}

#[test]
fn comments_are_kept_with_their_places() {
    let text = "# é\na: | # b\n  # no\nc: 'd # no' # e\r\n";
    let tree = read(text);
    let comments: Vec<_> = tree.comments.iter().map(|span| span.of(text)).collect();
    assert_eq!(comments, ["# é", "# b", "# e"]);
}

#[test]
fn the_caps_hold_exactly() {
    let limits = Limits { bytes: 1 << 20, depth: 64 };
    for (open, close) in [("[", "]"), ("- ", ""), ("{a: ", "}")] {
        let nested = |depth: usize| open.repeat(depth) + "1" + &close.repeat(depth);
        let text = nested(64);
        let tree = read_yaml(&text, limits);
        assert_eq!((tree.cap, tree.syntax.len()), (None, 0), "{open}");
        let text = nested(65);
        let cap = read_yaml(&text, limits).cap;
        assert!(matches!(cap, Some(CapFault::Depth { limit: 64, span }) if span.start() == 64 * open.len()), "{open}");
    }
    assert_eq!(read_yaml("a: bc", Limits { bytes: 4, depth: 1 }).cap, Some(CapFault::Bytes { limit: 4 }));
}

#[test]
fn hostile_texts_take_no_longer_than_their_length() {
    for unit in [
        "[", "{", "- ", "? ", "&a ", "*a ", "!a ", "a: ", "[a, ", "{a: ", "- - ", "a\n", "- a\n", "- |\n", "a: b\n",
        "#\n", "a: #\n", "---\n", "\n", " ", "\t", "\"", "'", "\\", ":\n", "?\n", "- &a a\n", "\0", "é", "é: é\n",
        "%a\n", "...\n", "|", ">\n\n",
    ] {
        for head in ["", "[", "a: ", "\"", "|\n"] {
            let text = head.to_owned() + &unit.repeat((1 << 15) / unit.len());
            let tree = read(&text);
            assert!(tree.syntax.len() <= MOST_FAULTS && tree.nodes.len() <= text.len() + 1, "{head:?} {unit:?}");
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_gives_a_well_formed_tree(text in "(- |: |\\? |\n|  |[a-c1~é]|[\\[\\]{},\"'|>&*!#%@\\\\\t\r]|---\n|!!str ){0,40}") {
        let tree = read(&text);
        assert_well_formed(&tree);
        proptest::prop_assert_eq!(tree.root().is_none(), tree.nodes.is_empty());
    }
}

#[test]
fn a_character_that_nobody_sees_is_marked_where_it_stands() {
    for (text, before) in [
        ("variables:\n\u{a0}\u{a0}- name: a\n    type: string\n", "variables:\n"),
        ("variables:\n  - name: a\n \u{a0}  type: string\n    value: b\n", "variables:\n  - name: a\n "),
        ("variables:\n  - name: a\n\u{a0}\u{a0}\u{a0} type: string\n", "variables:\n  - name: a\n"),
        ("- name:\u{a0}a\n  type: string\n", "- name:"),
        ("-\u{a0}name: a\n  type: string\n", "-"),
        ("- name: a\n  type:\u{3000}string\n  value: b\n", "- name: a\n  type:"),
        ("- name: a\u{a0}\n  type: string\n", "- name: a"),
        ("- name: a\n  type: string\u{200b}\n", "- name: a\n  type: string"),
        ("- name: a\n  encrypted: true\u{a0}\n", "- name: a\n  encrypted: true"),
        ("- {name: a,\u{a0}type: string}\n", "- {name: a,"),
        ("- na\u{200d}me: a\n", "- na"),
        ("\u{200b}- name: a\n  type: string\n", ""),
        ("- name: \"a\"\u{a0}\n  type: string\n", "- name: \"a\""),
        ("- name: \"a\0b\"\n", "- name: \"a"),
        ("- name: a # \u{7}\n", "- name: a # "),
    ] {
        let tree = read(text);
        let found: Vec<_> = tree.syntax.iter().map(|fault| (fault.kind, fault.span.start())).collect();
        assert_eq!(found, [(SyntaxKind::Unnoticed, before.len())], "{text:?}");
        assert_well_formed(&tree);
    }
    for text in
        ["- value: a\u{a0}\n  b: '\u{a0}'\n  c: |\n    d\u{a0}\n  e: f\u{a0}g # \u{a0}\n", "a: '\u{a0}'\nb: c: d\n"]
    {
        assert!(read(text).syntax.iter().all(|fault| fault.kind != SyntaxKind::Unnoticed), "{text:?}");
    }
}

#[test]
fn a_mark_at_the_start_is_not_the_one_in_a_wrong_place() {
    let found: Vec<_> = read("\u{feff}{}\u{feff}{}").syntax.iter().map(|fault| (fault.kind, fault.span)).collect();
    assert_eq!(found, [(SyntaxKind::Unnoticed, Span::new(5, 8))]);
}

#[test]
fn an_empty_document_at_the_end_is_no_second_one() {
    for text in [
        "a: b\n---\n",
        "a: b\n--- # end\n",
        "---\na: b\n---\n# why\n",
        "a: b\n...\n---\n",
        "a: b\n---\n---\n",
        "a: b\n---",
    ] {
        let tree = read(text);
        assert_eq!(tree.syntax, [], "{text:?}");
        assert_eq!(show(&tree), r#"{a:"b"}"#, "{text:?}");
        assert_well_formed(&tree);
    }
    for (text, at) in
        [("a: b\n---\n---\nc: d\n", 9), ("a: b\n---\n~\n", 5), ("a: b\n--- ''\n", 5), ("---\n---\na: b\n", 4)]
    {
        let found: Vec<_> = read(text).syntax.iter().map(|fault| (fault.kind, fault.span.start())).collect();
        assert_eq!(found, [(SyntaxKind::SecondDocument, at)], "{text:?}");
    }
}
