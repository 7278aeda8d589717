//! docs/rules.md is up to date with the rules.

use std::path::Path;

use cxvars_core::rules;

#[test]
fn the_page_of_rules_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules.md");
    let page = rules::page();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &page).expect("docs/rules.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/rules.md is out of date: UPDATE_EXPECTED=1 cargo test -p cxvars-tests --test cli");
}
