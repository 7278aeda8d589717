//! Functions for editors and forms: what a language server answers, as pure functions of a text that was read. They take
//! and return byte spans, and know nothing of a protocol.
//!
//! | function | what it returns |
//! |---|---|
//! | [`hover::hover`] | what the key, name, reference or finding at an offset means, in Markdown |
//! | [`completion::completion`] | the keys, words and names that fit at an offset |
//! | [`actions::actions`] | the fixes of the findings in a span, and ways to ignore them |
//! | [`actions::fix_all`] | all safe fixes of the document together |
//! | [`symbols::symbols`] | the variables, with their fields |
//! | [`folding::folding`] | the parts that can be folded |
//! | [`definition::definition`] | what the reference or name at an offset refers to; the caller finds the place |
//! | [`rename::prepare`], [`rename::rename`] | the name at an offset, and the edits that give it another name |
//! | [`outline::outline`] | the spans of all fields, for forms |
//!
//! `configuration` (feature `config`) does the same for the text of a `cxvars.toml`:
//!
//! | function | what it returns |
//! |---|---|
//! | `configuration::places::variable_places` | every place that names a variable |
//! | `configuration::rename::rename_variable` | the edits that give a variable another name there |
//! | `configuration::places::param_places` | where the environments define a parameter |
//! | `configuration::places::contract_place` | where the contract of a variable is named |
//! | `configuration::add_ignore::add_ignore` | the edit that adds an `[[ignore]]` |
//! | `configuration::definition::file_at` | the file that is named at an offset |
//! | `configuration::symbols::symbols`, `configuration::folding::folding` | the tables and keys |
//! | `configuration::completion::completion`, `configuration::hover::hover` | as above, from the declared sections |
//!
//! What they need to know of the project is in [`Facts`].
//!
//! All of them take texts with mistakes, as they are while someone types, and return nothing rather than something wrong.
//! None returns the value of a variable.

pub mod actions;
pub mod completion;
#[cfg(feature = "config")]
pub mod configuration;
pub mod definition;
mod facts;
pub mod folding;
pub mod hover;
mod level;
mod markdown;
pub mod outline;
mod place;
pub mod rename;
pub mod symbols;

pub use facts::Facts;

#[cfg(test)]
#[path = "editor_tests.rs"]
mod tests;
