// Keeps a client of the language server running, whichever server it is.

import * as vscode from "vscode";
import {
  type BaseLanguageClient,
  type LanguageClientOptions,
  MessageType,
  ShowMessageNotification,
  type ShowMessageParams,
  State,
} from "vscode-languageclient";
import { RULE_LINKS } from "./rule_uri.ts";
import { selector } from "./selector.ts";
import { shortened } from "./shortened.ts";
import type { Status } from "./status.ts";
import type { DocumentStatus } from "./status_text.ts";

/** A client that was made for a server, and which server that is. */
export interface Made {
  client: BaseLanguageClient;
  /** For the status bar, such as "cxvars 0.1.0 at /usr/bin/cxvars". */
  what: string;
}

/** The parameters of the notification `cxvars/status`. */
interface StatusParams extends DocumentStatus {
  uri: string;
  /** The configuration that applies. */
  project: string | null;
}

/** Chooses a server and makes a client for it. */
export type Make = (context: vscode.ExtensionContext, options: LanguageClientOptions) => Promise<Made>;

/** The client, which is made again whenever a setting asks for another server. */
export class Client implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #make: Make;
  readonly #status: Status;
  readonly #output = vscode.window.createOutputChannel("cxvars", { log: true });
  #running: BaseLanguageClient | undefined;
  /** Starts and stops, one after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(context: vscode.ExtensionContext, make: Make, status: Status) {
    [this.#context, this.#make, this.#status] = [context, make, status];
  }

  get output(): vscode.LogOutputChannel {
    return this.#output;
  }

  /** The client, if its server runs. */
  get running(): BaseLanguageClient | undefined {
    return this.#running?.state === State.Running ? this.#running : undefined;
  }

  /** Starts the server, or stops it and starts it again. */
  restart(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      await this.#stop();
      await this.#start();
    });
    return this.#queue;
  }

  /** Stops the server. */
  stop(): Promise<void> {
    this.#queue = this.#queue.then(() => this.#stop());
    return this.#queue;
  }

  dispose(): void {
    void this.stop().finally(() => this.#output.dispose());
  }

  async #start(): Promise<void> {
    this.#status.server({ state: "starting" });
    try {
      const { client, what } = await this.#make(this.#context, this.#options());
      this.#output.info(`started: ${what}`);
      this.#running = client;
      client.onNotification("cxvars/status", (status: StatusParams) => {
        const { asUri } = client.protocol2CodeConverter;
        const configuration = status.project === null ? undefined : asUri(status.project);
        this.#status.document(asUri(status.uri), { ...status, configuration });
      });
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) this.#status.server({ state: "running", what });
        else if (newState === State.Stopped) this.#status.server({ state: "stopped", problem: `${what} has stopped` });
      });
      await client.start();
      // Only now, because the client sets a handler of its own when it starts.
      client.onNotification(ShowMessageNotification.type, (params) => this.#show(params));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      this.#output.error(problem);
      this.#status.server({ state: "stopped", problem });
    }
  }

  async #stop(): Promise<void> {
    const client = this.#running;
    this.#running = undefined;
    await client?.dispose().catch((error: unknown) => this.#output.warn(String(error)));
  }

  /** Shows a message of the server, unless it is about a mistake that is underlined in the active editor. */
  #show({ type, message }: ShowMessageParams): void {
    const text = shortened(message, this.#folders());
    if (isConfiguration(vscode.window.activeTextEditor?.document.uri)) this.#output.info(text);
    else if (type === MessageType.Error) void vscode.window.showErrorMessage(text);
    else void vscode.window.showInformationMessage(text);
  }

  /** The paths of the open folders, as the server sees them and as the system writes them. */
  #folders(): string[] {
    const folders = vscode.workspace.workspaceFolders ?? [];
    return folders.flatMap(({ uri }) => {
      const seen = this.#running?.code2ProtocolConverter.asUri(uri);
      return [uri.fsPath, ...(seen === undefined ? [] : [vscode.Uri.parse(seen).path.replace(/\/$/, "")])];
    });
  }

  #options(): LanguageClientOptions {
    const folders = () => this.#folders();
    return {
      documentSelector: selector(),
      outputChannel: this.#output,
      initializationOptions: initializationOptions(),
      middleware: {
        handleDiagnostics(uri, diagnostics, next) {
          if (isConfiguration(uri)) shorten(diagnostics, folders());
          next(uri, diagnostics);
        },
      },
    };
  }
}

/** Whether a file is a configuration, or what one extends. */
function isConfiguration(uri: vscode.Uri | undefined): boolean {
  return uri?.path.endsWith(".toml") ?? false;
}

function shorten(diagnostics: vscode.Diagnostic[], folders: string[]): void {
  for (const diagnostic of diagnostics) diagnostic.message = shortened(diagnostic.message, folders);
}

/** The options for the server. It pushes what it finds, so that files that are not open need no polling. */
function initializationOptions(): Record<string, unknown> {
  const environment = vscode.workspace.getConfiguration("cxvars").get("env", "");
  return {
    diagnostics: "push",
    status: true,
    ruleLinks: RULE_LINKS,
    ...(environment === "" ? {} : { env: environment }),
  };
}
