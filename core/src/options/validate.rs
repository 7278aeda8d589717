//! `[validate]`: what a document may be.
//!
//! A key is a line here, and what uses it. Reading, documentation, schema and types follow.

use crate::base::limits::{MAX_BYTES, MAX_DEPTH, MAX_VARIABLES};
use crate::base::vocabulary::Scope;
use crate::options::kind::{Count, Pattern, Severities, Texts, Word};
use crate::section;

section! {
    /// How documents are checked.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Validate("[validate]") {
        /// The scope of the level above, which no variable may exceed. It counts where neither `--parent-scope` nor the document
        /// itself says anything.
        parent_scope: Word<Scope>, else "`\"action\"`", example "\"action\"";
        /// Most variables of a document.
        max_variables: Count<1, 10_000> = MAX_VARIABLES, example "40";
        /// Longest document, in bytes of UTF-8.
        max_bytes: Count<1, { 64 * 1024 * 1024 }> = MAX_BYTES, example "262_144";
        /// Deepest nesting of arrays and objects.
        max_depth: Count<1, 128> = MAX_DEPTH, example "32";
        /// A regular expression that every name has to match as a whole, beside what the service asks of names (CX101).
        name_pattern: Pattern, else "any name that the service takes", example "'[a-z][a-z0-9_]*'";
        /// Variables whose value may be empty (CX207).
        allow_empty: Texts = Vec::new(), example "[\"region\"]";
        /// Severities that replace the rules' own, by code. Findings of a rule that is `off` are not shown at all.
        severity: Severities, else "the severity of each rule", example "{ CX004 = \"warning\", CX104 = \"off\" }";
    }
}
