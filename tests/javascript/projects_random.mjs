// Random projects: trees of documents, configurations and what lies between them, the same ones for the same seed.
// A project is an object of entries by path: { text } or { bytes }, or { link } for a symbolic link.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { cleanEnvironment } from "./projects.mjs";
import { random } from "./random.mjs";
import { ROOT } from "./support.mjs";

/** Files of the tests of core, by their names: `>>> NAME` begins each one. */
const SAMPLES = ["foreign", "damaged"].flatMap((kind) => {
  const folder = join(ROOT, "core/tests", kind);
  return readdirSync(folder).flatMap((file) =>
    `\n${readFileSync(join(folder, file), "utf8")}`
      .split("\n>>> ")
      .slice(1)
      .map((sample) => {
        const end = sample.indexOf("\n");
        return { name: posix.basename(sample.slice(0, end)), text: sample.slice(end + 1) };
      }),
  );
});

const EXAMPLES = ["crm-lookup.json", "crm-lookup.yaml", "every-mistake.json"].map((name) => ({
  name,
  text: readFileSync(join(ROOT, "examples", name), "utf8"),
}));

const FOLDERS = [
  "a",
  "b",
  "crm",
  "made",
  "old",
  "ümlaut",
  "two words",
  "x[1]",
  "100%",
  "a#b",
  "q?",
  ".hidden",
  ".github",
  "{c}",
];
const NAMES = [
  "vars",
  "lookup",
  "crm.prod",
  "gruß",
  "日本",
  "two words",
  "v[1]",
  "50%",
  "v#1",
  "why?",
  "bell\u0007",
  "v.draft",
  "a:b",
  "x&y+z",
  "e\u0301",
];
const ENDINGS = ["json", "json", "jsonc", "yaml", "yml", "env"];
const ENV_NAMES = [".env", ".env.prod", ".prod.env", ".env.example", ".env.old", ".env.local.yaml", ".vars.json"];
const VARIABLES = [
  "region",
  "Region",
  "_trace",
  "crm_limits",
  "api_key",
  "db_password",
  "greeting",
  "queue-name",
  "crm_host",
  "grüße",
];
const TYPES = ["string", "string", "string", "integer", "boolean", "object", "number", "strin"];
const VALUES = [
  "eu",
  "",
  " padded ",
  "3",
  "03",
  "true",
  "True",
  "{}",
  '{"connect_ms": 500}',
  '{"connect_ms": "x", "retry": {"codes": [1, "2"]}}',
  "********",
  "grüße 👋",
  "hunter2-Xk29fLq81-zzTop77qQ",
  "https://crm:hunter2x@crm.example.com",
  "a\u200bb",
  "line\nline",
];
const CODES = [
  "CX102",
  "CX103",
  "CX104",
  "CX201",
  "CX202",
  "CX206",
  "CX207",
  "CX501",
  "CX502",
  "CX505",
  "CX205",
  "CX602",
  "CX701",
  "CX004",
  "CX005",
  "CX003",
  "CX401",
  "CX007",
  "CX101",
  "CX506",
];
const PATHS = [
  "**",
  "*.json",
  "a/**",
  "**/vars.*",
  "crm/*.yaml",
  "*/vars.json",
  "ümlaut/**",
  "x[[]1]/**",
  "made",
  "{a,b}/**",
  "**/*.draft.*",
  "nothing/*",
];
const SELECTIONS = [
  "a",
  "a/**",
  "*.json",
  "*.draft.*",
  "b/",
  "crm/**/*.yaml",
  "ümlaut",
  "two words",
  "**/vars.yaml",
  ".env*",
  ".hidden/**",
  "made/*",
  "old",
  "x[[]1]",
];
const GITIGNORES = [
  "made/",
  "*.draft.json",
  "!keep.draft.json",
  "/old",
  "old/*",
  "!old/vars.json",
  "**/lookup.*",
  "# a comment",
  "\\#vars.json",
  "a/b/",
  "!a/b/",
  "*.env",
  "!.env",
  "vars.json ",
  ".hidden",
  "x\\[1\\]",
  "*",
  "!*/",
  "!*.json",
  "crm/*.prod.*",
];

