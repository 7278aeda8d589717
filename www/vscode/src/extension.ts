// cxvars in VS Code, on a desktop and in a browser alike: the engine runs within the extension and nothing is sent.

import {
  applyFixes,
  type CheckOptions,
  check,
  type Diagnostic,
  explain,
  type Fix,
  init,
  rules,
} from "@cxvars/validator/web";
import * as vscode from "vscode";
import { completionsAt } from "../../src/completion.ts";
import { formatOf, isOurs } from "./recognise.ts";

const LANGUAGES = ["json", "jsonc", "yaml", "dotenv", "properties", "plaintext"];
/** A little behind the last key, so that a long document is not checked for each. */
const DELAY_MS = 50;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  try {
    await init(
      (await vscode.workspace.fs.readFile(
        vscode.Uri.joinPath(context.extensionUri, "dist", "validator.wasm"),
      )) as BufferSource,
    );
  } catch (error) {
    void vscode.window.showErrorMessage(
      `cxvars could not start its checker, so NOTHING IS CHECKED: ${error instanceof Error ? error.message : String(error)}`,
    );
    return;
  }
  const checker = new Checker();
  context.subscriptions.push(
    checker,
    vscode.languages.registerHoverProvider(LANGUAGES, {
      provideHover: (document, position) => hover(checker, document, position),
    }),
    vscode.languages.registerCodeActionsProvider(
      LANGUAGES,
      { provideCodeActions: (document, range, { only }) => actions(checker, document, range, only) },
      {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, FIX_ALL],
      },
    ),
    vscode.languages.registerCompletionItemProvider(
      LANGUAGES,
      { provideCompletionItems: (document, position) => complete(document, position) },
      '"',
      ":",
      " ",
    ),
    vscode.workspace.registerTextDocumentContentProvider(RULE_SCHEME, {
      provideTextDocumentContent: ({ path }) => explain(path.slice(1, 6)) ?? "There is no such rule.",
    }),
    vscode.commands.registerCommand("cxvars.fixAll", () => fixAll(checker)),
    vscode.commands.registerCommand("cxvars.explain", (code?: string) => explainRule(code)),
  );
}

/** Keeps the findings of the open documents. */
class Checker implements vscode.Disposable {
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

  /** The findings of the document as it is now; none where it is not ours. */
  of(document: vscode.TextDocument): Diagnostic[] {
    const known = this.#found.get(document.uri.toString());
    return known?.version === document.version ? known.diagnostics : this.run(document);
  }

  run(document: vscode.TextDocument): Diagnostic[] {
    const key = document.uri.toString();
    if (!isChecked(document)) {
      this.#forget(document);
      return [];
    }
    let diagnostics: Diagnostic[];
    try {
      ({ diagnostics } = check(document.getText(), optionsFor(document)));
    } catch (error) {
      const message = `not checked: ${error instanceof Error ? error.message : String(error)}`;
      this.#collection.set(document.uri, [
        new vscode.Diagnostic(new vscode.Range(0, 0, 0, 1), message, vscode.DiagnosticSeverity.Error),
      ]);
      return [];
    }
    this.#found.set(key, { version: document.version, diagnostics });
    this.#collection.set(
      document.uri,
      diagnostics.map((diagnostic) => shown(document, diagnostic)),
    );
    return diagnostics;
  }

  #runAll(): void {
    for (const document of vscode.workspace.textDocuments) this.run(document);
  }

  #soon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.run(document), DELAY_MS),
    );
  }

  #forget(document: vscode.TextDocument): void {
    this.#found.delete(document.uri.toString());
    this.#collection.delete(document.uri);
  }
}

function settings(document: vscode.TextDocument): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration("cxvars", document.uri);
}

function isChecked(document: vscode.TextDocument): boolean {
  if (document.uri.scheme === RULE_SCHEME || !LANGUAGES.includes(document.languageId)) return false;
  const included = settings(document).get<string[]>("include", []);
  if (included.some((pattern) => vscode.languages.match({ pattern }, document) > 0)) return true;
  return ["json", "jsonc", "yaml"].includes(document.languageId) && isOurs(document.getText());
}

