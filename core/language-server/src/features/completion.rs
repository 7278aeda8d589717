//! `textDocument/completion`.

use cxvars_core::base::span::Span;
use cxvars_core::editor::completion::{self as editor, Completion, CompletionKind};
use cxvars_core::editor::configuration;
use cxvars_core::options::section::Section as _;
use cxvars_project::section::ConfigFile;
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionParams, CompletionTextEdit, Documentation, InsertTextFormat,
    InsertTextMode, MarkupContent, MarkupKind, TextEdit,
};

use super::{Asked, text_edits};
use crate::outbox::Answer;
use crate::view::View;

pub(crate) fn completion(view: &View<'_>, params: CompletionParams) -> Answer<Option<Vec<CompletionItem>>> {
    let at = params.text_document_position;
    Ok(Asked::about(view, &at.text_document.uri).map(|asked| {
        let offset = asked.offset(at.position);
        let content = asked.text().content();
        let found = asked.with_facts(view, |facts| match asked.document.is_configuration() {
            true => configuration::completion::completion(content, offset, &ConfigFile::ABOUT, facts),
            false => asked.with_begun_source(|source| editor::completion(source, offset, facts)).unwrap_or_default(),
        });
        let fills_snippets = view.client.fills_snippets;
        found.into_iter().enumerate().map(|(rank, found)| item(found, rank, fills_snippets, &asked)).collect()
    }))
}

fn item(completion: Completion, rank: usize, fills_snippets: bool, asked: &Asked<'_>) -> CompletionItem {
    let kind = match completion.kind {
        CompletionKind::Key => CompletionItemKind::PROPERTY,
        CompletionKind::Word => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Name => CompletionItemKind::VARIABLE,
        CompletionKind::Variable => CompletionItemKind::STRUCT,
    };
    let range = asked.text().range(completion.span, asked.encoding);
    let is_snippet = fills_snippets && (!completion.stops.is_empty() || completion.needs_comma);
    // Without a place for the value before it, a comma would be in the way.
    let comma = if completion.needs_comma { "$1," } else { "" };
    let insert = match is_snippet {
        true => snippet(&completion.insert, &completion.stops) + comma,
        false => completion.insert,
    };
    let documentation = MarkupContent { kind: MarkupKind::Markdown, value: completion.documentation };
    CompletionItem {
        label: completion.label,
        kind: Some(kind),
        detail: Some(completion.detail).filter(|detail| !detail.is_empty()),
        documentation: (!documentation.value.is_empty()).then_some(Documentation::MarkupContent(documentation)),
        filter_text: Some(completion.filter),
        // They come in the order in which people write them.
        sort_text: Some(format!("{rank:04}")),
        insert_text_format: is_snippet.then_some(InsertTextFormat::SNIPPET),
        // Further lines have their indentation already.
        insert_text_mode: insert.contains('\n').then_some(InsertTextMode::AS_IS),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, insert))),
        additional_text_edits: completion.also.map(|edit| text_edits(&[edit], asked.text(), asked.encoding)),
        ..CompletionItem::default()
    }
}

/// A text as a snippet with these parts to fill in, which are in order and do not overlap.
fn snippet(text: &str, stops: &[Span]) -> String {
    let mut snippet = String::new();
    let mut at = 0;
    for (index, stop) in stops.iter().enumerate() {
        snippet += &literal(text.get(at..stop.start()).unwrap_or_default());
        snippet += &format!("${{{}:{}}}", index + 1, literal(stop.of(text)));
        at = stop.end();
    }
    snippet + &literal(text.get(at..).unwrap_or_default())
}

/// A text that a snippet inserts as it is.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_keeps_marks_of_the_text() {
        let text = "{\"a$\": \"x\"} \\";
        let stops = [Span::new(8, 9), Span::point(text.len())];
        assert_eq!(snippet(text, &stops), "{\"a\\$\": \"${1:x}\"\\} \\\\${2:}");
    }
}
