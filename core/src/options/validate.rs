//! `[validate]`: limits and severities for documents.
//!
//! To add a key, add a line here and the code that uses it. The reader, the documentation, the schema and the types
//! follow.

use crate::base::limits::{MAX_BYTES, MAX_DEPTH, MAX_VARIABLES};
use crate::base::vocabulary::Scope;
use crate::options::kind::{Count, FilePath, Pattern, Severities, Texts, Word};
use crate::options::section::Flat;
use crate::section;

section! {
    /// How documents are checked.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Validate("[validate]") {
        /// The scope of the level above. No variable may have a wider scope. It applies if neither `--parent-scope` nor
        /// the document sets one.
        parent_scope: Word<Scope>, else "`\"action\"`", example "\"action\"";
        /// The maximum number of variables in a document.
        max_variables: Count<1, 10_000> = MAX_VARIABLES, example "40";
        /// The maximum size of a document, in bytes of UTF-8.
        max_bytes: Count<1, { 64 * 1024 * 1024 }> = MAX_BYTES, example "262_144";
        /// The maximum nesting depth of arrays and objects.
        max_depth: Count<1, 128> = MAX_DEPTH, example "32";
        /// A regular expression that every name must match as a whole, in addition to the service's own rules (CX101).
        name_pattern: Pattern, else "any name that the service accepts", example "'[a-z][a-z0-9_]*'";
        /// Variables whose value may be empty (CX207).
        allow_empty: Texts = Vec::new(), example "[\"region\"]";
        /// Severities that replace the rules' own, by code. `off` hides a rule's findings.
        severity: Severities, else "the severity of each rule", example "{ CX004 = \"warning\", CX104 = \"off\" }";
    }
}

section! {
    /// Which findings count, for programs that read files.
    #[derive(Clone, Debug, Default)]
    pub struct Selection("[validate]") {
        /// The file of known findings, which `validate --write-baseline` writes. They are counted and not shown, and
        /// only new ones fail. It counts for `validate` alone.
        baseline: FilePath, else "no finding is known", example "\"cxvars-baseline.json\"";
    }
}

section! {
    /// How documents are checked.
    #[derive(Clone, Debug, Default)]
    pub struct ValidateTable("[validate]") {
        /// What a check can be told.
        checks: Flat<Validate>;
        /// What a program that reads files can be told in addition.
        selection: Flat<Selection>;
    }
}
