// The text that the language server keeps is the text of the client, whatever is typed: after random edits, it says of
// the document what it says of the same text in a new document. The client keeps its text by the package that VS Code's
// servers use.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { LanguageClient } from "./language_client.mjs";
import { random } from "./random.mjs";

const isCampaign = process.env.CXVARS_CAMPAIGN === "full";
const SEEDS = isCampaign ? 250 : 4;
const EDITS = 4_000;
/** Edits between two comparisons. */
const COMPARED_AFTER = 40;
/** A longer text loses its second half, as a person would select and delete it. */
const LONGEST = 20_000;

const PIECES = [
  ..."{}[]:,\"'#-| \t\n\r",
  "\r\n",
  "\n  ",
  "ü",
  "🙂",
  "e\u0301",
  "\ufeff",
  "\u2028",
  '{"name": "a", "type": "string", "value": "x"}',
  '{"variables": [',
  "variables:\n",
  '  - name: a\n    type: integer\n    value: "3"\n',
  "    value: 3\r\n",
  "A=1 # cxvars: type=integer\n",
];

/** A change of a document: its range or, for all of it, none; and one that undoes it. */
function change(document, pick, undone) {
  const length = document.getText().length;
  if (length > LONGEST) return replacement(document, whole(document, length >> 1), length, "");
  const kind = pick(20);
  if (kind === 0) return { text: PIECES[pick(PIECES.length)].repeat(pick(4)) };
  if (kind <= 4 && undone.length > 0) return undone.pop();
  const start = whole(document, pick(length + 1));
  const end = pick(3) === 0 ? whole(document, Math.min(length, start + pick(30))) : start;
  return replacement(document, start, end, pick(4) === 0 ? "" : PIECES[pick(PIECES.length)]);
}

/** An offset that is not within a surrogate pair: half a character cannot be sent. */
function whole(document, offset) {
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(document.getText().slice(offset - 1, offset + 1)) ? offset - 1 : offset;
}

function replacement(document, start, end, text) {
  return { range: { start: document.positionAt(start), end: document.positionAt(end) }, text };
}

/** Sometimes a position that the text does not have, which clients send: the nearest one counts. */
function stretched(change, pick) {
  if (change.range === undefined || pick(10) > 0) return change;
  const { start, end } = change.range;
  const far =
    pick(2) === 0 ? { line: end.line, character: end.character + 1_000 } : { line: end.line + 1_000, character: 3 };
  return { range: { start, end: far }, text: change.text };
}

/** The change that undoes one. */
function inverse(document, change) {
  if (change.range === undefined) return { text: document.getText() };
  const start = document.offsetAt(change.range.start);
  const removed = document.getText().slice(start, document.offsetAt(change.range.end));
  const after = TextDocument.create("", "", 0, document.getText());
  TextDocument.update(after, [change], 1);
  return replacement(after, start, start + change.text.length, removed);
}

async function answers(client, uri) {
  const textDocument = { uri };
  const { items } = await client.request("textDocument/diagnostic", { textDocument });
  const symbols = await client.request("textDocument/documentSymbol", { textDocument });
  const folds = await client.request("textDocument/foldingRange", { textDocument });
  return JSON.stringify({ items, symbols, folds }).replaceAll(uri, "");
}

async function compare(client, edited, opened, text, languageId) {
  client.notify("textDocument/didOpen", { textDocument: { uri: opened, languageId, version: 1, text } });
  // Also what is not judged as a document is to be the same.
  await client.request("cxvars/checkFile", { textDocument: { uri: opened } });
  assert.equal(await answers(client, edited), await answers(client, opened));
  client.notify("textDocument/didClose", { textDocument: { uri: opened } });
}

async function typed(client, folder, seed) {
  const pick = random(seed);
  const extension = ["json", "jsonc", "yaml", "env"][seed % 4];
  const [uri, opened] = ["a", "b"].map((name) => pathToFileURL(join(folder, `${name}${seed}.cx.${extension}`)).href);
  const languageId = extension === "env" ? "dotenv" : extension;
  const document = TextDocument.create(uri, languageId, 1, "");
  client.notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text: "" } });
  await client.request("cxvars/checkFile", { textDocument: { uri } });
  const undone = [];
  for (let version = 2; version < EDITS + 2; version += 1) {
    const changes = [];
    for (let count = pick(3); count >= 0; count -= 1) {
      const next = stretched(change(document, pick, undone), pick);
      undone.push(inverse(document, next));
      TextDocument.update(document, [next], version);
      changes.push(next);
    }
    // What was undone is not undone again for ever.
    undone.splice(0, undone.length - 10);
    client.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges: changes });
    if (version % COMPARED_AFTER === 0) await compare(client, uri, opened, document.getText(), languageId);
  }
  client.notify("textDocument/didClose", { textDocument: { uri } });
}

for (let seed = 0; seed < SEEDS; seed += 1) {
  test(`after random edits, the server has the client's text (seed ${seed})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cxvars-edits-"));
    mkdirSync(join(folder, ".git"));
    const client = new LanguageClient(process.env.CXVARS, ["lsp"], { cwd: folder });
    try {
      const rootUri = pathToFileURL(folder).href;
      const capabilities = {
        textDocument: { diagnostic: {}, documentSymbol: { hierarchicalDocumentSymbolSupport: true } },
      };
      const initializationOptions = { ruleLinks: "rules:/{code}.md" };
      await client.request("initialize", { processId: process.pid, rootUri, capabilities, initializationOptions });
      client.notify("initialized", {});
      await typed(client, folder, seed);
      assert.equal(await client.stop(), 0);
    } finally {
      client.kill();
      rmSync(folder, { recursive: true });
    }
  });
}
