// What a language server says about a project, in the normal form of projects_verdict.mjs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LanguageClient, PATIENCE_MS } from "./language_client.mjs";
import { allFiles, cleanEnvironment } from "./projects.mjs";
import { ofConfigurations, ofDiagnostic, Text, verdict } from "./projects_verdict.mjs";

const LANGUAGES = { json: "json", jsonc: "jsonc", yaml: "yaml", yml: "yaml" };

/**
 * What `cxvars lsp` says. `encoding` is the only one that the client offers: utf-8, utf-16 or utf-32. With `push`,
 * the client says that it cannot ask for diagnostics, so the server publishes them.
 */
export async function ofLanguageServer(program, folder, { encoding = "utf-16", push = false } = {}) {
  const client = new LanguageClient(program, ["lsp"], { cwd: folder, env: cleanEnvironment(folder) });
  try {
    const session = new Session(client, folder, encoding);
    await session.start(push);
    const found = push ? await session.published() : await session.pulled();
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
    // The server holds its answer until it has news: that there is nothing to say of this file is news.
    const nothing = "no findings here";
    const previousResultIds = [{ uri: this.#uri(nothing), value: "other findings" }];
    const { items } = await this.#client.request("workspace/diagnostic", { previousResultIds });
    const found = new Map(items.map(({ uri, items }) => [this.#path(uri), items]));
    found.delete(nothing);
    return found;
  }

  /** The diagnostics of all files, as the server publishes them. It answers the request when it has published all. */
  async published() {
    await this.pulled();
    return new Map(this.#published);
  }

  /**
   * The verdict, from the diagnostics by path. Opens each file: an open document has the same diagnostics as a closed
   * one, and only in an open one the server offers fixes, and says that a document without findings was checked.
   */
  async judged(found, push) {
    const documents = {};
    for (const path of allFiles(this.#folder).filter((path) => !path.endsWith(".toml"))) {
      if (!isUtf8(this.#bytes(path))) {
        // Editors show another text than the file's.
        if (found.has(path)) documents[path] = await this.#findings(path, found.get(path), false);
        continue;
      }
      const isChecked = await this.#open(path, push);
      const diagnostics = found.get(path) ?? [];
      if (diagnostics.length === 0 && !(isChecked && (await this.#current(path, push)).length === 0)) continue;
      assert.ok(isChecked, `${path} is checked while it is open`);
      const current = this.#withPaths(await this.#current(path, push));
      assert.deepEqual(current, this.#withPaths(diagnostics), `${path} is judged alike when open`);
      documents[path] = await this.#findings(path, diagnostics);
    }
    const withoutFolder = (message) => message.replaceAll(`${this.#folder}/`, "");
    const textOf = (path) => new Text(this.#bytes(path), this.#encoding);
    return verdict({ documents, ...ofConfigurations(found, textOf, withoutFolder) });
  }

  /** Opens a file as an editor does, and returns whether the server checks it. */
  async #open(path, push) {
    const text = new TextDecoder().decode(this.#bytes(path));
    const languageId = LANGUAGES[path.split(".").pop()] ?? "dotenv";
    this.#client.notify("textDocument/didOpen", {
      textDocument: { uri: this.#uri(path), languageId, version: 1, text },
    });
    // A client that pulls learns how a document is checked when it asks for its diagnostics.
    if (!push) await this.#current(path, push);
    await this.#until(() => this.#states.has(path));
    return this.#states.get(path) === "checked";
  }

  /** The diagnostics of an open document. */
  async #current(path, push) {
    const textDocument = { uri: this.#uri(path) };
    const { items } = await this.#client.request("textDocument/diagnostic", { textDocument });
    // What is published comes before the answer. Where nothing has changed, nothing is.
    return push ? (this.#published.get(path) ?? items) : items;
  }

  async #findings(path, diagnostics, isOpen = true) {
    const text = new Text(this.#bytes(path), this.#encoding);
    const findings = diagnostics.map(async (diagnostic) => {
      if (!isOpen) return ofDiagnostic(diagnostic, [], text);
      const actions = await this.#client.request("textDocument/codeAction", {
        textDocument: { uri: this.#uri(path) },
        range: diagnostic.range,
        context: { diagnostics: [diagnostic], only: ["quickfix"] },
      });
      return ofDiagnostic(diagnostic, actions ?? [], text);
    });
    return Promise.all(findings);
  }

  /** Diagnostics in which paths take the place of URIs, which may be encoded in several ways. */
  #withPaths(diagnostics) {
    const withPath = ({ location, ...related }) => ({
      ...related,
      location: { ...location, uri: this.#path(location.uri) },
    });
    return diagnostics.map((diagnostic) => ({
      ...diagnostic,
      relatedInformation: diagnostic.relatedInformation?.map(withPath),
    }));
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

function isUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes) !== undefined;
  } catch {
    return false;
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
