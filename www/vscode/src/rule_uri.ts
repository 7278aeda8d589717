// The addresses of the rules' pages.

import * as vscode from "vscode";

export const RULE_SCHEME = "cxvars-rule";

/** The addresses of all pages, for the server: it puts the code of a rule in the place of `{code}`. */
export const RULE_LINKS = `${RULE_SCHEME}:/{code}.md`;

/** The address of a rule's page. */
export function ruleUri(code: string): vscode.Uri {
  return vscode.Uri.from({ scheme: RULE_SCHEME, path: `/${code}.md` });
}
