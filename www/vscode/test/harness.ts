// What the tests within VS Code share: files of the workspace, and waiting for what the extension shows.

import * as vscode from "vscode";
import type { Exports } from "../src/extension.ts";

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

export function equal(actual: unknown, expected: unknown): void {
  assert(
    JSON.stringify(actual) === JSON.stringify(expected),
    `expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`,
  );
}

export const uriOf = (name: string) => vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name);
export const ours = (uri: vscode.Uri) =>
  vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "cxvars");
export const code = ({ code }: vscode.Diagnostic) => String(typeof code === "object" ? code.value : code);
export const codes = (name: string) => ours(uriOf(name)).map(code);

/** Opens a file of the workspace as a user does. What an extension opens would stay open after its editor is closed. */
export async function open(name: string): Promise<vscode.TextDocument> {
  await vscode.commands.executeCommand("vscode.open", uriOf(name));
  const { document } = vscode.window.activeTextEditor!;
  equal(document.uri.toString(), uriOf(name).toString());
  return document;
}

/** Closes the active editor, and with it what was not saved. */
export async function closeEditor(): Promise<void> {
  await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
}

/** Writes a file without an editor. */
export async function write(name: string, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uriOf(name), new TextEncoder().encode(text));
}

export async function remove(name: string): Promise<void> {
  await vscode.workspace.fs.delete(uriOf(name), { recursive: true });
}

/** Replaces the text of an open document, without saving it. */
export async function type(document: vscode.TextDocument, text: string): Promise<void> {
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(change);
}

/** Longest wait for the editor, in milliseconds. Only a test that fails takes this long, however busy the machine. */
const PATIENCE = 60_000;

/** Waits until a condition holds, which can change with every event of this kind. */
export async function when<T>(changes: vscode.Event<T>, holds: () => boolean, state: () => unknown): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the editor stayed at ${JSON.stringify(state())}`)), PATIENCE);
    const subscription = changes(() => {
      if (!holds()) return;
      clearTimeout(late);
      subscription.dispose();
      resolve();
    });
  });
}

/** Waits until a condition on the editor's diagnostics holds. The editor announces every change of them. */
export const until = (holds: () => boolean, state: () => unknown) =>
  when(vscode.languages.onDidChangeDiagnostics, holds, state);

/** Waits until a file has findings of these rules, and no others. */
export async function findings(name: string, expected: string[]): Promise<vscode.Diagnostic[]> {
  const isThere = () => JSON.stringify(codes(name).sort()) === JSON.stringify([...expected].sort());
  await until(isThere, () => `${name}: ${codes(name).join()}, expected ${expected.join()}`);
  return ours(uriOf(name));
}

/** Waits until the status bar shows what is expected. */
export async function status(expected: { text: string; tooltip: RegExp }): Promise<void> {
  const { exports } = vscode.extensions.getExtension<Exports>("cxvars.cxvars")!;
  const holds = () => exports.status()?.text === expected.text && expected.tooltip.test(exports.status()!.tooltip);
  await when(exports.onDidChangeStatus, holds, () => exports.status());
}

/** What the editor offers at a place. While another extension starts it offers nothing, so there are several tries. */
export async function codeActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  const command = "vscode.executeCodeActionProvider";
  for (let round = 0; ; round += 1) {
    const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(command, document.uri, range);
    if (found.length > 0 || round === 20) return found;
  }
}