/** What draws from the numbers of a seed. */
export class Draw {
  constructor(seed) {
    this.below = random(seed);
  }
  one(items) {
    return items[this.below(items.length)];
  }
  /** True in one of `count` cases. */
  in(count) {
    return this.below(count) === 0;
  }
  some(items, most) {
    return Array.from({ length: 1 + this.below(most) }, () => this.one(items));
  }
}

/** The project of a seed. */
export function randomProject(seed) {
  const draw = new Draw(seed);
  const entries = {};
  const folders = foldersOf(draw);
  const count = 2 + draw.below(10);
  for (let made = 0; made < count; made += 1) addDocument(draw, entries, draw.one(folders));
  if (!draw.in(8)) addConfiguration(draw, entries, "");
  for (const folder of folders) {
    if (folder !== "" && draw.in(6)) addConfiguration(draw, entries, folder);
    if (draw.in(4)) entries[posix.join(folder, ".gitignore")] = { text: `${draw.some(GITIGNORES, 4).join("\n")}\n` };
    if (draw.in(12)) addLink(draw, entries, folder);
  }
  if (draw.in(4)) entries[".git/cxvars/config.toml"] = { text: usersOwn(draw) };
  return entries;
}

/** Writes a project into a folder, which becomes a repository. Then some documents change after the baseline. */
export function write(entries, folder, program) {
  execFileSync("git", ["init", "--quiet", folder]);
  const all = Object.entries(entries);
  for (const [path, entry] of all) writeEntry(folder, path, entry);
  for (const [path, { baseline, text }] of all)
    if (baseline !== undefined && text === null) writeBaseline(folder, path, program);
  for (const [path, { later }] of all) if (later !== undefined) writeEntry(folder, path, { bytes: later });
}

function writeEntry(folder, path, { text, bytes, link }) {
  const at = join(folder, path);
  try {
    mkdirSync(dirname(at), { recursive: true });
    if (link !== undefined) symlinkSync(link, at);
    else if (text !== null) writeFileSync(at, bytes ?? text);
  } catch (error) {
    // Another entry is in its way, as a file where a folder is wanted.
    if (!["EEXIST", "ENOTDIR", "EISDIR", "ELOOP", "ENOENT"].includes(error.code)) throw error;
  }
}

function writeBaseline(folder, path, program) {
  const at = join(folder, path);
  const options = { cwd: dirname(at), env: cleanEnvironment(folder) };
  spawnSync(program, ["validate", ".", "--write-baseline", basename(at)], options);
}

function foldersOf(draw) {
  const folders = ["", ""];
  const count = 1 + draw.below(6);
  for (let made = 0; made < count; made += 1) folders.push(posix.join(draw.one(folders), draw.one(FOLDERS)));
  return [...new Set(folders)];
}

function addDocument(draw, entries, folder) {
  const { name, bytes } = documentOf(draw);
  entries[posix.join(folder, name)] = draw.in(8) ? { bytes, later: shaped(draw, textOf(draw, name)) } : { bytes };
}

/** A file that may be a document, and its name. */
export function documentOf(draw) {
  const kind = draw.below(20);
  if (kind < 3) return bytesOf(draw.one(SAMPLES));
  if (kind < 5) return bytesOf(draw.one(EXAMPLES));
  const ending = draw.one(ENDINGS);
  const name = draw.in(8) ? draw.one(ENV_NAMES) : `${draw.one(NAMES)}.${ending}`;
  if (kind === 5) return { name, bytes: Buffer.alloc(0) };
  if (kind === 6) return { name, bytes: Buffer.from([0x7b, 0xff, 0xfe, 0x22, 0x0a]) };
  if (kind === 7 && draw.in(4)) return { name, bytes: Buffer.from(`${textOf(draw, name)}${" ".repeat(1 << 20)}`) };
  return { name, bytes: shaped(draw, textOf(draw, name)) };
}

function bytesOf({ name, text }) {
  return { name, bytes: Buffer.from(text) };
}

