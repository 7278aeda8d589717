//! `textDocument/hover`.

use cxvars_core::editor::{configuration, hover as editor};
use cxvars_core::options::section::Section as _;
use cxvars_project::section::ConfigFile;
use lsp_types::{Hover, HoverContents, HoverParams, MarkupContent, MarkupKind};

use super::Asked;
use crate::outbox::Answer;
use crate::view::View;

pub(crate) fn hover(view: &View<'_>, params: HoverParams) -> Answer<Option<Hover>> {
    let at = params.text_document_position_params;
    Ok(Asked::about(view, &at.text_document.uri).and_then(|asked| {
        let offset = asked.offset(at.position);
        let content = asked.text().content();
        let found = asked.with_facts(view, |facts| match asked.document.is_configuration() {
            true => configuration::hover::hover(content, offset, &ConfigFile::ABOUT, facts),
            false => asked.with_checked(|checked| editor::hover(checked, offset, facts)).flatten(),
        })?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: found.markdown });
        Some(Hover { contents, range: Some(asked.text().range(found.span, asked.encoding)) })
    }))
}
