// The addresses of the rules' pages.

import * as vscode from "vscode";

export const RULE_SCHEME = "cxvars-rule";

/** The address of a rule's page. */
export function ruleUri(code: string): vscode.Uri {
  return vscode.Uri.from({ scheme: RULE_SCHEME, path: `/${code}.md` });
}
