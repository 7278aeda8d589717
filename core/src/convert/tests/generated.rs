//! Documents that are made at random, with texts that formats read in ways of their own.

use super::*;
use proptest::prelude::*;

/// Texts that some format has trouble with.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\""),
        Just("'"),
        Just("\\"),
        Just("#"),
        Just(" #"),
        Just(": "),
        Just(":"),
        Just(" "),
        Just("  "),
        Just("\t"),
        Just("\n"),
        Just("\r"),
        Just("\r\n"),
        Just("\n\n"),
        Just("null"),
        Just("yes"),
        Just("0x1F"),
        Just("1e3"),
        Just("3"),
        Just("true"),
        Just("~"),
        Just("- "),
        Just("---"),
        Just("..."),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just("&a"),
        Just("*a"),
        Just("!!str"),
        Just("%"),
        Just("@"),
        Just("`"),
        Just("|"),
        Just(">"),
        Just("$x"),
        Just("${x}"),
        Just("é"),
        Just("😀"),
        Just("👨\u{200d}👩"),
        Just("\u{2028}"),
        Just("\u{85}"),
        Just("\u{feff}"),
        Just("\u{0}"),
        Just("\u{1b}"),
        Just("\u{7f}"),
        Just("\u{a0}"),
        Just("\u{ffff}"),
        Just("\u{200b}"),
        Just("word"),
        Just("export "),
        Just("//"),
        Just("/*"),
        Just("*/"),
        Just("?"),
        Just("="),
        Just("<<"),
        Just("\u{e0001}"),
    ];
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

fn scalar() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        6 => hostile().prop_map(serde_json::Value::from),
        1 => Just(serde_json::json!(null)),
        1 => any::<bool>().prop_map(serde_json::Value::from),
        1 => any::<i64>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::json!({})),
        1 => Just(serde_json::json!([])),
        1 => hostile().prop_map(|text| serde_json::json!([[text], {"k": [1, {"x": text}]}])),
        1 => hostile().prop_map(|text| serde_json::json!({"env": text})),
    ]
}

fn field() -> impl Strategy<Value = (String, serde_json::Value)> {
    let key = prop_oneof![
        8 => prop_oneof![Just("name"), Just("type"), Just("value"), Just("encrypted"), Just("scope"), Just("value_from"), Just("state"), Just("secret_version")].prop_map(str::to_owned),
        1 => hostile(),
    ];
    (key, scalar())
}

