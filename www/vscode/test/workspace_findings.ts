// Runs within VS Code, on any workspace: prints what the editor has for its files, as JSON in the terms of the Language
// Server Protocol. The file `plan.txt` of the workspace says, as JSON too, which files have findings, and which ones to
// open. tests/javascript/vscode_editor.mjs reads what is printed.

import * as vscode from "vscode";
import type { CodeActionRequest } from "vscode-languageclient";
import type { Exports } from "../src/extension.ts";
import { isSeen } from "../src/selector.ts";
import { code, ours, uriOf, when } from "./harness.ts";

interface Plan {
  /** The files that have findings. What the editor says is complete when it has some for each of them. */
  awaited: string[];
  /** The files to open: for their fixes, and to learn whether they are checked. */
  opened: string[];
}

/** Longest piece that is printed at once: the editor leaves out longer ones. */
const PIECE = 50_000;

let extension: Exports;

export async function run(): Promise<void> {
  extension = (await vscode.extensions.getExtension<Exports>("cxvars.cxvars")!.activate()) as Exports;
  const plan: Plan = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uriOf("plan.txt"))));
  await someFor(plan.awaited);
  const closed = allDiagnostics();
  const opened: Record<string, unknown> = {};
  for (const path of plan.opened) opened[path] = await open(path);
  print({ closed, opened });
}

/** Waits until each of the files has findings. */
async function someFor(paths: string[]): Promise<void> {
  const missing = () => paths.filter((path) => ours(uriOf(path)).length === 0);
  await when(
    vscode.languages.onDidChangeDiagnostics,
    () => missing().length === 0,
    () => missing().slice(0, 10),
  );
}

/** The diagnostics of all files, by path. */
function allDiagnostics(): Record<string, unknown[]> {
  const root = uriOf("").path;
  const found = vscode.languages.getDiagnostics().map(([uri]) => [uri.path.slice(root.length), ours(uri)] as const);
  return Object.fromEntries(
    found.filter(([, own]) => own.length > 0).map(([path, own]) => [path, own.map(diagnostic)]),
  );
}

/** Opens a file, and returns its diagnostics with the code actions that are offered for each; null if not checked. */
async function open(path: string): Promise<unknown> {
  const document = await vscode.workspace.openTextDocument(uriOf(path));
  if (!isSeen(document)) return null;
  const status = () => extension.statusOf(document.uri);
  await when(
    extension.onDidChangeStatus,
    () => status() !== undefined,
    () => `no status of ${path}`,
  );
  const { state, errors, warnings } = status()!;
  if (state === "notChecked") return null;
  const found = () => ours(document.uri);
  await when(
    vscode.languages.onDidChangeDiagnostics,
    () => found().length === errors + warnings,
    () => found().length,
  );
  return Promise.all(found().map(async (one) => ({ ...diagnostic(one), actions: await actions(document, one) })));
}

/** The quick fixes that the extension gives the editor, whose own command forgets which findings they are for. */
async function actions(document: vscode.TextDocument, about: vscode.Diagnostic): Promise<unknown[]> {
  const method: typeof CodeActionRequest.method = "textDocument/codeAction";
  const provider = extension.client()!.getFeature(method).getProvider(document)!;
  const context = {
    diagnostics: [about],
    only: vscode.CodeActionKind.QuickFix,
    triggerKind: vscode.CodeActionTriggerKind.Invoke,
  };
  const { token } = new vscode.CancellationTokenSource();
  const found = (await provider.provideCodeActions(document, about.range, context, token)) ?? [];
  return found.filter((action) => action instanceof vscode.CodeAction).map(codeAction);
}

function diagnostic(one: vscode.Diagnostic) {
  const related = one.relatedInformation ?? [];
  return {
    code: code(one),
    severity: one.severity + 1,
    range: range(one.range),
    message: one.message,
    relatedInformation: related.map(({ location, message }) => ({
      location: { range: range(location.range) },
      message,
    })),
  };
}

function codeAction({ title, isPreferred, edit, diagnostics }: vscode.CodeAction) {
  const edits = edit?.entries().flatMap(([, edits]) => edits);
  return {
    title,
    isPreferred,
    diagnostics: (diagnostics ?? []).map((one) => ({ message: one.message, range: range(one.range) })),
    edit: edits && { changes: { "": edits.map((one) => ({ range: range(one.range), newText: one.newText })) } },
  };
}

function range({ start, end }: vscode.Range) {
  const place = ({ line, character }: vscode.Position) => ({ line, character });
  return { start: place(start), end: place(end) };
}

function print(found: unknown): void {
  const text = JSON.stringify(found);
  for (let at = 0; at < text.length; at += PIECE) console.log(`found: ${text.slice(at, at + PIECE)}`);
}
