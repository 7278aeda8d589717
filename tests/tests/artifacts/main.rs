//! What is tested with files that scripts of this folder make or fetch first, and name in the environment.

mod json_conformance;
mod plain;
mod policies;
mod validator;