/// A document as JSON text, keys as they come and perhaps twice.
fn json_text(top: &[(String, serde_json::Value)], variables: &[Vec<(String, serde_json::Value)>]) -> String {
    let object = |fields: &[(String, serde_json::Value)]| {
        let fields = fields.iter().map(|(key, value)| format!("{}: {value}", serde_json::Value::from(key.as_str())));
        format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
    };
    let list = format!("[{}]", variables.iter().map(|fields| object(fields)).collect::<Vec<_>>().join(",\n"));
    let inside = object(top);
    let before = inside.trim_end_matches('}');
    let comma = if top.is_empty() { "" } else { ", " };
    format!("{before}{comma}\"variables\": {list}}}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_document_is_kept(
        top in proptest::collection::vec(field(), 0..3),
        variables in proptest::collection::vec(proptest::collection::vec(field(), 0..5), 0..4),
    ) {
        assert_kept(&json_text(&top, &variables), Json);
    }

    #[test]
    fn any_value_of_a_variable_is_kept_in_all_formats(value in hostile(), other in hostile(), encrypted in any::<bool>()) {
        let json = serde_json::json!([
            {"name": "a", "type": "string", "value": value, "encrypted": encrypted},
            {"name": "b", "type": "string", "value": other, "scope": "global"},
        ]).to_string();
        let yaml = text_of(&json, Json, Yaml);
        assert_kept(&yaml, Yaml);
        let env = converted(&json.replacen('[', r#"[{"name":"first","type":"string","value":"x"},"#, 1), Json, Env);
        let left_out = env.notes().len();
        let back = text_of(env.text().expose(), Env, Json);
        let back: serde_json::Value = serde_json::from_str(&back).unwrap();
        let source: serde_json::Value = serde_json::from_str(&json).unwrap();
        let values = |document: &serde_json::Value| -> Vec<String> {
            document.as_array().unwrap().iter().map(|one| one["value"].as_str().unwrap().to_owned()).collect()
        };
        let kept = values(&back);
        prop_assert_eq!(kept.len() - 1, 2 - left_out);
        let mut all = values(&source).into_iter();
        prop_assert!(kept[1..].iter().all(|value| all.any(|other| other == *value)));
    }

    #[test]
    fn any_comment_changes_no_value(comments in proptest::collection::vec("[ -~é\u{2028}\u{85}\t]{0,12}", 6)) {
        let [a, b, c, d, e, f] = &comments[..] else { unreachable!() };
        let yaml = format!("#{a}\nvariables: #{b}\n  #{c}\n  - name: x #{d}\n    #{e}\n    type: string\n    value: |\n      a\n      b\n    #{f}\n  - name: y\n    type: string\n    value: x\n");
        assert_kept(&yaml, Yaml);
        let plain = |text: &str| text.replace("*/", "").replace(['\u{2028}', '\u{85}'], "");
        let jsonc = format!("//{a}\n{{ //{b}\n\"variables\": /*{}*/ [ //{c}\n{{\"name\": \"x\", /*{}*/ \"type\": \"string\" //{d}\n, \"value\": \"a\\nb\"}}, //{e}\n]}} //{f}", plain(c), plain(d));
        assert_kept(&jsonc, Jsonc);
    }

    #[test]
    fn ignores_at_any_place_silence_the_same(codes in proptest::collection::vec(0_usize..9, 10), is_flow in any::<bool>()) {
        let slot = |at: usize, mark: &str| match codes[at] {
            code @ 0..4 => format!("{mark} cxvars: ignore[{}] agreed\n", ["CX102", "CX206", "CX207", "CX302"][code]),
            4 => format!("{mark} cxvars: ignore[CX102, CX206, CX302] agreed\n"),
            5 => format!("{mark} why\n"),
            _ => "\n".to_owned(),
        };
        let yaml = |at| slot(at, "#");
        let second = match is_flow {
            true => format!("- {{name: _b, type: string, value: \"\", {}  scope: global}} {}", yaml(5), yaml(6)),
            false => format!("- {}  name: _b {}  type: string\n  {}  value: \"\" {}", yaml(5), yaml(6), yaml(7), yaml(8)),
        };
        let text = format!(
            "{}- name: _a {}  {}  type: string\n  value: \" x\" {}  scope: global\n{}{second}{}",
            yaml(0), yaml(1), yaml(2), yaml(3), yaml(4), yaml(9)
        );
        assert_silenced(&text, Yaml, Jsonc);
        let jsonc = |at| slot(at, "//");
        let first = match is_flow {
            true => format!("{{\"name\": \"_a\", \"type\": \"string\", {} \"value\": \" x\", {} \"scope\": \"global\"}}, {}", jsonc(1), jsonc(2), jsonc(3)),
            false => format!("{{ {}\"name\": \"_a\", {}\"type\": \"string\",\n\"value\": \" x\" {}, \"scope\": \"global\"}},", jsonc(1), jsonc(2), jsonc(3)),
        };
        let text = format!(
            "{}[{}{first}\n{}{{\"name\": \"_b\", {}\"type\": \"string\", \"value\": \"\"{}}} {}]",
            jsonc(0), jsonc(4), jsonc(5), jsonc(6), jsonc(7), jsonc(8)
        );
        assert_silenced(&text, Jsonc, Yaml);
    }
}

/// Asserts that a conversion there and back leaves the same findings, except those about comments that silence nothing.
fn assert_silenced(text: &str, from: DocumentFormat, to: DocumentFormat) {
    let left = |text: &str, format| {
        let report = check(text.as_bytes(), &options(format));
        let left = report.diagnostics().iter().filter(|finding| finding.code != "CX701");
        left.map(|finding| (finding.code.to_string(), finding.pointer.clone())).collect::<BTreeSet<_>>()
    };
    let there = text_of(text, from, to);
    assert_eq!(left(text, from), left(&there, to), "{text}\n{there}");
    let back = text_of(&there, to, from);
    assert_eq!(left(text, from), left(&back, from), "{text}\n{there}\n{back}");
}
