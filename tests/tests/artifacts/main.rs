//! What is tested with files that scripts of this folder make or fetch first, and name in the environment.

mod json_conformance;
mod policies;
mod validator;
mod without_plugins;
