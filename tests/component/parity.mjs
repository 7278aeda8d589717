// Compares the reports of the validator's component, run by the host for JavaScript, with those of the native engine.
//
//   node parity.mjs COMPONENT FOLDER WORK    `parity_corpus` wrote FOLDER; WORK is replaced

import { isUtf8 } from "node:buffer";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [component, folder, work] = process.argv.slice(2);

/** The options as the component takes them; undefined stands for a missing one. */
function options({ format, options }) {
  return {
    format,
    parentScope: options.parent_scope,
    maxVariables: options.max_variables,
    maxBytes: options.max_bytes,
    maxDepth: options.max_depth,
    namePattern: options.name_pattern,
    allowEmpty: options.allow_empty ?? [],
    params: options.params && Object.entries(options.params),
    severity: Object.entries(options.severity ?? {}),
    ignore: options.ignore ?? [],
    today: options.today,
    contracts: Object.entries(options.contracts ?? {}),
  };
}

/** The report as the program writes it. */
function plain({ path, diagnostics, notShown }) {
  const shown = diagnostics.map(({ params, help, ...rest }) => {
    const { code, name, severity, message, ...places } = rest;
    return { code, name, severity, message, help: help ?? null, ...places, params: Object.fromEntries(params) };
  });
  return notShown === 0 ? { path, diagnostics: shown } : { path, diagnostics: shown, not_shown: notShown };
}

/** A report of the engine without the names of the variables, which version 1 of the interface does not have. */
function asInVersion1(report) {
  const { diagnostics, ...rest } = JSON.parse(report);
  const { path, ...others } = rest;
  return JSON.stringify({ path, diagnostics: diagnostics.map(({ variable, ...finding }) => finding), ...others });
}

const jco = join(import.meta.dirname, "node_modules/.bin/jco");
rmSync(work, { recursive: true, force: true });
// There is no shim for WASI, so a component that imports anything fails.
const flags = ["--name", "validator", "--no-wasi-shim", "--quiet", "-o", work];
execFileSync(jco, ["transpile", component, ...flags], { stdio: "inherit" });
const { engine } = await import(pathToFileURL(resolve(work, "validator.js")));

const lines = (name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
const [corpus, reports] = [lines("corpus.jsonl"), lines("reports.jsonl")];
if (corpus.length !== reports.length || corpus.length < 10_000) throw new Error(`${corpus.length} documents`);
let texts = 0;
corpus.forEach((line, number) => {
  const document = JSON.parse(line);
  const bytes = Buffer.from(document.base64, "base64");
  const { config, environment } = document.options;
  const found = [];
  if (config === undefined) {
    found.push(engine.check("", bytes, options(document)));
    if (isUtf8(bytes)) {
      texts++;
      found.push(engine.checkText("", bytes.toString(), options(document)));
    }
  } else {
    found.push(engine.checkInProject("", bytes, options(document), { config, environment, action: undefined }));
  }
  const expected = asInVersion1(reports[number]);
  for (const report of found.map((report) => JSON.stringify(plain(report)))) {
    if (report !== expected) throw new Error(`document ${number} differs:\n${report}\n${expected}`);
  }
});
if (texts < corpus.length / 2) throw new Error(`only ${texts} documents are text`);
console.log(`component in JavaScript: ${corpus.length} reports are those of the native engine`);
