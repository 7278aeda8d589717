// The documentation of rules: on hover, and as a page of its own.

import { explain, rules } from "@cxvars/validator/web";
import * as vscode from "vscode";
import { type Checker, rangeOf } from "./checker.ts";
import { ruleUri } from "./rule_uri.ts";

/** The text of a rule's page. */
export function rulePage({ path }: vscode.Uri): string {
  return explain(path.replace(/^\/|\.md$/g, "")) ?? "There is no such rule.";
}

/** Shows the documentation of the rules that have findings at the position. */
export function hover(
  checker: Checker,
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.Hover | undefined {
  const found = checker.of(document).filter(({ range }) => rangeOf(document, range).contains(position));
  if (found.length === 0) return undefined;
  const codes = new Set(found.map(({ code }) => code));
  return new vscode.Hover([...codes].map((code) => new vscode.MarkdownString(inHover(explain(code) ?? ""))));
}

/** Makes the headings as small as the text, because a hover is small. */
function inHover(documentation: string): string {
  return documentation.replace(/^#+ (.*)$/gm, "**$1**");
}

/** Opens the page of a rule, which the user chooses unless the command names it. */
export async function explainRule(code?: string): Promise<void> {
  const chosen = code ?? (await chooseRule());
  if (chosen !== undefined) await vscode.commands.executeCommand("markdown.showPreview", ruleUri(chosen));
}

async function chooseRule(): Promise<string | undefined> {
  const items = rules().map(({ code, name, summary }) => ({ label: `${code} ${name}`, description: summary, code }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: "Rule", matchOnDescription: true });
  return chosen?.code;
}
