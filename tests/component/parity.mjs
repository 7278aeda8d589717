// Holds the component of the validator, in the host that JavaScript programs have, to the reports of the native engine.
//
//   node parity.mjs COMPONENT FOLDER WORK    FOLDER is what `parity_corpus` wrote; WORK is made anew

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [component, folder, work] = process.argv.slice(2);

/** The options in the words of the component: those that are absent are undefined. */
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

const jco = join(import.meta.dirname, "node_modules/.bin/jco");
rmSync(work, { recursive: true, force: true });
// Without the shim for WASI: whatever the component imported would be missing.
const flags = ["--name", "validator", "--no-wasi-shim", "--quiet", "-o", work];
execFileSync(jco, ["transpile", component, ...flags], { stdio: "inherit" });
const { engine } = await import(pathToFileURL(resolve(work, "validator.js")));

const lines = (name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
const [corpus, reports] = [lines("corpus.jsonl"), lines("reports.jsonl")];
if (corpus.length !== reports.length || corpus.length < 10_000) throw new Error(`${corpus.length} documents`);
corpus.forEach((line, number) => {
  const document = JSON.parse(line);
  const report = engine.check("", Buffer.from(document.base64, "base64"), options(document));
  const found = JSON.stringify(plain(report));
  if (found !== reports[number]) throw new Error(`document ${number} differs:\n${found}\n${reports[number]}`);
});
console.log(`component in JavaScript: ${corpus.length} reports are those of the native engine`);
