// The files of the workspace, read through the editor, never over the network of this extension.

import ignore from "ignore";
import * as vscode from "vscode";
import type { Disk, Refusal } from "./built_in.ts";
import type { ServerUris } from "./server_uris.ts";
import { type Entry, type Folders, type Verdict, walk } from "./walk.ts";

/** The file system of the editor, by the paths that the server sees. */
export function editorDisk(uris: ServerUris): Disk {
  const uriOf = (path: string) => {
    const address = uris.addressOf(path);
    return address && vscode.Uri.from(address);
  };
  const folders: Folders = {
    entries: (folder) => entriesOf(uriOf(folder)),
    text: async (file) => {
      const bytes = await read(uriOf(file), MOST_IGNORE_BYTES);
      return typeof bytes === "string" ? "" : new TextDecoder().decode(bytes);
    },
  };
  return {
    read: (path, maxBytes) => read(uriOf(path), maxBytes),
    exists: (path) => statOf(uriOf(path)).then((found) => found !== undefined),
    list: (folder) => walk(folder, folders, readIgnoreFile),
  };
}

/** Calls `changed` with the paths of files and folders that were changed, created or deleted in the workspace. */
export function watchFiles(uris: ServerUris, changed: (paths: string[]) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher("**/*");
  const announce = (uri: vscode.Uri) => {
    const path = uris.pathOf(uri);
    if (path !== undefined) changed([path]);
  };
  const consider = (uri: vscode.Uri) => {
    if (MATTERS.test(uri.path)) announce(uri);
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidChange(consider),
    watcher.onDidCreate(consider),
    watcher.onDidDelete(announce),
  );
}

/** Names of what may be a document, a part of a configuration, or a folder. Others are not even read. */
const MATTERS = /\.(json|jsonc|ya?ml|env|envrc|toml|gitignore|wasm)$|\/\.env\.[^/]*$|\/\.?[^./]*$/i;

/** Longest `.gitignore` that is read, in bytes. */
const MOST_IGNORE_BYTES = 1024 * 1024;

async function read(uri: vscode.Uri | undefined, maxBytes: number): Promise<Uint8Array | Refusal> {
  const found = await statOf(uri);
  if (uri === undefined || found === undefined) return "missing";
  if ((found.type & vscode.FileType.Directory) !== 0) return "folder";
  if (found.size > maxBytes) return "large";
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return bytes.length > maxBytes ? "large" : bytes;
  } catch {
    return "unreadable";
  }
}

/** What is known of a file or folder; undefined if there is none. */
async function statOf(uri: vscode.Uri | undefined): Promise<vscode.FileStat | undefined> {
  try {
    return uri && (await vscode.workspace.fs.stat(uri));
  } catch {
    return undefined;
  }
}

async function entriesOf(folder: vscode.Uri | undefined): Promise<Entry[]> {
  try {
    const found = folder === undefined ? [] : await vscode.workspace.fs.readDirectory(folder);
    return found.map(([name, type]) => ({ name, kind: KINDS.get(type) ?? "other" }));
  } catch {
    return [];
  }
}

/** A link has more than one bit set, and is neither. */
const KINDS = new Map<vscode.FileType, Entry["kind"]>([
  [vscode.FileType.File, "file"],
  [vscode.FileType.Directory, "folder"],
]);

function readIgnoreFile(text: string): Verdict {
  const rules = ignore({ ignorecase: false }).add(text);
  return (path) => rules.test(path);
}
