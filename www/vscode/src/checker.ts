// Checks the open documents and shows their findings as diagnostics.

import { type CheckOptions, check, type Diagnostic, isForeign } from "@cxvars/validator/web";
import * as vscode from "vscode";
import { formatOf } from "./format.ts";
import { RULE_SCHEME, ruleUri } from "./rule_uri.ts";

export const LANGUAGES = ["json", "jsonc", "yaml", "dotenv", "properties", "plaintext"];

/** The wait after a typed key before the check, so that a long document is not checked for every key. */
const DELAY_MS = 50;

/** Keeps the findings of the open documents. */
export class Checker implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection("cxvars");
  readonly #found = new Map<string, { version: number; diagnostics: Diagnostic[] }>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #subscriptions: vscode.Disposable[];

  constructor() {
    this.#subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.run(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("cxvars")) this.#runAll();
      }),
    ];
    this.#runAll();
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#collection.dispose();
  }

  /** The findings of the document as it is now. A document that is not ours has none. */
  of(document: vscode.TextDocument): Diagnostic[] {
    const known = this.#found.get(document.uri.toString());
    return known?.version === document.version ? known.diagnostics : this.run(document);
  }

  run(document: vscode.TextDocument): Diagnostic[] {
    if (!isChecked(document)) {
      this.#forget(document);
      return [];
    }
    let diagnostics: Diagnostic[];
    try {
      ({ diagnostics } = check(document.getText(), optionsFor(document)));
    } catch (error) {
      const message = `not checked: ${error instanceof Error ? error.message : String(error)}`;
      const start = new vscode.Range(0, 0, 0, 1);
      this.#collection.set(document.uri, [new vscode.Diagnostic(start, message, vscode.DiagnosticSeverity.Error)]);
      return [];
    }
    const shown = diagnostics.map((diagnostic) => asShown(document, diagnostic));
    this.#found.set(document.uri.toString(), { version: document.version, diagnostics });
    this.#collection.set(document.uri, shown);
    return diagnostics;
  }

  #runAll(): void {
    for (const document of vscode.workspace.textDocuments) this.run(document);
  }

  #soon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    const timer = setTimeout(() => this.run(document), DELAY_MS);
    this.#timers.set(key, timer);
  }

  #forget(document: vscode.TextDocument): void {
    this.#found.delete(document.uri.toString());
    this.#collection.delete(document.uri);
  }
}

/** Whether a document is checked: because a setting names it, or because of what it contains. */
export function isChecked(document: vscode.TextDocument): boolean {
  if (document.uri.scheme === RULE_SCHEME || !LANGUAGES.includes(document.languageId)) return false;
  const included = settings(document).get<string[]>("include", []);
  if (included.some((pattern) => vscode.languages.match({ pattern }, document) > 0)) return true;
  if (!["json", "jsonc", "yaml"].includes(document.languageId)) return false;
  return !isForeign(document.getText(), { format: formatOf(document.languageId, document.fileName) });
}

/** The options of a document's check, from the settings. */
export function optionsFor(document: vscode.TextDocument): CheckOptions {
  const read = settings(document);
  const options: CheckOptions = {
    format: formatOf(document.languageId, document.fileName),
    severity: read.get("severity", {}),
  };
  const scope = read.get<"" | "global" | "template" | "action">("parentScope", "");
  if (scope !== "") options.parent_scope = scope;
  const pattern = read.get("namePattern", "");
  if (pattern !== "") options.name_pattern = pattern;
  return options;
}

function settings(document: vscode.TextDocument): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("cxvars", document.uri);
}

/**
 * The place of a finding in the document. Offsets count UTF-16 code units in both; lines and columns do not, because VS
 * Code reads a carriage return with a line feed as one end of a line.
 */
export function rangeOf(document: vscode.TextDocument, { start, end }: Diagnostic["range"]): vscode.Range {
  return new vscode.Range(document.positionAt(start.offset), document.positionAt(end.offset));
}

/** A finding as VS Code shows it. */
export function asShown(document: vscode.TextDocument, diagnostic: Diagnostic): vscode.Diagnostic {
  const { code, help, message, related } = diagnostic;
  const text = help === null ? message : `${message}\n${help}`;
  const isError = diagnostic.severity === "error";
  const severity = isError ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const result = new vscode.Diagnostic(rangeOf(document, diagnostic.range), text, severity);
  result.source = "cxvars";
  result.code = { value: code, target: ruleUri(code) };
  result.relatedInformation = related.map(({ message, range }) => {
    const location = new vscode.Location(document.uri, rangeOf(document, range));
    return new vscode.DiagnosticRelatedInformation(location, message);
  });
  return result;
}