/** A text with line ends of one kind, and perhaps a byte order mark. */
function shaped(draw, text) {
  const end = draw.one(["\n", "\n", "\n", "\r\n", "\r"]);
  const marked = draw.in(10) ? `\ufeff${text}` : text;
  return Buffer.from(marked.replaceAll("\n", end));
}

/** A document with mistakes, in the format of its name. */
export function textOf(draw, name) {
  const variables = Array.from({ length: draw.below(5) }, () => variableOf(draw));
  const text = formatted(draw, name, variables);
  if (!draw.in(10)) return text;
  const at = draw.below(text.length + 1);
  const changed = text.slice(0, at) + draw.one(["", ",", '"', "}", "\t", "ü", "🙂"]) + text.slice(at + draw.below(3));
  // Half a character cannot be sent.
  return changed.toWellFormed();
}

function formatted(draw, name, variables) {
  const comment = draw.in(5) ? ` cxvars: ignore[${draw.one(CODES)}] known\n` : "";
  if (name.endsWith("json") || name.endsWith("jsonc")) {
    const lines = variables.map((variable) => `    ${JSON.stringify(variable)}`).join(",\n");
    const said = comment !== "" && name.endsWith("jsonc") ? `  //${comment}` : "";
    return `{\n${said}  "variables": [\n${lines}\n  ]\n}\n`;
  }
  if (name.endsWith("yaml") || name.endsWith("yml")) {
    const plain = draw.in(4);
    const field = ([key, value]) => `${key}: ${plain && !/[{*"\n]/.test(value) ? value : JSON.stringify(value)}`;
    const said = comment === "" ? "" : `  #${comment}`;
    const lines = variables.map((variable) => `  - ${Object.entries(variable).map(field).join("\n    ")}\n`);
    return `variables:\n${said}${lines.join("")}`;
  }
  const said = comment === "" ? "" : `#${comment}`;
  return (
    said +
    variables
      .map(({ name, value }) => `${name.toUpperCase()}=${draw.in(2) ? JSON.stringify(value ?? "") : value}\n`)
      .join("")
  );
}

function variableOf(draw) {
  const variable = { name: draw.one(VARIABLES), type: draw.one(TYPES), value: draw.one(VALUES) };
  if (draw.in(6)) variable.encrypted = true;
  if (draw.in(8)) variable.scope = draw.one(["action", "global", "template", "actions"]);
  if (draw.in(10)) variable.value = `\${param:${draw.one(["region", "crm_host"])}}`;
  if (draw.in(12)) {
    delete variable.value;
    variable.value_from = draw.one([{ env: "API_KEY" }, { param: "crm_host" }, { environment: "X" }]);
  }
  if (draw.in(20)) delete variable.type;
  return variable;
}

/** A `cxvars.toml` with what it names. */
function addConfiguration(draw, entries, folder) {
  const path = posix.join(folder, "cxvars.toml");
  if (draw.in(40)) {
    entries[posix.join(folder, "elsewhere.toml")] = { text: configurationOf(draw, entries, folder) };
    entries[path] = { link: "elsewhere.toml" };
  } else entries[path] = { bytes: shaped(draw, configurationOf(draw, entries, folder)) };
}

export function configurationOf(draw, entries, folder) {
  const lines = [];
  if (draw.in(4)) lines.push(...extending(draw, entries, folder, 0));
  if (draw.in(4)) lines.push(contractOf(draw, entries, folder));
  lines.push(...validateOf(draw));
  if (draw.in(6)) lines.push(`baseline = "${baselineOf(draw, entries, folder)}"`);
  if (draw.in(2)) lines.push(severities(draw));
  while (!draw.in(3)) lines.push(...ignoreOf(draw));
  if (draw.in(5))
    lines.push("[env.dev]", 'params = { region = "eu", crm_host = "a" }', "[env.prod]", `params = { region = "us" }`);
  if (draw.in(25))
    lines.splice(
      draw.below(lines.length + 1),
      0,
      draw.one(["max_dept = 3", "[validat]", "= 3", "x = [", '"ü" "🙂"', "trusted_hosts = ['x.example.com']"]),
    );
  return `${lines.join("\n")}\n`;
}

