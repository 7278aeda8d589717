//! Checks the properties of the fuzz targets on every seed, and on the inputs that fuzzing on this machine has added.

use std::path::Path;

use crate::hostile;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus");

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its seeds")]
fn every_seed_is_checked_fixed_and_rendered() {
    let mut seeds = 0;
    let mut codes = std::collections::BTreeSet::new();
    for target in std::fs::read_dir(Path::new(CORPUS)).unwrap() {
        for seed in std::fs::read_dir(target.unwrap().path()).unwrap() {
            let input = std::fs::read(seed.unwrap().path()).unwrap();
            for format in hostile::FORMATS {
                let report = hostile::checked(&input, format);
                codes.extend(report.diagnostics().iter().map(|finding| finding.code.to_string()));
                if let Ok(text) = std::str::from_utf8(&input) {
                    hostile::fixed(text, format);
                    hostile::converted(text, format);
                }
            }
            seeds += 1;
        }
    }
    assert!(seeds >= 20, "{seeds}");
    let structural = ["CX001", "CX002", "CX003", "CX004", "CX005", "CX006", "CX007"];
    assert!(structural.iter().all(|code| codes.contains(*code)), "{codes:?}");
}
