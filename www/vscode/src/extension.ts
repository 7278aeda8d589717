// The extension for VS Code on a desktop and in a browser. The engine runs within the extension, and nothing is sent.

import { init } from "@cxvars/validator/web";
import * as vscode from "vscode";
import { Checker, LANGUAGES } from "./checker.ts";
import { complete } from "./completions.ts";
import { actions, FIX_ALL, fixActiveDocument } from "./fixes.ts";
import { explainRule, hover, rulePage } from "./rule_pages.ts";
import { RULE_SCHEME } from "./rule_uri.ts";

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const file = vscode.Uri.joinPath(context.extensionUri, "dist", "validator.wasm");
  try {
    await init((await vscode.workspace.fs.readFile(file)) as BufferSource);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`cxvars could not start its checker, so NOTHING IS CHECKED: ${reason}`);
    return;
  }
  const checker = new Checker();
  const hovers: vscode.HoverProvider = { provideHover: (document, position) => hover(checker, document, position) };
  const fixes: vscode.CodeActionProvider = {
    provideCodeActions: (document, range, { only }) => actions(checker, document, range, only),
  };
  const kinds = { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL] };
  const completions: vscode.CompletionItemProvider = { provideCompletionItems: complete };
  context.subscriptions.push(
    checker,
    vscode.languages.registerHoverProvider(LANGUAGES, hovers),
    vscode.languages.registerCodeActionsProvider(LANGUAGES, fixes, kinds),
    vscode.languages.registerCompletionItemProvider(LANGUAGES, completions, '"', ":", " "),
    vscode.workspace.registerTextDocumentContentProvider(RULE_SCHEME, { provideTextDocumentContent: rulePage }),
    vscode.commands.registerCommand("cxvars.fixAll", () => fixActiveDocument(checker)),
    vscode.commands.registerCommand("cxvars.explain", explainRule),
  );
}
