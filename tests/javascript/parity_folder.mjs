// The parity corpus as files of projects, for the faces of cxvars that judge files. The options of a document become
// the configuration of the project that it is in.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { sha256 } from "./parity.mjs";
import { cleanEnvironment } from "./projects.mjs";
import { line, ofReported, Text } from "./projects_verdict.mjs";
import { ROOT } from "./support.mjs";

const CORPUS = join(ROOT, "target/parity");

/** The documents of the corpus: `path` in its folder, `bytes`, `findings` of the native engine in the normal form. */
export function corpus() {
  const [documents, reports] = ["corpus", "reports"].map((name) => {
    const lines = readFileSync(join(CORPUS, `${name}.jsonl`), "utf8")
      .trimEnd()
      .split("\n");
    return lines.map((line) => JSON.parse(line));
  });
  const folders = new Map();
  return documents.flatMap(({ format, options, base64 }, at) => {
    // A server has one environment for all of its projects.
    if (options.environment !== undefined) return [];
    const bytes = Buffer.from(base64, "base64");
    const text = new Text(bytes);
    const configuration = configurationOf(options);
    if (!folders.has(configuration)) folders.set(configuration, `options-${folders.size}`);
    return {
      path: `${folders.get(configuration)}/${String(at).padStart(5, "0")}.${format}`,
      configuration,
      bytes,
      findings: reports[at].diagnostics.map((finding) => ofReported(finding, text)),
    };
  });
}

/** Writes the configurations that documents need into a folder. */
export function writeConfigurations(documents, folder) {
  const projects = new Map(documents.map(({ path, configuration }) => [path.split("/")[0], configuration]));
  for (const [project, configuration] of projects) {
    mkdirSync(join(folder, project, ".git"), { recursive: true });
    writeFileSync(join(folder, project, "cxvars.toml"), configuration);
    // What a configuration of rules of one's own names.
    writeFileSync(join(folder, project, "limits.json"), "{}");
  }
}

/** Writes documents into a folder, with the configurations that they need. */
export function writeCorpus(documents, folder) {
  writeConfigurations(documents, folder);
  for (const { path, bytes } of documents) writeFileSync(join(folder, path), bytes);
}

/** A document's text as an editor has it; undefined if its bytes are none. */
export function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The documents to which `cxvars validate` comes when it searches the folders. */
export function searchedFor(documents, folder, program) {
  const projects = [...new Set(documents.map(({ path }) => path.split("/")[0]))];
  return projects.flatMap((project) => {
    const args = ["validate", ".", "--format", "json"];
    const options = { cwd: join(folder, project), env: cleanEnvironment(folder), encoding: "utf8", maxBuffer: 1e9 };
    const { stdout } = spawnSync(program, args, options);
    return JSON.parse(stdout).files.map(({ path }) => posix.join(project, path));
  });
}

/**
 * Holds findings, as pairs of a path and its findings in the normal form, to those of the native engine in the same
 * documents.
 */
export async function agree(documents, found, ofNative = (findings) => findings) {
  const byPath = new Map(found);
  const wanted = documents
    .filter(({ path }) => byPath.has(path))
    .map(({ path, findings }) => [path, ofNative(findings)]);
  assert.equal(wanted.length, found.length);
  for (const [path, findings] of wanted) assert.deepEqual(byPath.get(path), findings, path);
  assert.equal(await hashOf(found), await hashOf(wanted));
}

function hashOf(found) {
  const text = line("corpus", { documents: Object.fromEntries(found), ignores: [], problems: [] });
  return sha256(new TextEncoder().encode(text));
}

/** The options of a check as `cxvars.toml`. */
function configurationOf({ config = "", params = {}, severity = {}, ignore = [], today, ...validate }) {
  // What has expired on the day of the check has expired for years here, because faces go by the day of today.
  const expires = (date) => (date < today ? "2020-01-31" : date);
  const table = (name, values) => [`[${name}]`, ...Object.entries(values).map(keyAndValue), ""];
  return [
    config,
    ...table("validate", validate),
    ...table("validate.severity", severity),
    ...Object.entries(params).flatMap(([environment, names]) =>
      table(`env.${environment}.params`, Object.fromEntries(names.map((name) => [name, "x"]))),
    ),
    ...ignore.flatMap((entry) =>
      table("[ignore]", entry.expires === undefined ? entry : { ...entry, expires: expires(entry.expires) }),
    ),
  ].join("\n");
}

/** A string, number or list is written in TOML as in JSON. */
function keyAndValue([key, value]) {
  return `${key} = ${JSON.stringify(value)}`;
}
