// `cxvars lsp` has the findings of the native engine in each document of the parity corpus: in its file, if a search
// comes to it, and in an editor.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { LanguageClient } from "./language_client.mjs";
import { agree, corpus, searchedFor, textOf, writeConfigurations, writeCorpus } from "./parity_folder.mjs";
import { cleanEnvironment, inTemporaryFolder } from "./projects.mjs";
import { Session } from "./projects_server.mjs";
import { ofDiagnostic, Text } from "./projects_verdict.mjs";

const program = process.env.CXVARS;
const documents = corpus();

/** Starts a language server on a folder into which `write` writes the corpus. */
async function withServer(write, use) {
  await inTemporaryFolder(async (folder) => {
    write(documents, folder);
    const client = new LanguageClient(program, ["lsp"], { cwd: folder, env: cleanEnvironment(folder) });
    try {
      const session = new Session(client, folder, "utf-16");
      await session.start(false);
      await use(folder, session, client);
      assert.equal(await client.stop(), 0);
    } finally {
      client.kill();
    }
  });
}

/** What a document in an editor has, with the fixes that are offered. */
async function inEditor(client, uri, { path, bytes }, text) {
  const textDocument = { uri };
  const languageId = path.split(".").pop();
  client.notify("textDocument/didOpen", { textDocument: { ...textDocument, languageId, version: 1, text } });
  // Some of the documents are clearly none, and are checked only if the user wants it.
  await client.request("cxvars/checkFile", { textDocument });
  const { items } = await client.request("textDocument/diagnostic", { textDocument });
  const everywhere = { start: { line: 0, character: 0 }, end: { line: 1e6, character: 0 } };
  const context = { diagnostics: items, only: ["quickfix"] };
  const actions =
    items.length === 0
      ? []
      : await client.request("textDocument/codeAction", { textDocument, range: everywhere, context });
  client.notify("textDocument/didClose", { textDocument });
  return items.map((item) => ofDiagnostic(item, actions ?? [], new Text(bytes)));
}

test("the language server has the findings of the native engine in each document in an editor", async () => {
  await withServer(writeConfigurations, async (folder, _, client) => {
    const found = [];
    for (const document of documents) {
      const text = textOf(document.bytes);
      if (text === undefined) continue;
      const uri = pathToFileURL(`${folder}/${document.path}`).href;
      found.push([document.path, await inEditor(client, uri, document, text)]);
    }
    assert.ok(found.length > 7_000, `${found.length} documents`);
    await agree(documents, found);
  });
});

test("the language server has the findings of the native engine in the files that a search finds", async () => {
  await withServer(writeCorpus, async (folder, session) => {
    const pulled = await session.pulled();
    const texts = new Map(documents.map(({ path, bytes }) => [path, new Text(bytes)]));
    const found = searchedFor(documents, folder, program).map((path) => [
      path,
      (pulled.get(path) ?? []).map((item) => ofDiagnostic(item, [], texts.get(path))),
    ]);
    assert.ok(found.length > 5_000, `${found.length} documents`);
    // Fixes are offered in editors only.
    await agree(documents, found, (findings) => findings.map((finding) => ({ ...finding, fixes: [] })));
  });
});
