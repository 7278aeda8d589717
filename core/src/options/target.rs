//! What a document is for, and where it is.

use serde::Serialize;

/// The target of a document, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The chosen environment of the configuration.
    pub environment: Option<String>,
    /// The action that the document is for.
    pub action: Option<TargetAction>,
    /// The path of the document from the project's folder, with `/` between its parts; `None` for standard input and for
    /// a file outside of the folder.
    pub path: Option<String>,
}

/// An action that a document is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetAction {
    /// Its id at the service.
    pub id: String,
    /// Its alias in the environment; `None` if it was given by its id.
    pub alias: Option<String>,
}
