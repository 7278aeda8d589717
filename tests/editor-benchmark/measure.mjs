// Measures the language server, in turns with VS Code's server for JSON, and prints the figures of docs/benchmarks.md.
// tests/benchmark-editor starts it: measure.mjs CXVARS CORPUS PEER [--quick] [--write]

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { quantile, spread, table } from "../javascript/benchmark/figures.mjs";
import { conditions, write } from "../javascript/benchmark/page.mjs";
import { LanguageClient } from "../javascript/language_client.mjs";

const [cxvars, corpus, peer, ...flags] = process.argv.slice(2);
const isQuick = flags.includes("--quick");
const KEYS = isQuick ? 20 : 1_000;
const STARTS = isQuick ? 2 : 21;
const DOCUMENTS = isQuick ? 200 : 10_000;
const ROUNDS = isQuick ? 2 : 5;
/** Checks of the whole workspace, over which the memory must not grow. */
const CHECKS = isQuick ? 3 : 20;

const OURS = [cxvars, "lsp"];
const THEIRS = ["node", peer, "--stdio"];
const PULL = {
  textDocument: { diagnostic: {}, synchronization: {} },
  workspace: { diagnostics: {}, configuration: true },
};
const PUSH = { textDocument: { publishDiagnostics: {} } };

const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Calls `work` with a new folder, which is the root of a repository, and removes it. */
async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-editor-"));
  mkdirSync(join(folder, ".git"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A document of this many variables, as people keep them. */
function documentOf(variables) {
  const variable = (number) => ({
    name: `crm_setting_${number}`,
    type: "string",
    value: `https://api-${number}.example.com/v1`,
    encrypted: false,
    scope: "action",
  });
  return `${JSON.stringify({ variables: Array.from({ length: variables }, (_, n) => variable(n)) }, null, 2)}\n`;
}

/** Starts a server for a folder, and waits until it is ready. */
async function serve([program, ...args], folder, options) {
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, ".git") };
  const client = new LanguageClient(program, args, { cwd: folder, env });
  const uri = pathToFileURL(folder).href;
  const workspaceFolders = [{ uri, name: "benchmark" }];
  await client.request("initialize", { processId: process.pid, rootUri: uri, workspaceFolders, ...options });
  client.notify("initialized", {});
  return client;
}

/** The parameters of the next notification with findings of a document. */
function published(client, uri) {
  return new Promise((resolve) => {
    const stop = client.onNotification((method, params) => {
      if (method !== "textDocument/publishDiagnostics" || params.uri !== uri) return;
      stop();
      resolve(params);
    });
  });
}

/** From the start of a process to its answer to `initialize`, in milliseconds. */
async function start(command) {
  return inFolder(async (folder) => {
    const started = now();
    const client = await serve(command, folder, { capabilities: PULL });
    const taken = now() - started;
    await client.stop();
    return taken;
  });
}

/** Types into the value in the middle of a document, and waits for the findings after each key. In milliseconds. */
async function keys(command, variables, isPull) {
  return inFolder(async (folder) => {
    const text = documentOf(variables);
    const file = join(folder, "crm.json");
    const uri = pathToFileURL(file).href;
    writeFileSync(file, text);
    writeFileSync(join(folder, "cxvars.toml"), "[validate]\nmax_variables = 10000\n");
    const client = await serve(command, folder, {
      capabilities: isPull ? PULL : PUSH,
      initializationOptions: { provideFormatter: false },
    });
    const textDocument = { uri };
    const shown = isPull ? undefined : published(client, uri);
    client.notify("textDocument/didOpen", { textDocument: { uri, languageId: "json", version: 1, text } });
    // The peer gets our schema, so that it has something to find, but without the service's limit on variables.
    const printed = execFileSync(cxvars, ["schema", "--draft", "7"], { encoding: "utf8" });
    const schema = JSON.parse(printed, (key, value) => (key === "maxItems" ? undefined : value));
    client.notify("workspace/didChangeConfiguration", {
      settings: {
        json: { validate: { enable: true }, schemas: [{ fileMatch: ["*.json"], url: "file:///cxvars.json", schema }] },
      },
    });
    await (isPull ? client.request("textDocument/diagnostic", { textDocument }) : shown);
    const line = text.slice(0, text.indexOf(`api-${variables >> 1}.`)).split("\n").length - 1;
    const character = text.split("\n")[line].indexOf("api-");
    const taken = [];
    for (let version = 2; version < KEYS + 2; version += 1) {
      // Every other key makes a mistake: a quote that ends the value.
      const isMistake = version % 2 === 0;
      const position = { line, character };
      const range = { start: position, end: isMistake ? position : { line, character: character + 1 } };
      const begun = now();
      const pushed = isPull ? undefined : published(client, uri);
      client.notify("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ range, text: isMistake ? '"' : "" }],
      });
      const found = await (isPull ? client.request("textDocument/diagnostic", { textDocument }) : pushed);
      taken.push(now() - begun);
      const count = (found.items ?? found.diagnostics).length;
      if (count > 0 !== isMistake) throw new Error(`${command[0]}: ${count} findings after key ${version}`);
    }
    await client.stop();
    return taken;
  });
}

