// The commands of the extension.

import * as vscode from "vscode";
import { type CodeAction, CodeActionRequest } from "vscode-languageclient";
import { type LeftOut, whyLeftOut } from "../../src/left_out.ts";
import type { Client } from "./client.ts";
import { isSeen } from "./selector.ts";
import type { Status } from "./status.ts";

/** The kind of the action that applies all safe fixes, which an editor may also run on save. */
const FIX_ALL = "source.fixAll.cxvars";
const CONFIGURATION = "cxvars.toml";
const NOT_RUNNING = "the language server does not run; see the output";

/** Makes the commands known to the editor. */
export function registerCommands(client: Client, status: Status): vscode.Disposable {
  const commands: Record<string, () => unknown> = {
    "cxvars.fixAll": () => fixAll(client),
    "cxvars.checkFile": () => checkFile(client),
    "cxvars.restart": () => client.restart(),
    "cxvars.showOutput": () => client.output.show(),
    "cxvars.openConfiguration": () => openConfiguration(status),
    "cxvars.showMenu": () => showMenu(status),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
  );
}

/** Lets the user choose what the status bar item does: what helps with the file in the active editor comes first. */
async function showMenu(status: Status): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const known = active && status.of(active);
  const hasFindings = known !== undefined && known.errors + known.warnings > 0;
  const items = [
    hasFindings && { label: "$(lightbulb-autofix) Apply all safe fixes", command: "cxvars.fixAll" },
    hasFindings && { label: "$(list-flat) Show all problems", command: "workbench.actions.view.problems" },
    known?.state !== "checked" && { label: "$(checklist) Check this file", command: "cxvars.checkFile" },
    { label: "$(gear) Open cxvars.toml", command: "cxvars.openConfiguration" },
    { label: "$(output) Show the output", command: "cxvars.showOutput" },
    { label: "$(debug-restart) Restart the language server", command: "cxvars.restart" },
  ].filter((item) => item !== false);
  const chosen = await vscode.window.showQuickPick(items, { title: "cxvars" });
  if (chosen !== undefined) await vscode.commands.executeCommand(chosen.command);
}

/** Applies all safe fixes to the document in the active editor, and says why others were left out. */
async function fixAll({ running }: Client): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return say("open the file to fix");
  if (running === undefined) return say(NOT_RUNNING);
  const { code2ProtocolConverter: to, protocol2CodeConverter: from } = running;
  // The server itself is asked: the editor's answer is empty while another extension starts.
  const actions = await running.sendRequest(CodeActionRequest.type, {
    textDocument: to.asTextDocumentIdentifier(document),
    range: to.asRange(new vscode.Range(0, 0, document.lineCount, 0)),
    context: { diagnostics: [], only: [FIX_ALL] },
  });
  const action = actions?.find((action): action is CodeAction => "kind" in action && action.kind === FIX_ALL);
  const edit = await from.asWorkspaceEdit(action?.edit);
  if (edit !== undefined) await vscode.workspace.applyEdit(edit);
  const textDocument = to.asTextDocumentIdentifier(document);
  const why = whyLeftOut(await running.sendRequest<LeftOut[]>("cxvars/leftOut", { textDocument }));
  if (why !== "") say(why);
  else if (edit === undefined) say("there is nothing that can be fixed safely");
}

/** Checks the file in the active editor even if the configuration leaves it out. */
async function checkFile({ running }: Client): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return say("open the file to check");
  if (!isSeen(document)) return say("this file is neither JSON, YAML nor .env; set the language of the editor to one");
  if (running === undefined) return say(NOT_RUNNING);
  const textDocument = running.code2ProtocolConverter.asTextDocumentIdentifier(document);
  await running.sendRequest("cxvars/checkFile", { textDocument });
}

function say(text: string): void {
  void vscode.window.showInformationMessage(`cxvars: ${text}`);
}

/** Opens the configuration of the document in the active editor, or else of the workspace. */
async function openConfiguration(status: Status): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const configuration = active && status.of(active)?.configuration;
  if (configuration !== undefined) return show(configuration);
  const folder = (active && vscode.workspace.getWorkspaceFolder(active)) ?? vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) return say(`open the folder of your project, which is where ${CONFIGURATION} belongs`);
  const file = vscode.Uri.joinPath(folder.uri, CONFIGURATION);
  if (!(await exists(file))) {
    const create = `Create ${CONFIGURATION}`;
    const answer = await vscode.window.showInformationMessage(`This project has no ${CONFIGURATION}.`, create);
    if (answer !== create) return;
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode("[validate]\n"));
  }
  await show(file);
}

async function show(file: vscode.Uri): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
}

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}
