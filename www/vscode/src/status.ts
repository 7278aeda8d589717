// The status bar item: what is known of the document in the active editor.

import * as vscode from "vscode";
import { type DocumentStatus, type ServerStatus, type Shown, shown } from "./status_text.ts";

const BACKGROUND = { error: "statusBarItem.errorBackground", warning: "statusBarItem.warningBackground" };

/** How an open document is checked, and by which `cxvars.toml`. */
export interface KnownDocument extends DocumentStatus {
  configuration: vscode.Uri | undefined;
}

/** Keeps what the server says of the open documents, and shows it. */
export class Status implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem("cxvars.status", vscode.StatusBarAlignment.Right, 100);
  readonly #documents = new Map<string, KnownDocument>();
  readonly #subscriptions: vscode.Disposable[];
  readonly #changes = new vscode.EventEmitter<void>();
  #server: ServerStatus = { state: "starting" };
  #shown: Shown | undefined;

  /** The status bar shows something else. */
  readonly onDidChange = this.#changes.event;

  constructor() {
    this.#item.name = "cxvars";
    this.#item.command = "cxvars.showMenu";
    this.#subscriptions = [
      vscode.window.onDidChangeActiveTextEditor(() => this.#show()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#documents.delete(uri.toString())),
    ];
    this.#show();
    this.#item.show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changes.dispose();
    this.#item.dispose();
  }

  /** The state of the server has changed. */
  server(status: ServerStatus): void {
    this.#server = status;
    if (status.state !== "running") this.#documents.clear();
    this.#show();
  }

  /** The server has said something of a document. */
  document(uri: vscode.Uri, status: KnownDocument): void {
    this.#documents.set(uri.toString(), status);
    this.#show();
  }

  /** What the server said of a document. */
  of(uri: vscode.Uri): KnownDocument | undefined {
    return this.#documents.get(uri.toString());
  }

  /** What the status bar shows. */
  get shown(): Shown | undefined {
    return this.#shown;
  }

  #show(): void {
    const active = vscode.window.activeTextEditor?.document.uri;
    const document = active && this.of(active);
    const configuration = document?.configuration && vscode.workspace.asRelativePath(document.configuration);
    this.#shown = shown(this.#server, document, configuration);
    const { text, tooltip, level } = this.#shown;
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.backgroundColor = level === "plain" ? undefined : new vscode.ThemeColor(BACKGROUND[level]);
    this.#changes.fire();
  }
}
