// Which documents the server sees: those that may be documents of ours or parts of a configuration. It decides about
// each of them.

import * as vscode from "vscode";
import type { TextDocumentFilter } from "vscode-languageclient";

const LANGUAGES = ["json", "jsonc", "yaml", "dotenv", "properties", "plaintext", "toml"];
const NAMES = "**/{*.json,*.jsonc,*.yaml,*.yml,*.env,.env,.env.*,*.toml}";

/** The file systems with files of projects. The others have earlier versions, settings, output. */
export function schemes(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return [...new Set(["file", "untitled", ...folders.map(({ uri }) => uri.scheme)])];
}

/** The documents that the server sees. */
export function selector(): TextDocumentFilter[] {
  return schemes().flatMap((scheme) => [
    ...LANGUAGES.map((language) => ({ scheme, language })),
    { scheme, pattern: NAMES },
  ]);
}

/** Whether the server sees a document. */
export function isSeen(document: vscode.TextDocument): boolean {
  return vscode.languages.match(selector() as vscode.DocumentFilter[], document) > 0;
}
