// The extension in a browser, where no program can be started.

import type * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { BUILT_IN, builtIn } from "./built_in_client.ts";
import { type Exports, start } from "./extension.ts";
import type { Surroundings } from "./policies.ts";

/** The code of a policy's thread. */
declare const POLICY_THREAD: string;

export { deactivate } from "./extension.ts";

export function activate(context: vscode.ExtensionContext): Promise<Exports> {
  return start(context, async (context, options) => {
    const server = builtIn(context, options, startThread);
    return { client: new LanguageClient("cxvars", "cxvars", server.connect, server.options), what: BUILT_IN };
  });
}

const startThread: Surroundings["start"] = () => {
  const address = URL.createObjectURL(new Blob([POLICY_THREAD], { type: "text/javascript" }));
  const thread = new Worker(address);
  // The thread has the code once it says that it has started.
  thread.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return thread;
};
