//! `[validate]`: limits and severities for documents.
//!
//! To add a key, add a line here and the code that uses it. The reader, the documentation, the schema and the types
//! follow.

use crate::base::limits::{MAX_BYTES, MAX_DEPTH, MAX_VARIABLES};
use crate::base::vocabulary::Scope;
use crate::options::kind::{Count, FilePath, Globs, Pattern, Severities, Texts, Word};
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
        /// Severities that replace the rules' own, by code. `off` hides a rule's findings. A finding that keeps a document
        /// from being read is an error all the same.
        severity: Severities, else "the severity of each rule", example "{ CX004 = \"warning\", CX104 = \"off\" }";
    }
}

section! {
    /// What only the command `validate` goes by.
    #[derive(Clone, Debug, Default)]
    pub struct ValidateCommand("[validate]") {
        /// The files that a search of folders finds, in place of all that a name shows to be documents. Each glob is a
        /// path from the project's folder or, without a `/`, the name of a file or folder at any depth. It is written as in
        /// `[[ignore]] path`, and stands for all that is in a folder as well. Hidden files may be among them. A file that is
        /// named is always checked.
        include: Globs, else "every document that is not hidden", example "[\"data-actions/**\"]";
        /// The files and folders that a search of folders leaves out, in the same form; `--exclude` adds to them.
        exclude: Globs, else "none", example "[\"tests/fixtures\", \"*.draft.yaml\"]";
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
        /// What only the command `validate` goes by.
        command: Flat<ValidateCommand>;
    }
}
