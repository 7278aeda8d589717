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
        ("\u{feff}# x\r\n\r\nexport A = b c \t# d\r\n", "A=b c"),
        ("A=", "A="),
        ("A= # b", "A="),
        ("A=#b", "A="),
        ("A=b#c=d", "A=b#c=d"),
        ("A=$HOME/${x}`y`", "A=$HOME/${x}`y`"),
        ("A='b\\n\"c\n#d' # e", "A=b\\n\"c\n#d"),
        ("A=\"b\\n\\t\\r\\\"\\\\\\$'\r\nc\"", "A=b\n\t\r\"\\$'\nc"),
        ("A=b'c'", "A=b'c'"),
        ("exported=1", "exported=1"),
        ("a.b-c/é=é", "a.b-c/é=é"),
        ("=b", "=b"),
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
            "# cxvars: encrypted=false\n#x\n #cxvars:scope=global\nA=b",
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
        ("A=\"b\\q\" \nD=", vec!["D"], InvalidEscape, 4),
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

proptest::proptest! {
    #[test]
    fn any_text_gives_a_well_formed_tree(text in "(A=|export |# ?cxvars: |type=|encrypted|[\"'\\\\#= \t\r\n\u{feff}]|\\\\n|[a-cé$]){0,40}") {
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
