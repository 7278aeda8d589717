// Fixes: those of one finding, which the user chooses, and all safe ones together.

import { type Diagnostic, type Fix, type Fixed, fixAll } from "@cxvars/validator/web";
import * as vscode from "vscode";
import { whyLeftOut } from "../../src/wording.ts";
import { asShown, type Checker, optionsFor, rangeOf } from "./checker.ts";

/** The kind of the action that applies all safe fixes, which an editor may also run on save. */
export const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append("cxvars");

/** The actions for a range of the document. */
export function actions(
  checker: Checker,
  document: vscode.TextDocument,
  range: vscode.Range,
  only: vscode.CodeActionKind | undefined,
): vscode.CodeAction[] {
  const here = checker.of(document).filter((found) => rangeOf(document, found.range).intersection(range) !== undefined);
  const result = here.flatMap((diagnostic) => quickFixes(document, diagnostic));
  if (only === undefined || only.contains(FIX_ALL) || FIX_ALL.contains(only)) {
    const fixed = allFixes(checker, document);
    const action = new vscode.CodeAction("Apply all safe fixes (cxvars)", FIX_ALL);
    if (fixed !== undefined && fixed.applied.length > 0) {
      result.push(Object.assign(action, { edit: replacement(document, fixed.text) }));
    }
  }
  return result;
}

/** Applies all safe fixes to the document in the active editor, and says why others were left out. */
export async function fixActiveDocument(checker: Checker): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return;
  const { applied, left_out, text } = allFixes(checker, document) ?? { applied: [], left_out: [], text: "" };
  if (applied.length > 0) await vscode.workspace.applyEdit(replacement(document, text));
  const why = whyLeftOut(left_out);
  if (why !== "") void vscode.window.showInformationMessage(`cxvars: ${why}`);
  else if (applied.length === 0) {
    void vscode.window.showInformationMessage("cxvars: there is nothing that can be fixed safely.");
  }
}

function quickFixes(document: vscode.TextDocument, diagnostic: Diagnostic): vscode.CodeAction[] {
  const fixes = diagnostic.fixes.filter(({ applicability }) => applicability !== "display-only");
  return fixes.map((fix) => {
    const action = new vscode.CodeAction(fix.message, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [asShown(document, diagnostic)];
    action.isPreferred = fix.applicability === "safe";
    action.edit = editOf(document, fix);
    return action;
  });
}

function editOf(document: vscode.TextDocument, { edits }: Fix): vscode.WorkspaceEdit {
  const result = new vscode.WorkspaceEdit();
  for (const { start, end, text } of edits) {
    result.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return result;
}

/** The text with the safe fixes that prove themselves; undefined if no finding has a safe fix. */
function allFixes(checker: Checker, document: vscode.TextDocument): Fixed | undefined {
  const isSafe = ({ applicability }: Fix) => applicability === "safe";
  if (!checker.of(document).some(({ fixes }) => fixes.some(isSafe))) return undefined;
  return fixAll(document.getText(), optionsFor(document));
}

/** The edit that replaces the whole text of the document. */
function replacement(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit {
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  const result = new vscode.WorkspaceEdit();
  result.replace(document.uri, whole, text);
  return result;
}
