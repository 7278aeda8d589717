// As much of the module `vscode` as the extension needs to start on a desktop, where no editor can be had in a test.

import { readFileSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import Module, { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "./support.mjs";

const EXTENSION = join(ROOT, "www/vscode");
const { URI, Utils } = createRequire(join(EXTENSION, "package.json"))("vscode-uri");

const disposable = () => ({ dispose() {} });
const unanswered = async () => undefined;
const kind = (value) => ({ value, append: (more) => kind(`${value}.${more}`) });

/** Something of which only the existence matters: it can be called, extended and asked for members. */
function anything() {
  return new Proxy(class {}, { get: (target, name) => (name === "prototype" ? target.prototype : disposable) });
}

/** The file system of the editor. */
const fs = {
  readFile: (uri) => readFile(uri.fsPath),
  stat: async (uri) => {
    const found = await stat(uri.fsPath);
    return { type: found.isDirectory() ? 2 : 1, size: found.size };
  },
  readDirectory: async (uri) => {
    const entries = await readdir(uri.fsPath, { withFileTypes: true });
    return entries.map((entry) => [entry.name, entry.isDirectory() ? 2 : 1]);
  },
};

/** A channel whose lines go to a list. */
function channel(lines) {
  const write = (text) => lines.push(String(text));
  const methods = Object.fromEntries(
    ["trace", "debug", "info", "warn", "error", "appendLine"].map((name) => [name, write]),
  );
  return { ...methods, name: "cxvars", logLevel: 3, onDidChangeLogLevel: disposable, show() {}, dispose() {} };
}

/**
 * The module `vscode` for a workspace with one folder. `settings` are those of the extension. `seen` has what the
 * extension does: `lines` gets its output, and `show` is called with a path and its diagnostics.
 */
function vscode(folder, settings, seen) {
  const types = readFileSync(join(EXTENSION, "node_modules/@types/vscode/index.d.ts"), "utf8");
  const names = [...types.matchAll(/^\texport (?:class|enum|namespace) (\w+)/gm)].map(([, name]) => name);
  const own = {
    version: "1.91.1",
    Uri: Object.assign(Object.create(URI), { joinPath: Utils.joinPath }),
    Disposable: { from: disposable },
    LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
    CodeActionKind: new Proxy({}, { get: (_, name) => kind(name) }),
    FileType: { File: 1, Directory: 2 },
    CancellationTokenSource: class {
      token = { isCancellationRequested: false, onCancellationRequested: disposable };
      cancel() {}
      dispose() {}
    },
    Diagnostic: class {
      constructor(range, message, severity) {
        Object.assign(this, { range, message, severity });
      }
    },
    EventEmitter: class {
      event = disposable;
      fire() {}
      dispose() {}
    },
    workspace: {
      workspaceFolders: [{ uri: URI.file(folder), name: "project", index: 0 }],
      fs,
      textDocuments: [],
      notebookDocuments: [],
      getConfiguration: () => ({ get: (name, otherwise) => settings[name] ?? otherwise, has: () => false }),
      createFileSystemWatcher: () => new Proxy({}, { get: () => disposable }),
      asRelativePath: (uri) => uri.path,
    },
    window: {
      createOutputChannel: () => channel(seen.lines),
      showErrorMessage: unanswered,
      showWarningMessage: unanswered,
      showInformationMessage: unanswered,
      createStatusBarItem: () => ({ show() {}, dispose() {} }),
      activeTextEditor: undefined,
      visibleTextEditors: [],
      tabGroups: { all: [], onDidChangeTabs: disposable, onDidChangeTabGroups: disposable },
    },
    languages: {
      createDiagnosticCollection: () => ({
        set: (uri, diagnostics) => seen.show(uri.path, diagnostics),
        clear() {},
        dispose() {},
      }),
    },
    env: { appName: "test", language: "en" },
  };
  const filled = (name) => {
    const known = own[name];
    if (known === undefined) return anything();
    const isModule = ["workspace", "window", "languages", "env"].includes(name);
    return isModule ? new Proxy(known, { get: (target, key) => (key in target ? target[key] : disposable) }) : known;
  };
  return Object.fromEntries([...new Set([...names, ...Object.keys(own)])].map((name) => [name, filled(name)]));
}

/** Starts the extension for a workspace with one folder. Returns its exports, and what stops it. */
export async function activate(folder, settings, seen) {
  const editor = vscode(folder, settings, seen);
  const load = Module._load;
  Module._load = (name, ...rest) => (name === "vscode" ? editor : load(name, ...rest));
  const built = join(ROOT, "target/vscode/extension");
  const main = join(built, "dist/node.js");
  const require = createRequire(import.meta.url);
  delete require.cache[main];
  try {
    const extension = require(main);
    const { version } = require(join(EXTENSION, "package.json"));
    const context = {
      subscriptions: [],
      extensionUri: URI.file(built),
      extension: { packageJSON: { version } },
    };
    return { exports: await extension.activate(context), stop: extension.deactivate };
  } finally {
    Module._load = load;
  }
}
