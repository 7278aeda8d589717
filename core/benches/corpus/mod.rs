//! The documents of the benchmarks, the same on every machine.

use std::fmt::Write;

/// The layout of a document: the text before, between and after its parts.
#[derive(Debug)]
pub(crate) struct Layout {
    head: &'static str,
    opening: &'static str,
    colon: &'static str,
    comma: &'static str,
    closing: &'static str,
    tail: &'static str,
}

/// JSON as programs write it. A variable has about 123 bytes.
pub(crate) const COMPACT: Layout =
    Layout { head: r#"{"variables":["#, opening: "{", colon: ":", comma: ",", closing: "}", tail: "]}" };

/// JSON as people keep it, with two spaces a level. A variable has about 175 bytes.
pub(crate) const INDENTED: Layout = Layout {
    head: "{\n  \"variables\": [",
    opening: "\n    {\n      ",
    colon: ": ",
    comma: ",\n      ",
    closing: "\n    }",
    tail: "\n  ]\n}\n",
};

/// A document of `variables` variables.
///
/// Documents with different seeds differ, so that no branch predictor learns one by heart. If `mistake_every` is `n`,
/// every `n`th variable has one mistake; the kinds of mistakes take turns.
pub(crate) fn document(layout: &Layout, seed: usize, variables: usize, mistake_every: Option<usize>) -> String {
    let mut text = layout.head.to_owned();
    for index in 0..variables {
        if index > 0 {
            text.push(',');
        }
        let mistake = mistake_every.filter(|every| index % every == every / 2).map(|every| index / every + seed);
        variable(&mut text, layout, seed, index, mistake);
    }
    text + layout.tail
}

/// The words that names and paths are made of.
const WORDS: [&str; 16] = [
    "crm", "billing", "agent", "queue", "callback", "survey", "routing", "lookup", "customer", "order", "ticket",
    "payment", "region", "language", "holiday", "skill",
];
/// The kinds of values that names mention.
const KINDS: [&str; 8] = ["endpoint", "limit", "timeout", "host", "path", "label", "region", "template"];

fn variable(text: &mut String, layout: &Layout, seed: usize, index: usize, mistake: Option<usize>) {
    // Knuth's multiplicative hash spreads the values, and needs no crate.
    let random = (index + 1).wrapping_mul(2_654_435_761).wrapping_add(seed.wrapping_mul(40_503)) >> 7;
    let word = |shift: usize| WORDS[(random >> shift) % WORDS.len()];
    let mut name = format!("{}_{}_{index}", word(0), KINDS[(random >> 4) % KINDS.len()]);
    let mut kind =
        ["string", "string", "string", "integer", "string", "boolean", "string", "string", "object", "string"]
            [index % 10];
    let encrypted = index % 10 == 7;
    let value = match kind {
        "integer" => (random % 100_000).to_string(),
        "boolean" => ["true", "false"][random % 2].to_owned(),
        "object" => format!(r#"{{\"{}\":{},\"retry\":[1,2,5],\"on\":true}}"#, word(8), random % 1000),
        _ if encrypted => format!("not-a-real-secret-{random:012x}"),
        _ => format!("https://{}.example.com/v{}/{}/{}", word(3), random % 4, word(12), random % 10_000),
    };
    let mut value = format!("\"{value}\"");
    let mut scope = "action";
    let mut value_key = "value";
    match mistake.map(|mistake| mistake % 6) {
        Some(0) => name.insert(0, '_'),
        Some(1) => (kind, value) = ("integer", "\"12a\"".to_owned()),
        Some(2) => scope = "globl",
        Some(3) => kind = "strng",
        Some(4) => value = "17".to_owned(),
        Some(_) => value_key = "valeu",
        None => {}
    }
    let Layout { opening, colon, comma, closing, .. } = layout;
    // Writing to a `String` cannot fail.
    let _ =
        write!(text, r#"{opening}"name"{colon}"{name}"{comma}"type"{colon}"{kind}"{comma}"{value_key}"{colon}{value}"#);
    let _ = write!(text, r#"{comma}"encrypted"{colon}{encrypted}{comma}"scope"{colon}"{scope}"{closing}"#);
}
