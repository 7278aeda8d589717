//! Files of other programs are recognised, also broken ones, and documents with a mistake are not taken for them.
//!
//! The files are in `core/tests/foreign` and `core/tests/damaged`, several of a kind in each text: a line
//! `>>> NAME` is followed by the file of that name. They have the shapes of files in public repositories.

use std::path::{Path, PathBuf};

use cxvars_core::check::Source;
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;

fn is_foreign(name: &str, input: &[u8]) -> bool {
    let mut options = CheckOptions::default();
    options.format = DocumentFormat::of_file_name(name).expect("the name says the format");
    Source::read(input, &options).is_foreign()
}

/// The files of a folder's texts: each name, and what is in the file.
#[expect(clippy::disallowed_methods, reason = "a test reads its data")]
pub(crate) fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut texts: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("there is data").flatten().map(|text| text.path()).collect();
    texts.sort();
    let mut found = Vec::new();
    for path in texts {
        let text = format!("\n{}", std::fs::read_to_string(&path).expect("data is text"));
        for part in text.split("\n>>> ").skip(1) {
            let (name, content) = part.split_once('\n').unwrap_or((part, ""));
            found.push((name.to_owned(), content.to_owned()));
        }
    }
    found
}

/// Valid documents, each in a form of its own.
const DOCUMENTS: [(&str, &str); 7] = [
    (
        "wire.json",
        r#"{"variables": [{"name": "api_endpoint", "type": "string", "value": "https://example.com/a?b={c}", "encrypted": false, "scope": "action"}, {"name": "retries", "type": "integer", "value": "3"}]}"#,
    ),
    ("least.json", r#"{"variables": [{"name": "region", "type": "string", "value": "eu"}]}"#),
    (
        "list.json",
        r#"[{"name": "region", "type": "string", "value": "eu"}, {"name": "limits", "type": "object", "value": "{\"a\": {\"b\": [1, 2]}}"}]"#,
    ),
    (
        "manifest.json",
        "{\n  \"data_action\": \"crm-lookup\",\n  \"parent_scope\": \"global\",\n  \"variables\": [\n    {\n      \"name\": \"token\",\n      \"type\": \"string\",\n      \"encrypted\": true,\n      \"value_from\": {\"env\": \"CRM_TOKEN\"}\n    }\n  ]\n}\n",
    ),
    (
        "manifest.yaml",
        "# CRM\nvariables:\n  - name: token\n    type: string\n    encrypted: true\n    value_from: {env: CRM_TOKEN}\n    owner: team\n  - name: region\n    type: string\n    value: eu\n",
    ),
    ("least.yaml", "variables:\n  - name: region\n    type: string\n    value: eu\n"),
    ("list.yaml", "- {name: region, type: string, value: eu}\n- name: level\n  type: integer\n  value: \"3\"\n"),
];

/// Files whose first half could be the start of a document as well.
const AMBIGUOUS_HALVES: [&str; 5] = [
    "dataset.json",
    "codepipeline-variables.json",
    "values-variables.yaml",
    "azure-template-variables.yml",
    "flags-list.json",
];

#[test]
fn files_of_other_programs_are_recognised() {
    let files = files("foreign");
    assert!(files.len() >= 250, "{}", files.len());
    let missed: Vec<&str> =
        files.iter().filter(|(name, text)| !is_foreign(name, text.as_bytes())).map(|(name, _)| name.as_str()).collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn they_are_recognised_with_a_mistake_in_them_as_well() {
    let mut missed = Vec::new();
    for (name, text) in files("foreign").iter().filter(|(name, _)| !name.ends_with(".env")) {
        let half = text.get(..text.len() / 2).unwrap_or_default();
        let crlf = text.replace('\n', "\r\n");
        for (what, damaged) in [
            ("truncated", half.to_owned()),
            ("in pieces", format!("{text}\n]]}}\n")),
            ("a comment", format!("/* x */\n{text}")),
            ("byte order mark", format!("\u{feff}{text}")),
            ("CRLF", crlf),
            ("template", format!("{{{{- if .Values.x }}}}\n{text}{{{{- end }}}}\n")),
        ] {
            let is_ambiguous = what == "truncated" && AMBIGUOUS_HALVES.contains(&name.as_str());
            if is_foreign(name, damaged.as_bytes()) == is_ambiguous {
                missed.push(format!("{name}: {what}"));
            }
        }
    }
    assert_eq!(missed, [""; 0]);
}

#[test]
fn what_is_longer_than_the_limit_is_recognised_by_its_beginning() {
    let record = r#"{"id": 1, "name": "a", "label": "x", "type": "string"},"#;
    let long = format!("[{}{{}}]", record.repeat(40_000));
    assert!(long.len() > 1024 * 1024 && is_foreign("data.json", long.as_bytes()));
    let variable = r#"{"name": "a", "type": "string", "value": "x"},"#;
    let ours = format!("{{\"variables\": [{}]}}", variable.repeat(40_000));
    assert!(!is_foreign("vars.json", ours.as_bytes()));
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert!(is_foreign("deep.json", deep.as_bytes()));
    let deep = format!("{{\"variables\": [{variable}{deep}]}}");
    assert!(!is_foreign("deep.json", deep.as_bytes()));
}

#[test]
fn a_document_with_a_mistake_is_not_passed_over() {
    let files = files("damaged");
    assert!(files.len() >= 70, "{}", files.len());
    let missed: Vec<&str> =
        files.iter().filter(|(name, text)| is_foreign(name, text.as_bytes())).map(|(name, _)| name.as_str()).collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn a_document_is_recognised_whatever_character_is_lost() {
    for (name, text) in DOCUMENTS {
        assert!(!is_foreign(name, text.as_bytes()), "{name}");
        for (at, lost) in text.char_indices() {
            let (before, after) = text.split_at(at);
            let without = format!("{before}{}", &after[lost.len_utf8()..]);
            assert!(!is_foreign(name, without.as_bytes()), "{without}");
        }
    }
}

#[test]
fn a_document_is_recognised_whatever_is_added() {
    for (name, text) in DOCUMENTS {
        for (at, _) in text.char_indices() {
            let (before, after) = text.split_at(at);
            // Within a word, it makes two words.
            if before.ends_with(|letter: char| letter.is_alphanumeric())
                && after.starts_with(|letter: char| letter.is_alphanumeric())
            {
                continue;
            }
            for added in ["\"", "'", "{", "}", "[", ",", ":", "\n", "\t", "\u{a0}", "<<<<<<< HEAD\n", "/* x */"] {
                let with = format!("{before}{added}{after}");
                assert!(!is_foreign(name, with.as_bytes()), "{with}");
            }
        }
    }
}

#[test]
fn a_document_is_recognised_in_a_wrong_encoding_and_by_half() {
    for (name, text) in DOCUMENTS {
        let utf16 = |bytes: fn(u16) -> [u8; 2], mark: [u8; 2]| -> Vec<u8> {
            mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
        };
        assert!(!is_foreign(name, &utf16(u16::to_le_bytes, [0xff, 0xfe])), "{name}");
        assert!(!is_foreign(name, &utf16(u16::to_be_bytes, [0xfe, 0xff])), "{name}");
        let latin1 = [text.as_bytes(), b"\n\xe4\n"].concat();
        assert!(!is_foreign(name, &latin1), "{name}");
        assert!(!is_foreign(name, &[b"\n\xe4\n", text.as_bytes()].concat()), "{name}");
        for part in [5, 6, 7, 8, 9] {
            let cut = text.get(..text.len() * part / 10).unwrap();
            assert!(!is_foreign(name, cut.as_bytes()), "{cut}");
        }
    }
}
