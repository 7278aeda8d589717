//! `textDocument/documentSymbol` and `textDocument/foldingRange`.

use cxvars_core::editor::configuration;
use cxvars_core::editor::folding::{FoldKind, folding as folds_of};
use cxvars_core::editor::symbols::{Symbol, symbols as symbols_of};
use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, FoldingRangeParams,
    Location, SymbolInformation, SymbolKind,
};

use super::Asked;
use crate::outbox::Answer;
use crate::view::View;

pub(crate) fn symbols(view: &View<'_>, params: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
    let is_nested = view.client.nests_symbols;
    Ok(Asked::about(view, &params.text_document.uri).and_then(|asked| {
        let found = match asked.document.is_configuration() {
            true => configuration::symbols::symbols(asked.text().content()),
            false => asked.with_source(symbols_of)?,
        };
        Some(match is_nested {
            true => DocumentSymbolResponse::Nested(found.into_iter().map(|symbol| nested(symbol, &asked, 0)).collect()),
            false => {
                let mut flat = Vec::new();
                found.into_iter().for_each(|symbol| flatten(symbol, None, &asked, &mut flat));
                DocumentSymbolResponse::Flat(flat)
            }
        })
    }))
}

pub(crate) fn folding(view: &View<'_>, params: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
    Ok(Asked::about(view, &params.text_document.uri).and_then(|asked| {
        let folds = match asked.document.is_configuration() {
            true => configuration::folding::folding(asked.text().content()),
            false => asked.with_source(folds_of)?,
        };
        let range = |fold: cxvars_core::editor::folding::Fold| {
            let range = asked.text().range(fold.span, asked.encoding);
            let kind = match fold.kind {
                FoldKind::Region => FoldingRangeKind::Region,
                FoldKind::Comment => FoldingRangeKind::Comment,
            };
            FoldingRange {
                start_line: range.start.line,
                start_character: Some(range.start.character),
                end_line: range.end.line,
                end_character: Some(range.end.character),
                kind: Some(kind),
                collapsed_text: None,
            }
        };
        Some(folds.into_iter().map(range).collect())
    }))
}

fn kind(depth: usize, asked: &Asked<'_>) -> SymbolKind {
    match (depth, asked.document.is_configuration()) {
        (0, false) => SymbolKind::VARIABLE,
        (0, true) => SymbolKind::OBJECT,
        _ => SymbolKind::FIELD,
    }
}

#[expect(deprecated, reason = "the type has a member that nobody needs any more")]
fn nested(symbol: Symbol, asked: &Asked<'_>, depth: usize) -> DocumentSymbol {
    let children = symbol.children.into_iter().map(|child| nested(child, asked, depth + 1));
    DocumentSymbol {
        name: symbol.name,
        detail: Some(symbol.detail).filter(|detail| !detail.is_empty()),
        kind: kind(depth, asked),
        tags: None,
        deprecated: None,
        range: asked.text().range(symbol.span, asked.encoding),
        selection_range: asked.text().range(symbol.name_span, asked.encoding),
        children: Some(children.collect()),
    }
}

#[expect(deprecated, reason = "the type has a member that nobody needs any more")]
fn flatten(symbol: Symbol, container: Option<&str>, asked: &Asked<'_>, flat: &mut Vec<SymbolInformation>) {
    flat.push(SymbolInformation {
        name: symbol.name.clone(),
        kind: kind(usize::from(container.is_some()), asked),
        tags: None,
        deprecated: None,
        location: Location::new(asked.document.uri.clone(), asked.text().range(symbol.span, asked.encoding)),
        container_name: container.map(str::to_owned),
    });
    symbol.children.into_iter().for_each(|child| flatten(child, Some(&symbol.name), asked, flat));
}
