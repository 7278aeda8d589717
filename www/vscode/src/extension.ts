// What the extension does on a desktop and in a browser alike.

import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { Client, type Make } from "./client.ts";
import { registerCommands } from "./commands.ts";
import { registerRulePages } from "./rule_pages.ts";
import { schemes } from "./selector.ts";
import { type KnownDocument, Status } from "./status.ts";
import type { Shown } from "./status_text.ts";

/** What the extension offers to others, which is what its tests look at. */
export interface Exports {
  /** What the status bar shows. */
  status(): Shown | undefined;
  /** What the server said of a document. */
  statusOf(uri: vscode.Uri): KnownDocument | undefined;
  /** The client, if its server runs. */
  client(): BaseLanguageClient | undefined;
  onDidChangeStatus: vscode.Event<void>;
}

let client: Client | undefined;

/** Starts the extension with a way to make a client. */
export async function start(context: vscode.ExtensionContext, make: Make): Promise<Exports> {
  const status = new Status();
  const made = new Client(context, make, status);
  client = made;
  let known = schemes().join();
  context.subscriptions.push(
    status,
    made,
    registerRulePages(),
    registerCommands(made, status),
    vscode.workspace.onDidGrantWorkspaceTrust(() => made.restart()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (["cxvars.path", "cxvars.env"].some((setting) => event.affectsConfiguration(setting))) void made.restart();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      if (schemes().join() !== known) void made.restart();
      known = schemes().join();
    }),
  );
  await made.restart();
  return {
    status: () => status.shown,
    statusOf: (uri) => status.of(uri),
    client: () => made.running,
    onDidChangeStatus: status.onDidChange,
  };
}

/** Stops the server before the editor closes. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}
