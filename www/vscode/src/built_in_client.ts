// Starts the server within the extension.

import * as glue from "@cxvars/language-server";
import * as vscode from "vscode";
import type { LanguageClientOptions, MessageTransports } from "vscode-languageclient";
import { BuiltIn } from "./built_in.ts";
import { editorDisk, watchFiles } from "./editor_files.ts";
import { type Surroundings, WorkspacePolicies } from "./policies.ts";
import { ServerUris } from "./server_uris.ts";

/** What the status bar says of this server. */
export const BUILT_IN = "the checker within the extension";

/** How the client talks to the server within the extension. */
export interface BuiltInConnection {
  options: LanguageClientOptions;
  connect(): Promise<MessageTransports>;
}

/** Prepares the server within the extension. `startThread` starts the thread of a policy. */
export function builtIn(
  context: vscode.ExtensionContext,
  options: LanguageClientOptions,
  startThread: Surroundings["start"],
): BuiltInConnection {
  const uris = new ServerUris();
  return {
    options: {
      ...options,
      uriConverters: {
        code2Protocol: (uri) => uris.toServer(uri) ?? uri.toString(),
        protocol2Code: (uri) => {
          const address = uris.fromServer(uri);
          return address === undefined ? vscode.Uri.parse(uri) : vscode.Uri.from(address);
        },
      },
    },
    async connect() {
      await load(context);
      const watcher = watchFiles(uris, (paths) => server.changed(paths));
      const engine = new glue.LanguageServer(today());
      const disk = editorDisk(uris);
      const refuse = (described: string) => engine.refuse_description(described);
      const policies = new WorkspacePolicies({ read: disk.read, refuse, start: startThread });
      const server = new BuiltIn(engine, disk, policies, () => {
        watcher.dispose();
        policies.close();
      });
      return server;
    },
  };
}

let isLoaded = false;

/** Loads the module, or makes a new instance of it. */
async function load(context: vscode.ExtensionContext): Promise<void> {
  if (isLoaded) {
    glue.__wbg_reset_state();
    return;
  }
  const file = vscode.Uri.joinPath(context.extensionUri, "dist", "language_server.wasm");
  await glue.default({ module_or_path: (await vscode.workspace.fs.readFile(file)) as BufferSource });
  isLoaded = true;
}

/** The day in UTC, as YYYY-MM-DD, by which entries of `[[ignore]]` expire. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}
