// Measures the npm package and the page, and prints the figures of docs/benchmarks.md. tests/benchmark-javascript
// starts it.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accept, SCHEMA } from "../../benchmarks/demands.mjs";
import { PACKAGE } from "../support.mjs";
import { inChromium } from "./browser.mjs";
import { endurance } from "./endurance.mjs";
import { quantile, spread, table } from "./figures.mjs";
import { findingCosts } from "./finding.mjs";
import { conditions, output, write } from "./page.mjs";
import { sizes } from "./sizes.mjs";
import { ours, turns } from "./turns.mjs";

const isQuick = process.argv.includes("--quick");
const ROUNDS = isQuick ? 2 : 21;
const require = createRequire(import.meta.url);
const Ajv = require("ajv").default;
const { check } = await import(join(PACKAGE, "node.js"));

/** Documents that an example of core writes. */
function documents(layout, count) {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-corpus-"));
  try {
    execFileSync(process.env.CXVARS_CORPUS, [layout, String(count), folder]);
    const names = readdirSync(folder).sort();
    return names.map((name) => readFileSync(join(folder, name), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The speeds of both sides, and how many times as fast ours is. */
function speeds(name, texts, taken) {
  const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
  const speed = (side) => taken.map((round) => megabytes / round[side]);
  const ratio = taken.map(([mine, theirs]) => theirs / mine);
  return [
    [`check, ${name}`, "", ...spread(speed(0), 0), "MB/s"],
    [`JSON.parse, ajv and a set of names, ${name}`, "", ...spread(speed(1), 0), "MB/s"],
    [
      `**check ÷ the peer, ${name}**`,
      name.startsWith("Chromium") ? "≥ 1, then ≥ 1.5" : "≥ 2, then ≥ 3",
      ...spread(ratio, 2),
      "×",
    ],
  ];
}

/** A side that accepts everything would be fast for nothing. */
function assertChecks(side, [text]) {
  const wrong = [text.replace('"type":"string"', '"type":"strng"'), text.replace('"name":"', '"name":"_')];
  for (const document of wrong) {
    let isRefused = false;
    try {
      side(document);
    } catch {
      isRefused = true;
    }
    if (!isRefused) throw new Error("a side does not check");
  }
}

function programs() {
  const version = (name) => require(`${name}/package.json`).version;
  return [output("/usr/bin/chromium", "--version").split(" ").slice(0, 2).join(" "), `ajv ${version("ajv")}`];
}

const count = isQuick ? 20 : 500;
const texts = { compact: documents("compact", count), indented: documents("indented", count) };
const layouts = Object.entries(texts);
const isDocument = new Ajv().compile(SCHEMA);
const sides = [ours(check), (text) => accept(text, isDocument)];
for (const side of sides) assertChecks(side, texts.compact);
const inNode = layouts.flatMap(([layout, list]) => speeds(`Node, ${layout}`, list, turns(sides, list, ROUNDS)));
const { found, keys, starts, taken } = await inChromium(texts, ROUNDS, isQuick);
const inBrowser = layouts.flatMap(([layout, list]) => speeds(`Chromium, ${layout}`, list, taken[layout]));
const findings = [
  ["**a finding, Node**", "< 4.7", ...spread(findingCosts(check, { text: texts.compact[0], rounds: ROUNDS }), 2), "µs"],
  ["**a finding, Chromium**", "< 4.7", ...spread(found, 2), "µs"],
];
const waits = [
  ["**starting the engine from its bytes**", "< 10", ...spread(starts, 1), ""],
  [
    "**from a key to the findings in the editor, 50 variables**",
    "p99 < 8",
    ...spread(keys, 1),
    quantile(keys, 0.99).toFixed(1),
  ],
];
const figures = [
  conditions(...programs()),
  await sizes(),
  table(
    [`${count} documents of 50 variables`, "goal", "median", "least", "most", ""],
    [...inNode, ...inBrowser, ...findings],
  ),
  table(["in Chromium, ms", "goal", "median", "least", "most", "p99"], waits),
  await endurance(check, texts.compact, isQuick),
].join("\n");
console.log(figures);
if (process.argv.includes("--write")) write("JavaScript", figures);
