//! Tests of the `.env` reader.

use super::*;
use crate::reader::fixture::{assert_well_formed, show};
use crate::reader::{Entry, Value};

fn read(text: &str) -> Tree<'_> {
    read_env(text, Limits { bytes: 1 << 20, depth: 64 })
}

/// Each variable as `NAME=value`.
fn variables(text: &str) -> Vec<String> {
    let tree = read(text);
    assert_eq!(tree.syntax, [], "{text}");
    assert_well_formed(&tree);
    let field = |variable: Value<'_>, wanted: &str| {
        let found = variable.entries().find(|entry| entry.key() == wanted);
        found.and_then(|entry| entry.value.as_str()).unwrap_or_default().to_owned()
    };
    let variables = tree.root().unwrap().items();
    variables.map(|variable| format!("{}={}", field(variable, "name"), field(variable, "value"))).collect()
}

#[test]
fn values_are_read_as_they_are_meant() {
    for (text, expected) in [
        ("A=b", "A=b"),
        ("# x\r\n\r\nexport A = b c  # d\r\n", "A=b c"),
        ("A=", "A="),
        ("A= # b", "A="),
        ("A='$HOME#`y`'", "A=$HOME#`y`"),
        ("A='b\\n\"c\n#d' # e", "A=b\\n\"c\n#d"),
        ("A=\"b\\n'#\r\nc\"", "A=b\n'#\nc"),
        ("A=C:\\b", "A=C:\\b"),
        ("A=b c", "A=b c"),
        ("A=b'c'", "A=b'c'"),
        ("exported=1", "exported=1"),
        ("a.b-c=é\u{a0}é", "a.b-c=é\u{a0}é"),
        ("A=b\u{200b}c", "A=b\u{200b}c"),
    ] {
        assert_eq!(variables(text), [expected], "{text}");
    }
    assert_eq!(variables("A=1\n\nB='2'\n#C=3\nD=\"4\""), ["A=1", "B=2", "D=4"]);
}

#[test]
fn spans_are_those_of_the_name_and_of_the_value_with_its_quotes() {
    let text = "# é\nexport A = \"b\nc\" # cxvars: type=integer, encrypted\nB=d \n";
    let tree = read(text);
    let parts: Vec<_> = tree.root().unwrap().items().map(|variable| tree.written(variable.span())).collect();
    assert_eq!(parts, ["export A = \"b\nc\" # cxvars: type=integer, encrypted", "B=d"]);
    let entries: Vec<_> = tree.root().unwrap().items().flat_map(Value::entries).collect();
    let spans: Vec<_> = entries.iter().map(|entry| (entry.key(), tree.written(entry.value.span()))).collect();
    assert_eq!(
        spans,
        [
            ("name", "A"),
            ("value", "\"b\nc\""),
            ("type", "integer"),
            ("encrypted", ""),
            ("name", "B"),
            ("value", "d"),
            ("type", ""),
        ]
    );
}

