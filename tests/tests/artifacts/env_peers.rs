//! The `.env` reader beside those that people use: what it accepts, all of them read alike, and what all of them read
//! alike in plain texts, it accepts. `tests/env-peers` runs this: it installs the peers and passes their folder in
//! `CXVARS_ENV_PEERS`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cxvars_core::check::{Resolved, check};
use cxvars_core::manifest::{ManifestVariable, ValueSource, read_manifest};
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_tests::campaign::Size;
use cxvars_tests::random::Random;

/// Texts of each kind.
const TEXTS: Size = Size { usual: 20_000, campaign: 1_000_000 };
/// Texts that a peer reads in one run.
const AT_ONCE: usize = 20_000;

/// The variables of a text. A peer may read a name without a value.
type Variables = BTreeMap<String, Option<String>>;

fn options() -> CheckOptions {
    let mut options = CheckOptions::default();
    options.format = DocumentFormat::Env;
    options
}

/// What this reader reads; none if a finding is an error.
fn ours(text: &str) -> Option<Variables> {
    let (_, manifest) = read_manifest(text.as_bytes(), &options(), &Resolved::new());
    let variable = |variable: &ManifestVariable| {
        let ValueSource::Literal(value) = &variable.source else { panic!("a line has a value") };
        (variable.name.clone(), Some(value.expose().to_owned()))
    };
    Some(manifest?.variables.iter().map(variable).collect())
}

fn is_well_formed(text: &str) -> bool {
    !check(text.as_bytes(), &options()).diagnostics().iter().any(|finding| finding.code == "CX001")
}

/// What each of the three peers reads in each text.
fn peers(texts: &[String]) -> [Vec<Variables>; 3] {
    let folder = PathBuf::from(std::env::var_os("CXVARS_ENV_PEERS").expect("tests/env-peers runs this"));
    let (python, script) = (folder.join("venv/bin/python"), folder.join("peer.mjs"));
    let run = |mut command: Command| -> Vec<Variables> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the peer runs");
        let mut input = child.stdin.take().expect("it has an input");
        let json = serde_json::to_vec(texts).expect("texts are JSON");
        let writer = std::thread::spawn(move || input.write_all(&json));
        let output = child.wait_with_output().expect("the peer ends");
        writer.join().expect("nothing panics").expect("the peer reads everything");
        serde_json::from_slice(&output.stdout).expect("the peer prints JSON")
    };
    let node = |reader: &str| {
        let mut command = Command::new("node");
        command.arg("--no-warnings").arg(&script).arg(reader);
        command
    };
    let mut command = Command::new(python);
    command.arg(folder.join("peer.py"));
    [run(command), run(node("dotenv")), run(node("node"))]
}

/// Calls `judge` with every text of a generator, and what each peer reads in it.
fn compare(mut text: impl FnMut() -> String, mut judge: impl FnMut(&str, [&Variables; 3])) {
    let mut left = TEXTS.get();
    while left > 0 {
        let texts: Vec<String> = std::iter::repeat_with(&mut text).take(left.min(AT_ONCE)).collect();
        left -= texts.len();
        let [python, npm, node] = peers(&texts);
        assert!([&python, &npm, &node].iter().all(|read| read.len() == texts.len()));
        for (at, text) in texts.iter().enumerate() {
            judge(text, [&python[at], &npm[at], &node[at]]);
        }
    }
}

#[test]
fn all_peers_read_alike_what_is_accepted() {
    const STARTS: [&str; 16] = [
        "A=",
        "A=",
        "B=",
        "C = ",
        "export D=",
        "export\tE=",
        " F=",
        "\tG=",
        "h.i-j=",
        "# K=",
        "  # L=",
        "M",
        "N: ",
        "",
        "\u{feff}O=",
        "# cxvars: encrypted\nP=",
    ];
    const QUOTES: [&str; 6] = ["", "", "'", "\"", "\"", "`"];
    const PIECES: [&str; 36] = [
        "b",
        "b",
        "c d",
        "e",
        "é",
        "1",
        "/+",
        "\\n",
        "'",
        "\"",
        "#",
        " #",
        " # x",
        "`",
        "=",
        "==",
        ":",
        ": ",
        "$",
        "${A}",
        "$B",
        "\\",
        "\\t",
        "\\\"",
        "\\\\",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "\u{a0}",
        "\u{feff}",
        "\u{200b}",
        "\u{2028}",
        "\0",
        "# cxvars: encrypted",
    ];
    const ENDS: [&str; 10] = ["\n", "\n", "\n", "\n", "\n\n", "\r\n", " # q\n", "\t\n", " \n", ""];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut with_values) = (0, 0);
    let line = |random: &mut Random| {
        let quote = random.one_of(&QUOTES);
        let inside: String = (0..random.below(4)).map(|_| *random.one_of(&PIECES)).collect();
        format!("{}{quote}{inside}{quote}{}", random.one_of(&STARTS), random.one_of(&ENDS))
    };
    let text = || (0..=random.below(3)).map(|_| line(&mut random)).collect();
    compare(text, |text, peers| {
        let Some(ours) = ours(text) else { return };
        accepted += 1;
        with_values += usize::from(ours.values().flatten().any(|value| !value.is_empty()));
        for (peer, theirs) in ["python-dotenv", "dotenv", "Node"].into_iter().zip(peers) {
            assert_eq!(&ours, theirs, "{peer} reads {text:?} differently");
        }
    });
    assert!(
        accepted > TEXTS.get() / 20 && with_values > TEXTS.get() / 40,
        "{accepted} accepted, {with_values} with values"
    );
}

#[test]
fn plain_texts_that_all_peers_read_alike_are_accepted() {
    const VALUES: [&str; 22] = [
        "b",
        "C3",
        "two words",
        "https://example.com/v1?a=1&b=2",
        "'single'",
        "\"double\"",
        "'it is # no comment'",
        "\"it's\"",
        "'say \"hi\"'",
        "'two\nlines'",
        "\"two\nlines\"",
        "\"a\\nb\"",
        "a=b",
        "x@y.example",
        "{\"k\": 1}",
        "[1, 2]",
        "50%",
        "~/x",
        "a,b;c",
        "''",
        "",
        "C:\\dir",
    ];
    const NAMES: [&str; 6] = ["A", "B_2", "lower_case", "CamelCase", "_x", "Z9"];
    const ENDS: [&str; 6] = ["\n", "\n\n", "\r\n", " # why\n", " \n", "\n# a comment\n"];
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let line = |random: &mut Random| {
        let before = random.one_of(&["", "", "export ", "  "]);
        let equals = random.one_of(&["=", "=", " = ", "= "]);
        let (name, value, end) = (random.one_of(&NAMES), random.one_of(&VALUES), random.one_of(&ENDS));
        format!("{before}{name}{equals}{value}{end}")
    };
    let mut alike = 0;
    let text = || (0..=random.below(4)).map(|_| line(&mut random)).collect();
    compare(text, |text, [python, npm, node]| {
        if python != npm || npm != node {
            return;
        }
        alike += 1;
        assert!(is_well_formed(text), "{text:?} is refused, and all peers read it alike");
        assert!(ours(text).is_none_or(|ours| ours == *python), "{text:?} is read differently");
    });
    assert!(alike > TEXTS.get() / 2, "{alike} are read alike");
}