/** The memory of a process that is resident, in MB. */
function memory(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1000;
}

/** Opens a workspace; returns the time to its first complete findings, and the memory after each check. */
async function workspace() {
  return inFolder(async (folder) => {
    execFileSync(corpus, ["compact", String(DOCUMENTS), folder]);
    const [first] = readdirSync(folder).filter((name) => name.endsWith(".json"));
    writeFileSync(join(folder, first), '{"variables": [{"name": "a", "type": "strng", "value": "x"}]}');
    const begun = now();
    const client = await serve(OURS, folder, { capabilities: PULL });
    const ask = (previousResultIds) => client.request("workspace/diagnostic", { previousResultIds });
    let { items } = await ask([]);
    const taken = now() - begun;
    // Documents without findings are not named.
    if (items.length !== 1 || items[0].items.length !== 1) throw new Error(`${items.length} documents with findings`);
    const memories = [memory(client.pid)];
    const configuration = join(folder, "cxvars.toml");
    for (let check = 0; check < CHECKS; check += 1) {
      // The finding comes and goes with the configuration.
      writeFileSync(configuration, check % 2 === 0 ? '[validate.severity]\nCX206 = "error"\nCX104 = "off"\n' : "");
      writeFileSync(join(folder, first), `{"variables": [{"name": "a${check}", "type": "strng", "value": "x"}]}`);
      const previous = items.map(({ uri, resultId }) => ({ uri, value: resultId }));
      const answer = ask(previous);
      const changed = [configuration, join(folder, first)].map((path) => ({ uri: pathToFileURL(path).href, type: 2 }));
      client.notify("workspace/didChangeWatchedFiles", { changes: changed });
      const { items: next } = await answer;
      const known = new Map(items.map((report) => [report.uri, report]));
      for (const report of next) known.set(report.uri, { ...known.get(report.uri), ...report });
      items = [...known.values()];
      memories.push(memory(client.pid));
    }
    await client.stop();
    return { taken, memories };
  });
}

/** Calls the functions in turns, this many times each, and returns what each of them returned. */
async function inTurns(rounds, ...sides) {
  const taken = sides.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, side] of sides.entries()) taken[index].push(await side());
  }
  return taken;
}

const row = (name, goal, values, digits = 1) => [
  name,
  goal,
  ...spread(values, digits),
  quantile(values, 0.99).toFixed(digits),
];

const [ourStarts, theirStarts] = await inTurns(
  STARTS,
  () => start(OURS),
  () => start(THEIRS),
);
const typed = [];
for (const [variables, goal] of [
  [50, "p99 < 5"],
  [1_000, "p99 < 30"],
]) {
  const [pulled, pushed, theirs] = await inTurns(
    1,
    () => keys(OURS, variables, true),
    () => keys(OURS, variables, false),
    () => keys(THEIRS, variables, true),
  );
  typed.push(row(`**from a key to the findings, ${variables} variables**`, goal, pulled[0]));
  typed.push(row(`the same, findings pushed`, goal, pushed[0]));
  typed.push(row(`VS Code's server for JSON with our schema, ${variables} variables`, "", theirs[0]));
}
const [spaces] = await inTurns(ROUNDS, workspace);
const memories = (index) => spaces.map(({ memories }) => memories.at(index));
const figures = [
  conditions(),
  table(
    ["ms", "goal", "median", "least", "most", "p99"],
    [
      row("**from the start of the process to its answer to `initialize`**", "< 20", ourStarts),
      row("VS Code's server for JSON, in Node", "", theirStarts),
      ...typed,
      row(
        `**${DOCUMENTS} documents: from the start to the first complete findings**`,
        "< 2000",
        spaces.map(({ taken }) => taken),
        0,
      ),
    ],
  ),
  table(
    [`memory with ${DOCUMENTS} documents, MB`, "goal", "median", "least", "most"],
    [
      ["after the first check", "", ...spread(memories(0), 1)],
      [`after ${CHECKS} more`, "", ...spread(memories(-1), 1)],
      [
        "**growth from the fifth check to the last**",
        "0",
        ...spread(
          spaces.map(({ memories }) => memories.at(-1) - memories[Math.min(5, memories.length - 1)]),
          1,
        ),
      ],
    ],
  ),
].join("\n");
console.log(figures);
if (flags.includes("--write")) write("editor", figures);