#[test]
fn notes_above_and_behind_become_fields() {
    for (text, expected) in [
        ("# cxvars: encrypted type=object\nA=b", r#"[{encrypted:,type:"object",name:"A",value:"b"}]"#),
        (
            "# cxvars: encrypted=false\n#x\n#cxvars:scope=global\nA=b",
            r#"[{encrypted:false,scope:"global",name:"A",value:"b",type:"string"}]"#,
        ),
        ("A=b # cxvars: encripted=true", r#"[{name:"A",value:"b",encripted:"true",type:"string"}]"#),
        ("# cxvars: ignore[CX501] x\nA=b # cxvars: scop", r#"[{name:"A",value:"b",scop:"",type:"string"}]"#),
        ("# cxvars:\nA=b # cxvars:type=integer", r#"[{name:"A",value:"b",type:"integer"}]"#),
    ] {
        let tree = read(text);
        assert_eq!(tree.syntax, [], "{text}");
        assert_eq!(show(&tree), expected, "{text}");
        assert_well_formed(&tree);
    }
}

#[test]
fn reading_goes_on_after_each_mistake() {
    use SyntaxKind::*;
    for (text, names, kind, at) in [
        ("", vec![], Empty, 0),
        ("\n# x\n", vec![], Empty, 5),
        ("A\nB=c", vec!["B"], NoEqualsSign, 0),
        ("A=1\n B c \nD=", vec!["A", "D"], NoEqualsSign, 5),
        ("A B=c\nD=", vec!["D"], NotOneWord, 0),
        ("export \"A\"=c\nD=", vec!["D"], NotOneWord, 7),
        ("A=\"b\nC=d\n", vec!["C"], UnterminatedQuote, 2),
        ("A='b\nC=d\n", vec!["C"], UnterminatedQuote, 2),
        ("A=\"b\\", vec![], UnterminatedQuote, 2),
        ("A=\"b\"c\nD=", vec!["A", "D"], TextAfterQuote, 5),
        ("A=\"b\\q\" \nD=", vec!["A", "D"], EscapeInQuotes, 4),
        ("# cxvars: encrypted\n\nA=b", vec!["A"], NoteWithoutVariable, 10),
        ("A=b\n# cxvars: encrypted", vec!["A"], NoteWithoutVariable, 14),
        ("#  cxvar: encrypted\nA=b", vec!["A"], LooksLikeNote, 0),
        ("A=b # cxvars: integer", vec!["A"], UnknownNoteWord, 14),
        ("A=b # cxvars encrypted", vec!["A"], LooksLikeNote, 4),
        ("A=b # CXVARS: encrypted", vec!["A"], LooksLikeNote, 4),
    ] {
        let tree = read(text);
        let found: Vec<_> = tree.syntax.iter().map(|fault| (fault.kind, fault.span.start())).collect();
        assert_eq!(found, [(kind, at)], "{text:?}");
        let entries = tree.root().into_iter().flat_map(Value::items).flat_map(Value::entries);
        let found: Vec<_> =
            entries.filter(|entry| entry.key() == "name").map(|entry| entry.value.as_str().unwrap()).collect();
        assert_eq!(found, names, "{text:?}");
        assert_well_formed(&tree);
    }
    assert_eq!(read(&"A\n".repeat(100)).syntax.len(), MOST_FAULTS);
}

#[test]
fn what_programs_read_differently_is_a_mistake_at_its_place() {
    use SyntaxKind::*;
    for (text, kind, marked) in [
        ("T=hunter2# cxvars: encrypted", HashInValue, "#"),
        ("A=#FF0000", HashInValue, "#"),
        ("A=b#c # d", HashInValue, "#"),
        ("A='b'# c", HashAfterQuote, "#"),
        ("A=b\rC=d", LoneCarriageReturn, "\r"),
        ("A='b\rc'", LoneCarriageReturn, "\r"),
        ("A=`b c`", Backtick, "`"),
        ("A=\"b`c`\"", Backtick, "`"),
        ("A=b\\\nC=d", TrailingBackslash, "\\"),
        ("A='b''c'", TextAfterQuote, "'"),
        ("A=\"b\"c", TextAfterQuote, "c"),
        ("A=\"b\\tc\"", EscapeInQuotes, "\\t"),
        ("A=\"b\\\"c\"", EscapeInQuotes, "\\\""),
        ("A=\"b\\\\c\"", EscapeInQuotes, "\\\\"),
        ("A='b\\\\c'", BackslashInQuotes, "\\\\"),
        ("A='b\\'", BackslashInQuotes, "\\"),
        ("A='b${c}'", DollarInQuotes, "${"),
        ("A=b$c", Dollar, "$"),
        ("A=\"b${c}\"", Dollar, "$"),
        ("A: b", ColonForEquals, ":"),
        ("A: b=c", ColonForEquals, ":"),
        ("=b", NoName, "="),
        ("export =b", NoName, "="),
        ("a/b=c", NotAName, "a/b"),
        ("é=c", NotAName, "é"),
        ("\u{feff}A=b", ByteOrderMark, "\u{feff}"),
        ("\tA=b", EnvIndentation, "\t"),
        ("A=b\n  # c\nD=e", EnvIndentation, "  "),
        ("A=b\n \nD=e", EnvIndentation, " "),
        ("A=b\n# D=e", CommentAtEnd, "# D=e"),
        ("export\tA=b", EnvBlank, "\t"),
        ("export  A=b", EnvBlank, " "),
        ("A\t=b", EnvBlank, "\t"),
        ("A=\tb", EnvBlank, "\t"),
        ("A=\t'b'", EnvBlank, "\t"),
        ("A=b\t# c", EnvBlank, "\t"),
        ("A=b\u{a0}", Unnoticed, "\u{a0}"),
        ("A= \u{200b}b", Unnoticed, "\u{200b}"),
        ("\u{a0}A=b", Unnoticed, "\u{a0}"),
        ("A\u{200d}=b", Unnoticed, "\u{200d}"),
        ("A='b'\u{3000}", Unnoticed, "\u{3000}"),
        ("A=b # c\u{2028}D=e", Unnoticed, "\u{2028}"),
        ("A=b\n\u{a0}\n", Unnoticed, "\u{a0}"),
        ("A=b\0", Unnoticed, "\0"),
    ] {
        let tree = read(text);
        let found: Vec<_> = tree.syntax.iter().map(|fault| (fault.kind, tree.written(fault.span))).collect();
        assert_eq!(found, [(kind, marked)], "{text:?}");
        assert_well_formed(&tree);
    }
}

#[test]
fn the_rest_of_a_wrapped_text_is_no_variable() {
    for (text, names) in [
        ("KEY=QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo\nd2l0aA==\nB=c", vec!["KEY", "d2l0aA", "B"]),
        ("KEY=QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVph\nd2l0aA==\nB=c", vec!["KEY", "B"]),
        ("KEY=QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVph\nd2l0aDE=\nB=c", vec!["KEY", "B"]),
        ("KEY=QUJDREVGR0hJSktM\ncGFzc3dvcmQ/cGE=", vec!["KEY"]),
        ("KEY=-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAabc=\n", vec!["KEY"]),
        ("USER=abcdefghijklmnop\nAPI_KEY=\nTOK=\n", vec!["USER", "API_KEY", "TOK"]),
        ("USER=abcdefghijklmnop\nPASSWRD=\n", vec!["USER", "PASSWRD"]),
        ("USER='abcdefghijklmnop'\nd2l0aA==\n", vec!["USER", "d2l0aA"]),
        ("A=bc\nd2l0aDE=\n", vec!["A", "d2l0aDE"]),
    ] {
        let tree = read(text);
        let entries = tree.root().into_iter().flat_map(Value::items).flat_map(Value::entries);
        let found: Vec<_> =
            entries.filter(|entry| entry.key() == "name").map(|entry| entry.value.as_str().unwrap()).collect();
        assert_eq!(found, names, "{text:?}");
        assert!(tree.syntax.iter().all(|fault| fault.kind == SyntaxKind::RestOfValue), "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_gives_a_well_formed_tree(text in "(A=|export |# ?cxvars: |type=|encrypted|[\"'`:\\\\#= \t\r\n\u{feff}\u{a0}\0]|\\\\n|[a-cé$]){0,40}") {
        let tree = read(&text);
        assert_well_formed(&tree);
        for variable in tree.root().into_iter().flat_map(Value::items) {
            let keys: Vec<_> = variable.entries().map(Entry::key).collect();
            for key in ["name", "value", "type"] {
                proptest::prop_assert!(keys.contains(&key));
            }
        }
    }
}
