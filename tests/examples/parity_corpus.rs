//! Writes documents and the native engine's reports on them, with which other builds of the engine are compared:
//! `parity_corpus FOLDER FILE_OR_FOLDER…`.
//!
//! `FOLDER/corpus.jsonl` has one document per line, in base64, with its format and the options of its check;
//! `FOLDER/reports.jsonl` has the reports, in the same order. The documents are the named files, the examples of all
//! rules, those of the rules in docs/rules-of-your-own.md, and 10,000 damaged copies of all these. Every run writes the same
//! documents.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cxvars_core::base::vocabulary::Scope;
use cxvars_core::check::check;
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::ignore::{Date, Ignore};
use cxvars_core::options::{CheckOptions, NamePattern};
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::reader::readable_text;
use cxvars_core::render::json_v1::FileReport;
use cxvars_core::rules;
use cxvars_tests::own_rules;
use cxvars_tests::random::Random;
use serde_json::{Value, json};

const DAMAGED: usize = 10_000;
/// Number of sets of options.
const SETS: usize = 6;

#[derive(Clone)]
struct Document {
    format: DocumentFormat,
    bytes: Vec<u8>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder to write to");
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).expect("the folder can be made");
    let mut documents = Vec::new();
    arguments.for_each(|path| read(Path::new(&path), &mut documents));
    let examples = examples();
    documents.extend(examples.iter().cloned());
    // Each of them with each set of options.
    let of_own_rules = own_rules::documents().into_iter().map(|(text, format)| Document { format, bytes: text.into() });
    documents.extend(of_own_rules.flat_map(|document| vec![document; SETS]));
    assert!(documents.len() > 400, "only {} documents to begin with", documents.len());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let damaged: Vec<Document> = (0..DAMAGED)
        .map(|_| {
            // Prefer the rules' examples, which contain more that can be damaged.
            let base = if random.below(3) > 0 { &examples } else { &documents };
            damage(random.one_of(base).clone(), &mut random)
        })
        .collect();
    documents.extend(damaged);

    let file = |name: &str| BufWriter::new(fs::File::create(folder.join(name)).expect("a file can be made"));
    let (mut corpus, mut reports) = (file("corpus.jsonl"), file("reports.jsonl"));
    let mut findings = 0;
    for (number, document) in documents.iter().enumerate() {
        let (mut options, keys) = options(number);
        options.format = document.format;
        let report = check(&document.bytes, &options);
        findings += report.diagnostics().len();
        let report = FileReport::new("", readable_text(&document.bytes), &report);
        let format = word(document.format);
        let line = json!({"format": format, "options": keys, "base64": STANDARD.encode(&document.bytes)});
        writeln!(corpus, "{line}").expect("a document can be written");
        writeln!(reports, "{}", serde_json::to_string(&report).expect("a report")).expect("a report can be written");
    }
    println!("{} documents, {findings} findings", documents.len());
}

/// Reads the file, or the files below the folder, in the order of their names. Skips files of other formats.
fn read(path: &Path, documents: &mut Vec<Document>) {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder can be read");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths.iter().for_each(|path| read(path, documents));
        return;
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if let Some(format) = DocumentFormat::of_file_name(name) {
        documents.push(Document { format, bytes: fs::read(path).expect("a file can be read") });
    }
}

/// The examples in the documentation of the rules.
fn examples() -> Vec<Document> {
    let mut found = Vec::new();
    for rule in rules::ALL {
        let documentation = rule.documentation();
        for example in documentation.split("```").skip(1).step_by(2) {
            let (mark, text) = example.split_once('\n').expect("a mark and a text");
            let ending = mark.split(' ').next().unwrap_or_default();
            let format = DocumentFormat::of_file_name(&format!("x.{ending}")).expect("a format of ours");
            found.push(Document { format, bytes: text.into() });
        }
    }
    found
}

/// Makes one to four changes of the kinds that people, programs and networks make.
fn damage(mut document: Document, random: &mut Random) -> Document {
    const PIECES: [&str; 24] = [
        "\"", "{", "}", "[", "]", ",", ":", "\n", " ", "\t", "\\", "\u{0}", "é", "😀", "\u{feff}", "\u{202e}", "#",
        "- ", "'", "&a ", "name", "null", "-0", "\r\n",
    ];
    for _ in 0..=random.below(3) {
        let bytes = &mut document.bytes;
        let at = random.below(bytes.len());
        let end = (at + 1 + random.below(12)).min(bytes.len());
        match random.below(6) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let piece = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            2 => bytes.truncate(at),
            3 if !bytes.is_empty() => bytes[at] = random.below(255) as u8,
            4 => document.format = *random.one_of(&[DocumentFormat::Json, DocumentFormat::Jsonc, DocumentFormat::Yaml]),
            _ => {
                let piece = *random.one_of(&PIECES);
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    document
}

/// One of several sets of options, and the same options as JavaScript passes them.
fn options(number: usize) -> (CheckOptions, Value) {
    let mut options = CheckOptions::default();
    let keys = match number % SETS {
        0 | 1 => json!({}),
        2 => {
            options.validate.parent_scope = Some(Scope::Template);
            options.validate.max_variables = Some(2);
            options.validate.max_depth = Some(4);
            options.validate.allow_empty = Some(vec!["a".to_owned()]);
            options.params = Some([("dev".to_owned(), vec!["region".to_owned()])].into());
            json!({"parent_scope": "template", "max_variables": 2, "max_depth": 4, "allow_empty": ["a"],
                   "params": {"dev": ["region"]}})
        }
        4 | 5 => {
            options.custom_rules = own_rules::rules();
            options.known_contracts = vec!["crm_limits".to_owned()];
            // A project that has an environment knows its parameters.
            options.params = Some([(own_rules::ENVIRONMENT.to_owned(), Vec::new())].into());
            let mut keys = json!({"config": own_rules::configuration(), "params": {own_rules::ENVIRONMENT: []}});
            if number % SETS == 5 {
                options.target.environment = Some(own_rules::ENVIRONMENT.to_owned());
                keys["environment"] = own_rules::ENVIRONMENT.into();
            }
            keys
        }
        _ => {
            options.validate.name_pattern = Some(NamePattern::new("[a-z]+(_[a-z0-9]+)*").expect("a pattern"));
            let severity = [("CX501".to_owned(), Some(Severity::Warning)), ("CX206".to_owned(), None)];
            options.validate.severity = Some(severity.into());
            options.today = Some(Date::new(2027, 1, 31));
            let mut ignore = Ignore::new(cxvars_core::rules::ALL, "CX103", "known", "ignore[0]").expect("an ignore");
            ignore.variable = Some("a".to_owned());
            let mut expired =
                Ignore::new(cxvars_core::rules::ALL, "CX502", "no longer", "ignore[1]").expect("an ignore");
            expired.expires = Some(Date::new(2027, 1, 30));
            options.ignores = vec![ignore, expired];
            json!({"name_pattern": "[a-z]+(_[a-z0-9]+)*", "severity": {"CX501": "warning", "CX206": "off"},
                   "today": "2027-01-31",
                   "ignore": [{"code": "CX103", "reason": "known", "variable": "a"},
                              {"code": "CX502", "reason": "no longer", "expires": "2027-01-30"}]})
        }
    };
    (options, keys)
}

fn word(format: DocumentFormat) -> &'static str {
    match format {
        DocumentFormat::Json => "json",
        DocumentFormat::Jsonc => "jsonc",
        DocumentFormat::Yaml => "yaml",
        DocumentFormat::Env => "env",
    }
}
