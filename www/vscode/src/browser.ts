// The extension in a browser, where no program can be started.

import type * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { BUILT_IN, builtIn } from "./built_in_client.ts";
import { type Exports, start } from "./extension.ts";

export { deactivate } from "./extension.ts";

export function activate(context: vscode.ExtensionContext): Promise<Exports> {
  return start(context, async (context, options) => {
    const server = builtIn(context, options);
    return { client: new LanguageClient("cxvars", "cxvars", server.connect, server.options), what: BUILT_IN };
  });
}
