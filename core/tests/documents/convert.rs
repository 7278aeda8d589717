//! Every document that the tests have can be written in other formats, exported and masked.

use cxvars_core::reader::format::DocumentFormat;

use crate::foreign::files;
use crate::hostile;

#[test]
fn every_document_is_converted_exported_and_masked() {
    let mut held = 0;
    for (name, text) in ["damaged", "foreign"].into_iter().flat_map(files) {
        let format = DocumentFormat::of_file_name(&name).expect("the name says the format");
        assert!(!hostile::converted(&text, format), "{name}");
        held += 1;
    }
    assert!(held > 50, "{held}");
}
