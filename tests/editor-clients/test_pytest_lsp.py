"""pytest-lsp, a client of the protocol alone: open, type a mistake, see it at its place, fix it, rename, close."""

import asyncio
import pathlib
import shutil

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

PROJECT = pathlib.Path(__file__).parent / "project"
# The longest wait for one answer: only a test that fails takes it.
PATIENCE_S = 60
# Whose capabilities the client has in turn.
EDITORS = ["neovim@0.11.0", "visual-studio-code@1.65.2", "emacs@29.1"]


def units(text: str, encoding: str) -> int:
    """The length of a text in the units of a position."""
    return {"utf-16": len(text.encode("utf-16-le")) // 2, "utf-8": len(text.encode())}[encoding]


@pytest_lsp.fixture(params=EDITORS, config=ClientServerConfig(server_command=["cxvars", "lsp"]))
async def client(request, lsp_client: LanguageClient, tmp_path: pathlib.Path):
    shutil.copytree(PROJECT, tmp_path, dirs_exist_ok=True)
    (tmp_path / ".git").mkdir()

    @lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def register(_: types.RegistrationParams) -> None:
        """The files change in this test alone, so there is nothing to watch."""

    root = tmp_path.as_uri()
    folders = [types.WorkspaceFolder(uri=root, name="project")]
    result = await lsp_client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param),
            root_uri=root,
            workspace_folders=folders,
            initialization_options={"diagnostics": "push"},
        )
    )
    lsp_client.encoding = result.capabilities.position_encoding or "utf-16"
    lsp_client.root = tmp_path
    yield
    await lsp_client.shutdown_session()


async def findings(client: LanguageClient, uri: str, count: int) -> list[types.Diagnostic]:
    """Waits until a document has this number of findings."""
    while uri not in client.diagnostics or len(client.diagnostics[uri]) != count:
        published = client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        await asyncio.wait_for(published, PATIENCE_S)
    return list(client.diagnostics[uri])


@pytest.mark.asyncio
async def test_a_mistake_is_seen_and_mended(client: LanguageClient):
    path = client.root / "crm.yaml"
    uri, text = path.as_uri(), path.read_text()
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri=uri, language_id="yaml", version=1, text=text))
    )
    assert await findings(client, uri, 0) == []
    [other] = await findings(client, (client.root / "other.json").as_uri(), 1)
    assert other.code == "CX201"

    line = text.splitlines()[1]
    start = units(line[: line.index('"3"')], client.encoding)
    at = types.Position(line=1, character=start)
    quoted = types.Range(start=at, end=types.Position(line=1, character=start + 3))
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=2),
            content_changes=[types.TextDocumentContentChangePartial(range=quoted, text="3")],
        )
    )
    [found] = await findings(client, uri, 1)
    assert (found.code, found.source, found.severity) == ("CX007", "cxvars", types.DiagnosticSeverity.Error)
    bare = types.Range(start=at, end=types.Position(line=1, character=start + 1))
    assert found.range == bare

    actions = await client.text_document_code_action_async(
        types.CodeActionParams(
            text_document=types.TextDocumentIdentifier(uri=uri),
            range=bare,
            context=types.CodeActionContext(diagnostics=[found]),
        )
    )
    [fix] = [action for action in actions if action.is_preferred]
    edits = sorted(edits_of(fix.edit, uri), key=lambda edit: edit.range.start.character, reverse=True)
    mended = {(edit.range.start.character - start, edit.range.end.character - start, edit.new_text) for edit in edits}
    assert mended == {(0, 0, '"'), (1, 1, '"')}
    client.text_document_did_change(
        types.DidChangeTextDocumentParams(
            text_document=types.VersionedTextDocumentIdentifier(uri=uri, version=3),
            content_changes=[
                types.TextDocumentContentChangePartial(range=edit.range, text=edit.new_text) for edit in edits
            ],
        )
    )
    assert await findings(client, uri, 0) == []

    renamed = await client.text_document_rename_async(
        types.RenameParams(
            text_document=types.TextDocumentIdentifier(uri=uri),
            position=types.Position(line=1, character=line.index("retry_limit") + 2),
            new_name="retry_count",
        )
    )
    [in_document] = edits_of(renamed, uri)
    [in_configuration] = edits_of(renamed, (client.root / "cxvars.toml").as_uri())
    assert in_document.new_text == "retry_count"
    assert in_configuration.new_text.strip('"') == "retry_count"

    client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri=uri)))
    assert await findings(client, uri, 0) == []


def edits_of(edit: types.WorkspaceEdit, uri: str) -> list[types.TextEdit]:
    """The edits of one document, whichever form the server chose."""
    changes = list((edit.changes or {}).get(uri, []))
    for change in edit.document_changes or []:
        if isinstance(change, types.TextDocumentEdit) and change.text_document.uri == uri:
            changes += change.edits
    return changes
