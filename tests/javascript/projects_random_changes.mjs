// A language server over the life of a random project: documents and configurations are changed in the editor and on
// disk, and what the server says at last is what a new server says.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LanguageClient } from "./language_client.mjs";
import { allFiles, cleanEnvironment } from "./projects.mjs";
import { configurationOf, Draw, textOf } from "./projects_random.mjs";
import { hiddenFiles, inFolder } from "./projects_random_compare.mjs";

/** An editor with a project's folder. */
class Editor {
  #client;
  #folder;

  constructor(client, folder) {
    this.#client = client;
    this.#folder = folder;
  }

  static async in(folder, program, use) {
    const client = new LanguageClient(program, ["lsp"], { cwd: folder, env: cleanEnvironment(folder) });
    try {
      const editor = new Editor(client, folder);
      await editor.#start();
      const result = await use(editor);
      assert.equal(await client.stop(), 0);
      return result;
    } finally {
      client.kill();
    }
  }

  async #start() {
    const uri = pathToFileURL(this.#folder).href;
    await this.#client.request("initialize", {
      processId: null,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "project" }],
      capabilities: {
        textDocument: { diagnostic: {}, publishDiagnostics: { relatedInformation: true } },
        workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
      },
    });
    this.#client.notify("initialized", {});
  }

  open(path, text) {
    const textDocument = { uri: this.#uri(path), languageId: "json", version: 1, text };
    this.#client.notify("textDocument/didOpen", { textDocument });
  }

  change(path, text) {
    const textDocument = { uri: this.#uri(path), version: 2 };
    this.#client.notify("textDocument/didChange", { textDocument, contentChanges: [{ text }] });
  }

  close(path) {
    this.#client.notify("textDocument/didClose", { textDocument: { uri: this.#uri(path) } });
  }

  /** Says that paths were created (1), changed (2) or deleted (3). */
  watched(events) {
    const changes = events.map(([path, type]) => ({ uri: this.#uri(path), type }));
    this.#client.notify("workspace/didChangeWatchedFiles", { changes });
  }

  /** The diagnostics of all files that have some, of which some are open. */
  async state(open = []) {
    const nothing = "no findings here";
    const previousResultIds = [{ uri: this.#uri(nothing), value: "other findings" }];
    const { items } = await this.#client.request("workspace/diagnostic", { previousResultIds });
    const found = items.map(({ uri, items }) => [this.#path(uri), items]);
    for (const path of open) {
      const asked = { textDocument: { uri: this.#uri(path) } };
      found.push([path, (await this.#client.request("textDocument/diagnostic", asked)).items]);
    }
    const shown = found.filter(([, items]) => items.length > 0).sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(shown.map(([path, items]) => [path, items.map((item) => this.#line(item)).sort()]));
  }

  #line({ range, severity, code, message, relatedInformation = [] }) {
    const at = ({ start, end }) => `${start.line}:${start.character}-${end.line}:${end.character}`;
    const related = relatedInformation.map(({ location, message }) => `${at(location.range)} ${message}`);
    return [at(range), severity, code, message, ...related].join(" ");
  }

  #uri(path) {
    return pathToFileURL(join(this.#folder, path)).href;
  }

  #path(uri) {
    return relative(this.#folder, fileURLToPath(uri));
  }
}

/** Changes a project in the ways of a seed, and fails where the server does not follow. */
export async function follows(entries, seed, program) {
  await inFolder(entries, program, async (folder) => {
    const draw = new Draw(seed ^ 0xed17);
    const fresh = (open = []) =>
      Editor.in(folder, program, (editor) => {
        for (const path of open) editor.open(path, textAt(folder, path));
        return editor.state(open);
      });
    await Editor.in(folder, program, async (editor) => {
      const first = await editor.state();
      const texts = changedTexts(draw, folder);
      const open = Object.keys(texts);
      for (const path of open) editor.open(path, textAt(folder, path));
      for (const path of open) editor.change(path, texts[path]);
      const unsaved = await editor.state(open);
      const restore = open.map((path) => [path, readFileSync(join(folder, path))]);
      for (const path of open) writeFileSync(join(folder, path), marked(folder, path) + texts[path]);
      const saved = await fresh(open);
      // Whether ignores silence something is judged when documents are saved.
      same(folder, withoutRemarks(unsaved), withoutRemarks(saved), `unsaved ${JSON.stringify(texts)}`);
      for (const [path, bytes] of restore) writeFileSync(join(folder, path), bytes);
      for (const path of open) editor.close(path);
      same(folder, await editor.state(), first, `closed ${open}`);
      const stays = draw.in(3) ? open.slice(0, 1) : [];
      for (const path of stays) editor.open(path, textAt(folder, path));
      for (let step = 0; step < 4; step += 1) {
        const events = changeOnDisk(draw, folder, stays);
        editor.watched(events);
        const [after, anew] = [await editor.state(stays), await fresh(stays)];
        same(folder, after, anew, `step ${step}: ${JSON.stringify(events)}`);
        // What was valid last may be in force: from here on, the two differ by right.
        if (hasMistakes(anew)) return;
      }
    });
  });
}

function same(folder, found, wanted, when) {
  // A configuration that a search does not come to is known from when it was open or changed.
  const hidden = hiddenFiles(folder, Object.keys(found));
  const shown = Object.entries(found).filter(([path]) => path in wanted || !hidden.has(path));
  sameStates(Object.fromEntries(shown), wanted, when);
}

function sameStates(found, wanted, when) {
  const comparable = hasMistakes(wanted) ? ofConfigurations : (state) => state;
  assert.deepEqual(comparable(found), comparable(wanted), when);
}

/** A state without what is said of ignores. */
function withoutRemarks(state) {
  const found = Object.entries(state).map(([path, lines]) => [path, lines.filter((line) => !isRemark(line))]);
  return Object.fromEntries(found.filter(([, lines]) => lines.length > 0));
}

function isRemark(line) {
  return / (expired |silences |cannot silence )/.test(line);
}

function hasMistakes(state) {
  return Object.entries(state).some(([path, lines]) => path.endsWith(".toml") && lines.some(isMistake));
}

function isMistake(line) {
  return /^\S+ 1 /.test(line) && !isRemark(line);
}

/** The mistakes of configurations. While there are some, documents are judged as was said before. */
function ofConfigurations(state) {
  const found = Object.entries(state).map(([path, lines]) => [
    path,
    path.endsWith(".toml") ? lines.filter(isMistake) : [],
  ]);
  return Object.fromEntries(found.filter(([, lines]) => lines.length > 0));
}

function changedTexts(draw, folder) {
  // Only a file that is saved hides others, and a link leads to what is saved.
  const countsSaved = (path) => /(^|\/)(\.gitignore|elsewhere\.toml)$/.test(path);
  const files = allFiles(folder).filter((path) => isText(folder, path) && !countsSaved(path));
  if (files.length === 0) return {};
  const paths = [...new Set(draw.some(files, 4))];
  return Object.fromEntries(paths.map((path) => [path, newText(draw, path, textAt(folder, path))]));
}

/** Another text for a file. */
function newText(draw, path, text) {
  if (path.endsWith(".toml")) {
    if (draw.in(2)) return configurationOf(draw, {}, posix.dirname(path)).replace(/^baseline.*$/m, "");
    return text.replace(/"(error|warning|off)"/g, () => `"${draw.one(["error", "warning", "off"])}"`);
  }
  if (/schema|crm\.json$/.test(path))
    return draw.one(['{"type": "object"}', '{"type": "object", "required": ["other"]}', "{not json"]);
  if (path.endsWith("known.json")) return draw.one(['{"version": 1, "findings": []}', "{}"]);
  if (path.endsWith(".gitignore")) return draw.one(["", "*.json\n", "a/\n", "!a/\n*.yaml\n", "*\n!*.yml\n!*/\n"]);
  return textOf(draw, path);
}

/** Changes files, and returns the events. */
function changeOnDisk(draw, folder, open) {
  const files = allFiles(folder).filter((path) => isText(folder, path) && !open.includes(path));
  const folders = [...new Set(files.map((path) => posix.dirname(path)))].filter(
    (path) => path !== "." && !open.some((at) => at.startsWith(`${path}/`)),
  );
  const path = files.length === 0 ? "vars.json" : draw.one(files);
  const at = join(folder, path);
  switch (draw.below(7)) {
    case 0:
      rmSync(at, { force: true });
      return [[path, 3]];
    case 1: {
      if (folders.length === 0) return [];
      const gone = draw.one(folders);
      rmSync(join(folder, gone), { recursive: true });
      return [[gone, 3]];
    }
    case 2: {
      if (folders.length === 0) return [];
      const [from, to] = [draw.one(folders), draw.one(["renamed", "a renamed", ".hidden one", "old2"])];
      if (existsSync(join(folder, to))) return [];
      renameSync(join(folder, from), join(folder, to));
      return [
        [from, 3],
        [to, 1],
      ];
    }
    case 3: {
      const created = posix.join(
        posix.dirname(path),
        draw.one(["new.json", "new.yaml", ".env.new", "cxvars.toml", ".gitignore", "sub/new.yml"]),
      );
      if (existsSync(join(folder, created))) return [];
      mkdirSync(dirname(join(folder, created)), { recursive: true });
      writeFileSync(join(folder, created), newText(draw, created, ""));
      return [[created, 1]];
    }
    default:
      if (!existsSync(at)) return [];
      writeFileSync(at, newText(draw, path, textAt(folder, path)));
      return [[path, 2]];
  }
}

/** Editors do not show a byte order mark, and keep it. */
function textAt(folder, path) {
  return new TextDecoder().decode(readFileSync(join(folder, path)));
}

function marked(folder, path) {
  const [first, second, third] = readFileSync(join(folder, path));
  return first === 0xef && second === 0xbb && third === 0xbf ? "\ufeff" : "";
}

function isText(folder, path) {
  if (statSync(join(folder, path)).size > 100_000) return false;
  const bytes = readFileSync(join(folder, path));
  return Buffer.from(bytes.toString("utf8")).equals(bytes);
}
