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
    /// The format of a file, by its name without folders; case is ignored. The last ending counts. If it says nothing,
    /// names that begin with `.env.` and `.envrc` are in `.env` format.
    pub fn of_file_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match name.rsplit('.').next().unwrap_or_default() {
            "json" => Some(Self::Json),
            "jsonc" => Some(Self::Jsonc),
            "yaml" | "yml" => Some(Self::Yaml),
            "env" | "envrc" => Some(Self::Env),
            _ => name.starts_with(".env.").then_some(Self::Env),
        }
    }

    /// Whether it is JSON, with or without comments.
    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonc)
    }

    /// Whether it is YAML. Known to be false in a build without YAML, which then leaves out what follows from it.
    pub(crate) fn is_yaml(self) -> bool {
        cfg!(feature = "complete") && self == Self::Yaml
    }

    /// Whether it is `.env`. Known to be false in a build without `.env`.
    pub(crate) fn is_env(self) -> bool {
        cfg!(feature = "complete") && self == Self::Env
    }
}

/// How to read a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) format: DocumentFormat,
    pub(crate) limits: Limits,
}
