//! What the client can do, and what it asks for when it starts the server.

use std::path::PathBuf;

use lsp_types::{ClientCapabilities, InitializeParams, ResourceOperationKind};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::text::Encoding;
use crate::uri;

/// What the client can do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    /// It asks for diagnostics; otherwise they are published.
    pub(crate) pulls: bool,
    /// It can be asked to ask again.
    pub(crate) refreshes: bool,
    /// It shows the other places of a finding.
    pub(crate) shows_related: bool,
    /// It shows symbols as a tree.
    pub(crate) nests_symbols: bool,
    /// Edits may name the version of the document that they are for.
    pub(crate) versions_edits: bool,
    /// Edits may create files.
    pub(crate) creates_files: bool,
    /// It answers a code action that has only an edit, and not only commands.
    pub(crate) has_code_actions: bool,
    /// It watches files for the server.
    pub(crate) watches: bool,
    /// It watches files of a folder that it does not have open.
    pub(crate) watches_relative: bool,
    /// It shows the progress of work.
    pub(crate) shows_progress: bool,
    /// It asks what can be renamed before it renames.
    pub(crate) prepares_renames: bool,
    /// It wants to know how each open document is checked.
    pub(crate) shows_status: bool,
    /// Completions may hold places to fill in.
    pub(crate) fills_snippets: bool,
}

/// How the client wants to get diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Delivery {
    Push,
    Pull,
}

/// `initializationOptions`.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    diagnostics: Option<Delivery>,
    /// The configuration to use in place of the nearest one.
    pub(crate) config: Option<PathBuf>,
    /// The environment to use.
    pub(crate) environment: Option<String>,
    /// Whether the client wants to know how each open document is checked.
    status: bool,
    /// Where the pages of the rules are, with `{code}` in place of the rule.
    pub(crate) rule_links: Option<String>,
}

impl Wishes {
    /// Reads the options; one that has another form counts for nothing.
    pub(crate) fn of(params: &InitializeParams) -> Self {
        let options = params.initialization_options.as_ref();
        Self {
            diagnostics: option(options, "diagnostics"),
            config: option(options, "config"),
            environment: option(options, "env"),
            status: option(options, "status").unwrap_or_default(),
            rule_links: option(options, "ruleLinks"),
        }
    }
}

fn option<T: DeserializeOwned>(options: Option<&Value>, key: &str) -> Option<T> {
    serde_json::from_value(options?.get(key)?.clone()).ok()
}

impl Client {
    /// What the client says that it can do.
    pub(crate) fn of(capabilities: &ClientCapabilities, wishes: &Wishes, refreshes: bool) -> Self {
        let (document, workspace) = (capabilities.text_document.as_ref(), capabilities.workspace.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let operations = edit.and_then(|edit| edit.resource_operations.as_deref()).unwrap_or_default();
        let published = document.and_then(|document| document.publish_diagnostics.as_ref());
        let pulled = document.is_some_and(|document| document.diagnostic.is_some());
        let action = document.and_then(|document| document.code_action.as_ref());
        let symbols = document.and_then(|document| document.document_symbol.as_ref());
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        let window = capabilities.window.as_ref();
        let rename = document.and_then(|document| document.rename.as_ref());
        let item = document
            .and_then(|document| document.completion.as_ref())
            .and_then(|completion| completion.completion_item.as_ref());
        Self {
            encoding: Encoding::of_client(capabilities),
            pulls: pulled && wishes.diagnostics != Some(Delivery::Push),
            refreshes,
            shows_related: pulled || is_true(published.and_then(|published| published.related_information)),
            nests_symbols: is_true(symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support)),
            versions_edits: is_true(edit.and_then(|edit| edit.document_changes)),
            creates_files: operations.contains(&ResourceOperationKind::Create),
            has_code_actions: action.is_some_and(|action| action.code_action_literal_support.is_some()),
            watches: is_true(watching.and_then(|watching| watching.dynamic_registration)),
            watches_relative: is_true(watching.and_then(|watching| watching.relative_pattern_support)),
            shows_progress: is_true(window.and_then(|window| window.work_done_progress)),
            prepares_renames: is_true(rename.and_then(|rename| rename.prepare_support)),
            shows_status: wishes.status,
            fills_snippets: is_true(item.and_then(|item| item.snippet_support)),
        }
    }
}

fn is_true(said: Option<bool>) -> bool {
    said == Some(true)
}

/// Whether the client can be asked to ask for diagnostics again. It says so in a member that the types of the protocol
/// misspell.
pub(crate) fn refreshes(params: &Value) -> bool {
    params.pointer("/capabilities/workspace/diagnostics/refreshSupport") == Some(&Value::Bool(true))
}

/// The folders that the client has open; none if it has single files open.
#[expect(deprecated, reason = "older clients send nothing else")]
pub(crate) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = params.workspace_folders.as_ref().filter(|folders| !folders.is_empty()) {
        return folders.iter().filter_map(|folder| uri::path_of(&folder.uri)).collect();
    }
    let root = params.root_uri.as_ref().and_then(uri::path_of);
    root.or_else(|| params.root_path.as_ref().map(PathBuf::from)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn params(value: Value) -> InitializeParams {
        serde_json::from_value(value).unwrap()
    }

    fn client(value: Value) -> Client {
        let can_refresh = refreshes(&value);
        let params = params(value);
        Client::of(&params.capabilities, &Wishes::of(&params), can_refresh)
    }

    #[test]
    fn a_client_that_says_nothing_can_do_nothing() {
        assert_eq!(client(json!({"capabilities": {}})), Client::default());
    }

    #[test]
    fn a_client_that_pulls_may_ask_for_pushes() {
        let capabilities = json!({"textDocument": {"diagnostic": {}}});
        assert!(client(json!({"capabilities": capabilities})).pulls);
        let options = json!({"diagnostics": "push", "config": 3, "env": "prod"});
        assert!(!client(json!({"capabilities": capabilities, "initializationOptions": options})).pulls);
        assert!(client(json!({"capabilities": capabilities, "initializationOptions": [3]})).pulls);
    }

    #[test]
    fn folders_come_in_three_forms_or_not_at_all() {
        let of = |mut value: Value| {
            value["capabilities"] = json!({});
            folders(&params(value))
        };
        let folder = |uri: &str| json!({"uri": uri, "name": "n"});
        assert_eq!(
            of(json!({"workspaceFolders": [folder("file:///a%20b"), folder("file:///c")], "rootUri": "file:///d"})),
            [PathBuf::from("/a b"), PathBuf::from("/c")]
        );
        assert_eq!(of(json!({"workspaceFolders": null, "rootUri": "file:///d"})), [PathBuf::from("/d")]);
        assert_eq!(of(json!({"rootPath": "/e"})), [PathBuf::from("/e")]);
        assert!(of(json!({"rootUri": null, "processId": null})).is_empty());
    }
}
