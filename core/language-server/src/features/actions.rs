//! `textDocument/codeAction`.

use std::path::PathBuf;

use cxvars_core::diagnostic::{Diagnostic as Finding, Edit};
use cxvars_core::editor::actions::{self as editor, Action, ActionKind, REASON};
use cxvars_core::editor::configuration::add_ignore::{NewIgnore, add_ignore, glob_of};
use lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Diagnostic, NumberOrString};

use super::{Asked, configuration_text, text_edits};
use crate::capabilities::FIX_ALL;
use crate::edits::{FileEdits, workspace_edit};
use crate::outbox::Answer;
use crate::text::Text;
use crate::view::View;

pub(crate) fn actions(view: &View<'_>, params: CodeActionParams) -> Answer<Vec<CodeAction>> {
    let Some(asked) = Asked::about(view, &params.text_document.uri) else { return Ok(Vec::new()) };
    let span = asked.text().span(params.range, asked.encoding);
    let only = params.context.only;
    let is_wanted =
        |kind: &CodeActionKind| only.as_ref().is_none_or(|only| only.iter().any(|wanted| covers(wanted, kind)));
    let (wants_fixes, wants_all) = (is_wanted(&CodeActionKind::QUICKFIX), is_wanted(&CodeActionKind::new(FIX_ALL)));
    let shown = params.context.diagnostics;
    let found = asked.with_checked(|checked| {
        let here = if wants_fixes { editor::actions(checked, span) } else { Vec::new() };
        let all = if wants_all { editor::fix_all(checked) } else { None };
        let findings = checked.report().diagnostics();
        let of = |action: &Action| action.finding.and_then(|index| findings.get(index));
        let with_findings = here.into_iter().chain(all).filter_map(|action| {
            let shown = of(&action).map(|finding| shown_as(finding, &shown, &asked)).unwrap_or_default();
            code_action(action, shown, view, &asked)
        });
        with_findings.collect()
    });
    Ok(found.unwrap_or_default())
}

/// Whether a kind that the client asks for has this kind below it.
fn covers(wanted: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let below = kind.as_str().strip_prefix(wanted.as_str());
    wanted.as_str().is_empty() || below.is_some_and(|below| below.is_empty() || below.starts_with('.'))
}

/// The diagnostics of the client that show a finding.
fn shown_as(finding: &Finding, shown: &[Diagnostic], asked: &Asked<'_>) -> Vec<Diagnostic> {
    let (range, code) =
        (asked.text().range(finding.span, asked.encoding), NumberOrString::String(finding.code.to_string()));
    // Two findings of a rule may have the same place.
    let is_it = |item: &&Diagnostic| {
        item.range == range && item.code.as_ref() == Some(&code) && item.message.starts_with(&*finding.message)
    };
    shown.iter().filter(is_it).cloned().collect()
}

fn code_action(action: Action, shown: Vec<Diagnostic>, view: &View<'_>, asked: &Asked<'_>) -> Option<CodeAction> {
    let (kind, file) = match &action.kind {
        ActionKind::Fix(edits) | ActionKind::IgnoreHere(edits) => (CodeActionKind::QUICKFIX, in_document(edits, asked)),
        ActionKind::FixAll(edits) => (CodeActionKind::new(FIX_ALL), in_document(edits, asked)),
        ActionKind::IgnoreInConfiguration { code, variable } => {
            (CodeActionKind::QUICKFIX, in_configuration(code, variable.as_deref(), view, asked)?)
        }
    };
    Some(CodeAction {
        title: action.title,
        kind: Some(kind),
        diagnostics: Some(shown).filter(|shown| !shown.is_empty()),
        edit: Some(workspace_edit(vec![file], view.client)?),
        is_preferred: action.is_preferred.then_some(true),
        ..CodeAction::default()
    })
}

fn in_document(edits: &[Edit], asked: &Asked<'_>) -> FileEdits {
    FileEdits {
        uri: asked.document.uri.clone(),
        version: Some(asked.document.version),
        edits: text_edits(edits, asked.text(), asked.encoding),
        is_new: false,
    }
}

/// Adds an ignore to the configuration, which is created if there is none.
fn in_configuration(code: &str, variable: Option<&str>, view: &View<'_>, asked: &Asked<'_>) -> Option<FileEdits> {
    let key = &asked.loaded.key;
    let path: PathBuf = key.configuration.clone().unwrap_or_else(|| key.folder.join("cxvars.toml"));
    let existing = configuration_text(view, &path);
    let is_new = existing.is_none();
    let text = existing.unwrap_or_else(|| Text::new(String::new()).into());
    let glob = glob_of(&asked.path_in_project()?);
    let ignore = NewIgnore { code, variable, path: Some(&glob), reason: REASON };
    let edit = add_ignore(text.content(), &ignore).ok()?;
    Some(FileEdits {
        uri: view.uri_of(&path)?,
        version: view.version_of(&path),
        edits: text_edits(&[edit], &text, asked.encoding),
        is_new,
    })
}
