//! What is built as WebAssembly components, in wasmtime.

mod policies;
mod validator;
