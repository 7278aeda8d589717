//! `textDocument/completion`.

use cxvars_core::editor::completion::{self as editor, Completion, CompletionKind};
use cxvars_core::editor::configuration;
use cxvars_core::options::section::Section as _;
use cxvars_project::section::ConfigFile;
use lsp_types::{CompletionItem, CompletionItemKind, CompletionParams, CompletionTextEdit, TextEdit};

use super::Asked;
use crate::outbox::Answer;
use crate::view::View;

pub(crate) fn completion(view: &View<'_>, params: CompletionParams) -> Answer<Option<Vec<CompletionItem>>> {
    let at = params.text_document_position;
    Ok(Asked::about(view, &at.text_document.uri).map(|asked| {
        let offset = asked.offset(at.position);
        let content = asked.text().content();
        let found = asked.with_facts(view, |facts| match asked.document.is_configuration() {
            true => configuration::completion::completion(content, offset, &ConfigFile::ABOUT),
            false => asked.with_begun_source(|source| editor::completion(source, offset, facts)).unwrap_or_default(),
        });
        found.into_iter().enumerate().map(|(rank, completion)| item(completion, rank, &asked)).collect()
    }))
}

fn item(completion: Completion, rank: usize, asked: &Asked<'_>) -> CompletionItem {
    let kind = match completion.kind {
        CompletionKind::Key => CompletionItemKind::PROPERTY,
        CompletionKind::Word => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Name => CompletionItemKind::VARIABLE,
        CompletionKind::Variable => CompletionItemKind::STRUCT,
    };
    let range = asked.text().range(completion.span, asked.encoding);
    CompletionItem {
        label: completion.label,
        kind: Some(kind),
        detail: Some(completion.detail).filter(|detail| !detail.is_empty()),
        filter_text: Some(completion.filter),
        // They come in the order in which people write them.
        sort_text: Some(format!("{rank:04}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, completion.insert))),
        ..CompletionItem::default()
    }
}
