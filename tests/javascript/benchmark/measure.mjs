// Measures the npm package and the page, and prints the figures of docs/benchmarks.md. Started by tests/benchmark-javascript.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";
import { accept, SCHEMA } from "../../benchmarks/demands.mjs";
import { chromium, PACKAGE, ROOT, serve } from "../support.mjs";
import { ours, turns } from "./turns.mjs";

const isQuick = process.argv.includes("--quick");
const ROUNDS = isQuick ? 2 : 21;
const require = createRequire(import.meta.url);
const Ajv = require("ajv").default;
const { check } = await import(join(PACKAGE, "node.js"));

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const spread = (values, digits) =>
  [median(values), Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const table = (heads, rows) =>
  [heads, heads.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |\n`)
    .join("")
    .replace(/^(\| .*\n)\| (---.*) \|\n/, (_, head, line) => `${head}|${line.replaceAll(" ", "")}|\n`);

function documents(layout, count) {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-corpus-"));
  try {
    execFileSync(process.env.CXVARS_CORPUS, [layout, String(count), folder]);
    return readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const compressed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } })
    .length;
const kilobytes = (bytes) => (bytes / 1000).toFixed(0);

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** What a page has to load that only checks: the engine, and the modules as a bundler minifies them. */
async function sizes() {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-bundle-"));
  const entry = join(folder, "main.js");
  writeFileSync(
    entry,
    `import { check, init } from ${JSON.stringify(join(PACKAGE, "web.js"))};\nawait init();\nglobalThis.check = check;\n`,
  );
  writeFileSync(join(folder, "index.html"), '<script type="module" src="/main.js"></script>');
  const { output } = await build({
    root: folder,
    logLevel: "error",
    build: { target: "es2022", modulePreload: { polyfill: false }, write: false },
  });
  rmSync(folder, { recursive: true });
  const code = Buffer.from(output.find((file) => file.type === "chunk" && file.isEntry).code);
  const wasm = readFileSync(join(PACKAGE, "validator_glue_bg.wasm"));
  const page = files(join(ROOT, "target/www"))
    .filter((name) => !name.endsWith("cxvars.html"))
    .map((name) => [name, readFileSync(name)]);
  const isLater = (name) => /\/audit_glue|\/offline\.js$/.test(name);
  const single = readFileSync(join(ROOT, "target/www/cxvars.html"));
  const sum = (list, size) => list.reduce((total, bytes) => total + size(bytes), 0);
  const row = (name, list, goal) => [
    name,
    goal,
    kilobytes(sum(list, (bytes) => bytes.length)),
    kilobytes(sum(list, compressed)),
  ];
  return table(
    ["what is loaded, kB", "goal", "as it is", "brotli"],
    [
      row("**a check: engine and modules**", [wasm, code], "≤ 96, then ≤ 64"),
      row("of that the engine", [wasm], ""),
      row(
        "**the page, until it checks**",
        page.filter(([name]) => !isLater(name)).map(([, bytes]) => bytes),
        "≤ 300",
      ),
      row(
        "the page, with what it loads behind that: audit logs, and its worker for offline use",
        page.map(([, bytes]) => bytes),
        "",
      ),
      row("the page as one file", [single], ""),
      row("a check with contracts: engine", [readFileSync(join(PACKAGE, "contracts_glue_bg.wasm"))], ""),
    ],
  );
}

function speeds(name, texts, taken) {
  const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
  const [mine, theirs] = [0, 1].map((side) => taken.map((round) => round[side]));
  return [
    [
      `check, ${name}`,
      "",
      ...spread(
        mine.map((seconds) => megabytes / seconds),
        0,
      ),
      "MB/s",
    ],
    [
      `JSON.parse, ajv and a set of names, ${name}`,
      "",
      ...spread(
        theirs.map((seconds) => megabytes / seconds),
        0,
      ),
      "MB/s",
    ],
    [
      `**check ÷ the peer, ${name}**`,
      "≥ 2, then ≥ 3",
      ...spread(
        mine.map((seconds, round) => theirs[round] / seconds),
        2,
      ),
      "×",
    ],
  ];
}

/** A million calls, one in a hundred with mistakes: what they take, and what they leave behind. */
async function endurance(texts) {
  const { instance_memory } = await import(join(PACKAGE, "node_glue.js"));
  const [calls, first, window] = isQuick ? [4_000, 1_000, 1_000] : [1_000_000, 10_000, 100_000];
  const bad = texts.map((text) => text.replace('"type":"string"', '"type":"strng"').replace('"name":"', '"name":"_'));
  const latencies = { first: new Float64Array(window), last: new Float64Array(window) };
  let [memory, found] = [0, 0];
  for (let call = 0; call < calls; call += 1) {
    const text = (call % 100 === 0 ? bad : texts)[call % texts.length];
    const start = performance.now();
    found += check(text).diagnostics.length > 0 ? 1 : 0;
    const took = performance.now() - start;
    if (call < window) latencies.first[call] = took;
    if (call >= calls - window) latencies.last[call - (calls - window)] = took;
    if (call === first) memory = instance_memory().buffer.byteLength;
  }
  if (found < calls / 100) throw new Error(`only ${found} of the wrong documents were refused`);
  const [before, after] = [latencies.first, latencies.last].map((list) => quantile(Array.from(list), 0.99));
  return [
    ["**growth of the engine's memory, kB**", "0", ((instance_memory().buffer.byteLength - memory) / 1000).toFixed(0)],
    ["engine's memory, kB", "", (instance_memory().buffer.byteLength / 1000).toFixed(0)],
    [`p99 of the first ${window.toLocaleString("en")}, µs`, "", (before * 1000).toFixed(0)],
    [`p99 of the last ${window.toLocaleString("en")}, µs`, "", (after * 1000).toFixed(0)],
    ["**last ÷ first**", "≤ 1.2", (after / before).toFixed(2)],
  ];
}

/** From the event of a key to the marks in the editor, with 50 variables in it. */
async function typing(page, text) {
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
  await page.setInputFiles("#file", { name: "a.json", mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator("#status", { hasText: "50 variables" }).waitFor();
  await page.evaluate(() => {
    const editor = document.querySelector(".editor");
    globalThis.took = [];
    let start;
    editor.shadowRoot.addEventListener("keydown", () => (start = performance.now()), { capture: true });
    editor.addEventListener("marked", () => {
      if (start !== undefined) globalThis.took.push(performance.now() - start);
      start = undefined;
    });
  });
  await page.locator(".editor .cm-content").click();
  for (let key = 0; key < (isQuick ? 20 : 600); key += 1) {
    await page.keyboard.press(key % 2 === 0 ? "x" : "Backspace");
    await page.waitForFunction((count) => globalThis.took.length >= count, key + 1);
  }
  // The first keys are typed into code that the browser has not optimised yet.
  return (await page.evaluate(() => globalThis.took)).slice(isQuick ? 0 : 100);
}

const texts = Object.fromEntries(
  ["compact", "indented"].map((layout) => [layout, documents(layout, isQuick ? 20 : 500)]),
);
const isDocument = new Ajv().compile(SCHEMA);
const sides = [ours(check), (text) => accept(text, isDocument)];
for (const side of sides) {
  for (const wrong of [
    texts.compact[0].replace('"type":"string"', '"type":"strng"'),
    texts.compact[0].replace('"name":"', '"name":"_'),
  ]) {
    let refused = false;
    try {
      side(wrong);
    } catch {
      refused = true;
    }
    if (!refused) throw new Error("a side does not check");
  }
}
const rows = Object.entries(texts).flatMap(([layout, list]) =>
  speeds(`Node, ${layout}`, list, turns(sides, list, ROUNDS)),
);

const ajv = join(ROOT, "tests/javascript/node_modules/ajv/dist");
// The browser gets ajv's compiled validator as the module that ajv writes for it.
const standalone = require(join(ajv, "standalone")).default;
const compiler = new Ajv({ code: { source: true, esm: true } });
const validator = standalone(compiler, compiler.compile(SCHEMA)).replace(
  /require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g,
  "((text) => text.length)",
);
const work = mkdtempSync(join(tmpdir(), "cxvars-bench-"));
writeFileSync(join(work, "validator.mjs"), validator);
const server = await serve(
  { "/package/": PACKAGE, "/tests/": join(ROOT, "tests"), "/made/": work, "/page/": join(ROOT, "target/www") },
  { "/": { text: "<!doctype html><title>benchmark</title>" } },
);
const browser = await chromium();
let keys;
const starts = [];
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  for (const [layout, list] of Object.entries(texts)) {
    const taken = await page.evaluate(
      async ({ list, rounds }) => {
        const { check, init } = await import("/package/web.js");
        const { ours, turns } = await import("/tests/javascript/benchmark/turns.mjs");
        const { accept } = await import("/tests/benchmarks/demands.mjs");
        const { default: isDocument } = await import("/made/validator.mjs");
        await init();
        return turns([ours(check), (text) => accept(text, isDocument)], list, rounds);
      },
      { list, rounds: ROUNDS },
    );
    rows.push(...speeds(`Chromium, ${layout}`, list, taken));
  }
  for (let start = 0; start < (isQuick ? 1 : 11); start += 1) {
    const fresh = await browser.newPage();
    await fresh.goto(server.url);
    starts.push(
      await fresh.evaluate(async () => {
        const [{ init }, bytes] = await Promise.all([
          import("/package/web.js"),
          fetch("/package/validator_glue_bg.wasm").then((response) => response.arrayBuffer()),
        ]);
        const start = performance.now();
        await init(bytes);
        return performance.now() - start;
      }),
    );
    await fresh.close();
  }
  const used = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await used.goto(`${server.url}/page/`);
  keys = await typing(used, texts.indented[0]);
} finally {
  await browser.close();
  await server.stop();
  rmSync(work, { recursive: true });
}

const version = (name) => require(`${name}/package.json`).version;
const chromiumVersion = execFileSync("/usr/bin/chromium", ["--version"], { encoding: "utf8" })
  .trim()
  .split(" ")
  .slice(0, 2)
  .join(" ");
const figures = [
  `cxvars at ${execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT, encoding: "utf8" }).trim()}; ${cpus()[0].model}, ${cpus().length} cores; Node ${process.versions.node}, ${chromiumVersion}, ajv ${version("ajv")}\n`,
  await sizes(),
  table([`${texts.compact.length} documents of 50 variables`, "goal", "median", "least", "most", ""], rows),
  table(
    ["in Chromium, ms", "goal", "median", "least", "most", "p99"],
    [
      ["**starting the engine from its bytes**", "< 10", ...spread(starts, 1), ""],
      [
        "**from a key to the findings in the editor, 50 variables**",
        "p99 < 8",
        ...spread(keys, 1),
        quantile(keys, 0.99).toFixed(1),
      ],
    ],
  ),
  table(
    [`${(isQuick ? 4_000 : 1_000_000).toLocaleString("en")} calls in Node, one in a hundred with mistakes`, "goal", ""],
    await endurance(texts.compact),
  ),
].join("\n");
console.log(figures);
if (process.argv.includes("--write")) {
  const path = join(ROOT, "docs/benchmarks.md");
  const [begin, end] = [
    "<!-- JavaScript: written by tests/benchmark-javascript --write, not by hand -->\n",
    "<!-- End of JavaScript -->\n",
  ];
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error("benchmarks.md does not have the two marks that the figures stand between");
  writeFileSync(path, `${text.slice(0, from)}${begin}\n${figures}\n${text.slice(to)}`);
}
