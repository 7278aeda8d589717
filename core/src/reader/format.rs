//! The formats of documents, and the parameters of reading one.

use crate::base::limits::Limits;

/// The format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentFormat {
    /// Strict JSON (RFC 8259).
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
    /// YAML 1.2, without anchors, aliases and tags.
    Yaml,
    /// Lines of `NAME=value`.
    Env,
}

impl DocumentFormat {
    /// The format of a file, by the extension of its name; case is ignored. `.env.prod` is in `.env` format, too.
    pub fn of_file_name(name: &str) -> Option<Self> {
        if name.starts_with(".env.") {
            return Some(Self::Env);
        }
        let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "json" => Some(Self::Json),
            "jsonc" => Some(Self::Jsonc),
            "yaml" | "yml" => Some(Self::Yaml),
            "env" => Some(Self::Env),
            _ => None,
        }
    }
}

/// How to read a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) format: DocumentFormat,
    pub(crate) limits: Limits,
}
