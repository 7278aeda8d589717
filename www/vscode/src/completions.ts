// Completion of keys and words.

import * as vscode from "vscode";
import { completionsAt } from "../../src/completion.ts";
import { isChecked } from "./checker.ts";

/** What can be written at the position. */
export function complete(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  if (!isChecked(document)) return [];
  const found = completionsAt(document.lineAt(position).text.slice(0, position.character), true);
  if (found === undefined) return [];
  const kind = found.kind === "key" ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember;
  const range = new vscode.Range(position.translate(0, -found.typed), position);
  return found.labels.map((label) => {
    const item = new vscode.CompletionItem(label, kind);
    item.range = range;
    return item;
  });
}
