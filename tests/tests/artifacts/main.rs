//! Tests that need files which the scripts in `tests/` build or download, and whose paths are in environment variables.

mod env_peers;
mod json_conformance;
mod plain;
mod policies;
mod validator;
