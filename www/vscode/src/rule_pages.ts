// The documentation of the rules, as pages of their own. The build takes it from docs/rules.md.

import * as vscode from "vscode";
import { RULE_SCHEME, ruleUri } from "./rule_uri.ts";

interface Rule {
  name: string;
  summary: string;
  /** Its documentation, in Markdown. */
  text: string;
}

declare const RULES: Readonly<Record<string, Rule>>;

/** Makes the pages of the rules known to the editor. */
export function registerRulePages(): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.workspace.registerTextDocumentContentProvider(RULE_SCHEME, { provideTextDocumentContent: rulePage }),
    vscode.commands.registerCommand("cxvars.explain", explainRule),
  );
}

function rulePage({ path }: vscode.Uri): string {
  return RULES[path.replace(/^\/|\.md$/g, "")]?.text ?? "There is no such rule.";
}

/** Opens the page of a rule, which the user chooses unless the command names it. */
async function explainRule(code?: string): Promise<void> {
  const chosen = code ?? (await chooseRule());
  if (chosen !== undefined) await vscode.commands.executeCommand("markdown.showPreview", ruleUri(chosen));
}

async function chooseRule(): Promise<string | undefined> {
  const items = Object.entries(RULES).map(([code, { name, summary }]) => ({
    label: `${code} ${name}`,
    description: summary,
    code,
  }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Rule", matchOnDescription: true });
  return chosen?.code;
}