function optionsFor(document: vscode.TextDocument): CheckOptions {
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

/** Places count UTF-16 code units in both, but VS Code takes a carriage return and a line feed for one end of a line. */
function rangeOf(
  document: vscode.TextDocument,
  { start, end }: { start: { offset: number }; end: { offset: number } },
): vscode.Range {
  return new vscode.Range(document.positionAt(start.offset), document.positionAt(end.offset));
}

function shown(document: vscode.TextDocument, diagnostic: Diagnostic): vscode.Diagnostic {
  const severity =
    diagnostic.severity === "error" ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const message = diagnostic.help === null ? diagnostic.message : `${diagnostic.message}\n${diagnostic.help}`;
  const result = new vscode.Diagnostic(rangeOf(document, diagnostic.range), message, severity);
  result.source = "cxvars";
  result.code = { value: diagnostic.code, target: ruleUri(diagnostic.code) };
  result.relatedInformation = diagnostic.related.map(
    ({ message, range }) =>
      new vscode.DiagnosticRelatedInformation(new vscode.Location(document.uri, rangeOf(document, range)), message),
  );
  return result;
}

const RULE_SCHEME = "cxvars-rule";

function ruleUri(code: string): vscode.Uri {
  return vscode.Uri.from({ scheme: RULE_SCHEME, path: `/${code}.md` });
}

function hover(checker: Checker, document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
  const found = checker.of(document).filter(({ range }) => rangeOf(document, range).contains(position));
  if (found.length === 0) return undefined;
  const texts = [...new Set(found.map(({ code }) => code))].map(
    (code) => new vscode.MarkdownString(inHover(explain(code) ?? "")),
  );
  return new vscode.Hover(texts);
}

/** A hover is small: its headings are no larger than its text. */
function inHover(documentation: string): string {
  return documentation.replace(/^#+ (.*)$/gm, "**$1**");
}

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append("cxvars");

function actions(
  checker: Checker,
  document: vscode.TextDocument,
  range: vscode.Range,
  only: vscode.CodeActionKind | undefined,
): vscode.CodeAction[] {
  const diagnostics = checker.of(document);
  const result: vscode.CodeAction[] = [];
  for (const diagnostic of diagnostics) {
    const at = rangeOf(document, diagnostic.range);
    if (at.intersection(range) === undefined) continue;
    for (const fix of diagnostic.fixes) {
      if (fix.applicability === "display-only") continue;
      const action = new vscode.CodeAction(fix.message, vscode.CodeActionKind.QuickFix);
      action.diagnostics = [shown(document, diagnostic)];
      action.isPreferred = fix.applicability === "safe";
      action.edit = edit(document, fix);
      result.push(action);
    }
  }
  if (only === undefined || only.contains(FIX_ALL) || FIX_ALL.contains(only)) {
    const fixed = safelyFixed(document.getText(), diagnostics, optionsFor(document));
    if (fixed !== undefined) {
      const action = new vscode.CodeAction("Apply all safe fixes (cxvars)", FIX_ALL);
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, whole(document), fixed);
      result.push(action);
    }
  }
  return result;
}

function edit(document: vscode.TextDocument, fix: Fix): vscode.WorkspaceEdit {
  const result = new vscode.WorkspaceEdit();
  for (const { start, end, text } of fix.edits) {
    result.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return result;
}

function whole(document: vscode.TextDocument): vscode.Range {
  return new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
}

/** Fixes may bring others to light, so they go on until none is left; one at a time, so that none meets another. */
function safelyFixed(text: string, diagnostics: Diagnostic[], options: CheckOptions): string | undefined {
  const safe = (diagnostics: Diagnostic[]): Fix | undefined =>
    diagnostics.flatMap(({ fixes }) => fixes).find(({ applicability }) => applicability === "safe");
  let result: string | undefined;
  for (let round = 0, fix = safe(diagnostics); fix !== undefined && round < 1000; round += 1) {
    result = applyFixes(result ?? text, [fix]);
    fix = safe(check(result, options).diagnostics);
  }
  return result;
}

async function fixAll(checker: Checker): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) return;
  const fixed = safelyFixed(document.getText(), checker.of(document), optionsFor(document));
  if (fixed === undefined)
    return void vscode.window.showInformationMessage("cxvars: there is nothing that can be fixed safely.");
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, whole(document), fixed);
  await vscode.workspace.applyEdit(change);
}

async function explainRule(code?: string): Promise<void> {
  const items = rules().map(({ code, name, summary }) => ({ label: `${code} ${name}`, description: summary, code }));
  const chosen =
    code ?? (await vscode.window.showQuickPick(items, { placeHolder: "Rule", matchOnDescription: true }))?.code;
  if (chosen !== undefined) await vscode.commands.executeCommand("markdown.showPreview", ruleUri(chosen));
}

function complete(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  if (!isChecked(document)) return [];
  const found = completionsAt(document.lineAt(position).text.slice(0, position.character), true);
  if (found === undefined) return [];
  const kind = found.kind === "key" ? vscode.CompletionItemKind.Property : vscode.CompletionItemKind.EnumMember;
  const range = new vscode.Range(position.translate(0, -found.typed), position);
  return found.labels.map((label) => {
    const item = new vscode.CompletionItem(label, kind);
    item.range = range;
    return item;
  });
}
