// The extension on a desktop, which starts the program `cxvars`. Without one it uses the server within the extension.

import { delimiter } from "node:path";
import { Worker } from "node:worker_threads";
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";
import { BUILT_IN, builtIn } from "./built_in_client.ts";
import type { Made, Make } from "./client.ts";
import { type Exports, start } from "./extension.ts";
import { executable, machine } from "./machine.ts";
import { findProgram } from "./program.ts";

export { deactivate } from "./extension.ts";

/** The code of a policy's thread. */
declare const POLICY_THREAD: string;

export function activate(context: vscode.ExtensionContext): Promise<Exports> {
  return start(context, make);
}

const make: Make = async (context, options): Promise<Made> => {
  const wanted = {
    setting: vscode.workspace.getConfiguration("cxvars").get("path", ""),
    extension: context.extensionUri.fsPath,
    version: String(context.extension.packageJSON.version),
  };
  const found = await findProgram(wanted, machine((process.env.PATH ?? "").split(delimiter)));
  if (found.path !== undefined && !isVirtual()) {
    const client = new LanguageClient("cxvars", "cxvars", executable(found.path), options);
    return { client, what: `cxvars ${found.version} at ${found.path}` };
  }
  if (found.path === undefined && found.problem !== undefined) void warn(found.problem);
  const server = builtIn(context, options, () => new Worker(POLICY_THREAD, { eval: true, execArgv: [] }));
  return { client: new LanguageClient("cxvars", "cxvars", server.connect, server.options), what: BUILT_IN };
};

/** Whether no folder of the workspace is on disk, so that the program could not read it. */
function isVirtual(): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.length > 0 && folders.every(({ uri }) => uri.scheme !== "file");
}

/** Says why the program is not used. */
async function warn(problem: string): Promise<void> {
  const settings = "Open settings";
  const text = `cxvars: ${problem}. Until then the checker within the extension is used.`;
  if ((await vscode.window.showWarningMessage(text, settings)) === settings) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "cxvars.path");
  }
}