function extending(draw, entries, folder, depth) {
  const target = draw.one([
    "../shared.toml",
    "shared.toml",
    "standards/shared.toml",
    "../standards/cxvars.toml",
    "nothing.toml",
    "cxvars.toml",
  ]);
  const path = posix.join(folder, target);
  if (path.startsWith("..")) return [];
  if (!target.endsWith("nothing.toml") && entries[path] === undefined && path !== posix.join(folder, "cxvars.toml")) {
    const further = depth < 3 && draw.in(3) ? extending(draw, entries, posix.dirname(path), depth + 1) : [];
    const lines = [
      ...further,
      ...validateOf(draw),
      ...(draw.in(2) ? [severities(draw)] : []),
      ...(draw.in(2) ? ignoreOf(draw) : []),
    ];
    entries[path] = { text: `${lines.join("\n")}\n` };
  }
  if (!draw.in(3)) return [`extends = "${target}"`];
  const { text = "", bytes = text } = entries[path] ?? {};
  const digest = createHash("sha256")
    .update(draw.in(5) ? "another" : bytes)
    .digest("hex");
  return [`extends = "${target}"`, `extends_sha256 = "${digest}"`];
}

function contractOf(draw, entries, folder) {
  const target = draw.one(["schemas/crm.json", "../schemas/crm.json", "crm.schema.json", "missing.json"]);
  const path = posix.join(folder, target);
  if (target !== "missing.json" && !path.startsWith("..")) {
    const schema = {
      type: "object",
      properties: { connect_ms: { type: "integer" } },
      required: draw.in(2) ? ["retry"] : [],
    };
    entries[path] = { text: draw.in(8) ? "{not json" : draw.in(10) ? '{"type": 3}' : JSON.stringify(schema) };
  }
  return `contracts = { crm_limits = "${target}" }`;
}

function validateOf(draw) {
  const keys = {
    parent_scope: () => `"${draw.one(["global", "template", "action"])}"`,
    max_variables: () => 1 + draw.below(4),
    max_bytes: () => draw.one([10, 200, 1_048_576]),
    max_depth: () => 1 + draw.below(6),
    name_pattern: () => draw.one(["'[a-z_]+'", "'crm_.*'", "'[a-z'"]),
    allow_empty: () => JSON.stringify(draw.some(VARIABLES, 2)),
    include: () => JSON.stringify(draw.some(SELECTIONS, 3)),
    exclude: () => JSON.stringify(draw.some(SELECTIONS, 3)),
  };
  const chosen = Object.entries(keys).filter(([name]) => draw.in(name === "include" ? 10 : 6));
  return ["[validate]", ...chosen.map(([name, value]) => `${name} = ${value()}`)];
}

function severities(draw) {
  const codes = [...new Set(draw.some(CODES, 4))];
  return `severity = { ${codes.map((code) => `${code} = "${draw.one(["off", "warning", "error"])}"`).join(", ")} }`;
}

function ignoreOf(draw) {
  const lines = ["[[ignore]]", `code = "${draw.one(CODES)}"`, 'reason = "known"'];
  if (draw.in(2)) lines.push(`variable = "${draw.one(VARIABLES)}"`);
  if (draw.in(3)) lines.push(`path = ${JSON.stringify(draw.one(PATHS))}`);
  if (draw.in(4)) lines.push(`expires = ${draw.one(["2020-01-31", "2999-12-31"])}`);
  return lines;
}

function baselineOf(draw, entries, folder) {
  const path = posix.join(folder, "known.json");
  entries[path] = { baseline: folder, text: draw.in(10) ? "{}" : null };
  return "known.json";
}

function usersOwn(draw) {
  const validate = validateOf(draw).filter((line) => !/^(include|exclude)/.test(line));
  return `${[...validate, severities(draw), ...ignoreOf(draw)].join("\n")}\n`;
}

function addLink(draw, entries, folder) {
  const target = draw.one([".", "..", "vars.json", "a", "nowhere", "../b", "linked.json"]);
  entries[posix.join(folder, draw.one(["linked.json", "linked", "linked.yaml"]))] = { link: target };
}
