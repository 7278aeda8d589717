// What a language server says about a project, in the normal form of projects_verdict.mjs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LanguageClient, PATIENCE_MS } from "./language_client.mjs";
import { allFiles, cleanEnvironment } from "./projects.mjs";
import { ofDiagnostic, Text, verdict } from "./projects_verdict.mjs";

const LANGUAGES = { json: "json", jsonc: "jsonc", yaml: "yaml", yml: "yaml" };

/**
 * What `cxvars lsp` says. `encoding` is the only one that the client offers: utf-8, utf-16 or utf-32. With `push`,
 * the client cannot ask for diagnostics, so the server publishes them; `awaited` then names the files for which it
 * waits.
 */
export async function ofLanguageServer(program, folder, { encoding = "utf-16", push = false, awaited = [] } = {}) {
  const client = new LanguageClient(program, ["lsp"], { cwd: folder, env: cleanEnvironment(folder) });
  try {
    const session = new Session(client, folder, encoding);
    await session.start(push);
    const found = push ? await session.published(awaited) : await session.pulled();
    const judged = await session.judged(found, push);
    assert.equal(await client.stop(), 0);
    return judged;
  } finally {
    client.kill();
  }
}

/** A project that is open in a client. A client has `request`, `notify` and `onNotification`. */
export class Session {
  #client;
  #folder;
  #encoding;
  #published = new Map();
  #states = new Map();
  #wakers = [];

  constructor(client, folder, encoding) {
    this.#client = client;
    this.#folder = folder;
    this.#encoding = encoding;
    client.onNotification((method, params) => {
      if (method === "textDocument/publishDiagnostics") this.#published.set(this.#path(params.uri), params.diagnostics);
      if (method === "cxvars/status") this.#states.set(this.#path(params.uri), params.state);
      for (const wake of this.#wakers.splice(0)) wake();
    });
  }

  async start(push) {
    const uri = pathToFileURL(this.#folder).href;
    const { capabilities } = await this.#client.request("initialize", {
      processId: null,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities: capabilitiesOf(this.#encoding, push),
      initializationOptions: { status: true, ruleLinks: "rules:/{code}.md" },
    });
    assert.equal(capabilities.positionEncoding ?? "utf-16", this.#encoding);
    assert.equal(capabilities.diagnosticProvider === undefined, push);
    this.#client.notify("initialized", {});
  }

  /** The diagnostics of all files, as the client asks for them. */
  async pulled() {
    const { items } = await this.#client.request("workspace/diagnostic", { previousResultIds: [] });
    return new Map(items.map(({ uri, items }) => [this.#path(uri), items]));
  }

  /** The diagnostics of all files, as the server publishes them. */
  async published(awaited) {
    await this.#until(() => awaited.every((path) => this.#published.has(path)));
    return new Map(this.#published);
  }

  /**
   * The verdict, from the diagnostics by path. Opens each file: an open document has the same diagnostics as a closed
   * one, and only in an open one the server offers fixes, and says that a document without findings was checked.
   */
  async judged(found, push) {
    const documents = {};
    for (const path of allFiles(this.#folder).filter((path) => !path.endsWith(".toml"))) {
      const isChecked = await this.#open(path, push);
      const diagnostics = found.get(path) ?? [];
      if (diagnostics.length === 0 && !(isChecked && (await this.#current(path, push)).length === 0)) continue;
      assert.ok(isChecked, `${path} is checked while it is open`);
      assert.deepEqual(await this.#current(path, push), diagnostics, `${path} is judged alike when open`);
      documents[path] = await this.#findings(path, diagnostics);
    }
    return verdict({ documents, ...this.#ofConfigurations(found) });
  }

  /** Opens a file as an editor does, and returns whether the server checks it. */
  async #open(path, push) {
    const text = new TextDecoder().decode(this.#bytes(path));
    const languageId = LANGUAGES[path.split(".").pop()] ?? "dotenv";
    this.#published.delete(path);
    this.#client.notify("textDocument/didOpen", {
      textDocument: { uri: this.#uri(path), languageId, version: 1, text },
    });
    // A client that pulls is told how a document is checked when it asks for its diagnostics.
    if (!push) await this.#current(path, push);
    await this.#until(() => this.#states.has(path));
    return this.#states.get(path) === "checked";
  }

  /** The diagnostics of an open document. */
  async #current(path, push) {
    if (!push) {
      const textDocument = { uri: this.#uri(path) };
      return (await this.#client.request("textDocument/diagnostic", { textDocument })).items;
    }
    await this.#until(() => this.#published.has(path));
    return this.#published.get(path);
  }

  async #findings(path, diagnostics) {
    const text = new Text(this.#bytes(path), this.#encoding);
    const findings = diagnostics.map(async (diagnostic) => {
      const actions = await this.#client.request("textDocument/codeAction", {
        textDocument: { uri: this.#uri(path) },
        range: diagnostic.range,
        context: { diagnostics: [diagnostic], only: ["quickfix"] },
      });
      return ofDiagnostic(
        diagnostic,
        (actions ?? []).filter((action) => fixes(action, diagnostic)),
        text,
      );
    });
    return Promise.all(findings);
  }

  /** What is said of the files of configurations: a warning is about an ignore, an error about what cannot be used. */
  #ofConfigurations(found) {
    const all = [...found].filter(([path]) => path.endsWith(".toml"));
    const ofSeverity = (wanted) =>
      all.flatMap(([path, diagnostics]) =>
        diagnostics.filter(({ severity }) => severity === wanted).map((diagnostic) => [path, diagnostic]),
      );
    const withoutFolder = (message) => message.replaceAll(`${this.#folder}/`, "");
    return {
      ignores: ofSeverity(2).map(([path, { range, message }]) => [path, range.start.line, withoutFolder(message)]),
      problems: ofSeverity(1).map(([path, { range, message }]) => {
        const at = new Text(this.#bytes(path), this.#encoding).ofRange(range).split("-")[0];
        return { path, at, message: withoutFolder(message) };
      }),
    };
  }

  /** Waits for notifications until a condition holds. */
  async #until(isReached) {
    while (!isReached()) {
      await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("the server does not say what is waited for")), PATIENCE_MS);
        this.#wakers.push(() => resolve(clearTimeout(timer)));
      });
    }
  }

  #bytes(path) {
    return readFileSync(join(this.#folder, path));
  }

  #uri(path) {
    return pathToFileURL(join(this.#folder, path)).href;
  }

  #path(uri) {
    return relative(this.#folder, fileURLToPath(uri)).replaceAll("\\", "/");
  }
}

function capabilitiesOf(encoding, push) {
  return {
    general: { positionEncodings: [encoding] },
    textDocument: {
      publishDiagnostics: { relatedInformation: true },
      codeAction: {
        codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix"] } },
        isPreferredSupport: true,
      },
      ...(push ? {} : { diagnostic: { relatedDocumentSupport: true } }),
    },
    workspace: { workspaceFolders: true, diagnostics: { refreshSupport: true } },
  };
}

/** Whether an action fixes this finding; the others ignore it. */
function fixes({ title, edit, diagnostics = [] }, { code, range }) {
  const isAboutIt = diagnostics.some((other) => other.code === code && sameRange(other.range, range));
  return edit !== undefined && isAboutIt && !title.startsWith("ignore ");
}

function sameRange(one, other) {
  return JSON.stringify([one.start, one.end]) === JSON.stringify([other.start, other.end]);
}
