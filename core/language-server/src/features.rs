//! What the client asks about a document.

use crate::server::{Answer, Server};
use lsp_types::*;
pub(crate) fn hover(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn completion(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn definition(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn symbols(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn folding(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn actions(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn prepare_rename(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
pub(crate) fn rename(_: &mut Server, _: HoverParams) -> Answer<()> {
    Ok(())
}
