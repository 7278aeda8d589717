// Every face of cxvars must judge the projects in tests/projects alike. Here the projects are copied to where they
// can be judged, and the command line judges them. The normal form of a verdict is at the head of
// projects_verdict.mjs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, posix, relative } from "node:path";
import { line, ofReported, Text, verdict } from "./projects_verdict.mjs";
import { ROOT } from "./support.mjs";

const PROJECTS = join(ROOT, "tests/projects");
const EXPECTED = "expected.json";
/** The project that is judged with each of the example policies, which give the same findings. */
const WITH_POLICY = /^policy-(.+)$/;
const POLICIES = ["assemblyscript", "c", "rust"];

/** The names of the projects. */
export function projectNames() {
  const entries = readdirSync(PROJECTS, { withFileTypes: true });
  const folders = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  return folders.flatMap((name) => (name === "policy" ? POLICIES.map((policy) => `policy-${policy}`) : name)).sort();
}

/** The folder of a project. */
function source(name) {
  return join(PROJECTS, WITH_POLICY.test(name) ? "policy" : name);
}

/** The file with the verdict that a project is to get. */
export function expectedFile(name) {
  return join(source(name), EXPECTED);
}

/** Copies a project into a temporary folder, and calls `use` with it. */
export function inCopy(name, use) {
  return inTemporaryFolder((folder) => {
    copy(name, folder);
    return use(folder);
  });
}

/** Copies all projects into a folder, each into a folder of its name. */
export function copyProjects(folder) {
  for (const name of projectNames()) copy(name, join(folder, name));
}

/** Calls `use` with a temporary folder, which is removed afterwards. */
export async function inTemporaryFolder(use) {
  const folder = makeTemporaryFolder();
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a temporary folder, and returns its path without links in it. */
export function makeTemporaryFolder() {
  return realpathSync(mkdtempSync(join(tmpdir(), "cxvars-project-")));
}

/**
 * Copies a project to a folder, which becomes the root of a repository. `gitignore` is named `.gitignore` there: in
 * this repository it would hide the files that it is about.
 */
function copy(name, folder) {
  cpSync(source(name), folder, { recursive: true });
  rmSync(join(folder, EXPECTED), { force: true });
  mkdirSync(join(folder, ".git"));
  const [, policy] = WITH_POLICY.exec(name) ?? [];
  if (policy !== undefined) addPolicy(policy, folder);
  for (const path of named(folder, "gitignore"))
    renameSync(join(folder, path), join(folder, folderOf(path), ".gitignore"));
}

/** Adds an example policy, as tests/plugins builds it, and pins it. */
function addPolicy(policy, folder) {
  const bytes = readFileSync(join(ROOT, `target/policy/${policy}.wasm`));
  mkdirSync(join(folder, "policies"));
  writeFileSync(join(folder, "policies/acme.wasm"), bytes);
  const file = join(folder, "cxvars.toml");
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(file, readFileSync(file, "utf8").replace("SHA256 of the policy", sha256));
}

/** The environment of a face that judges a copy: neither a user's own file nor variables of this process count. */
export function cleanEnvironment(folder) {
  return { HOME: folder, XDG_CONFIG_HOME: join(folder, ".git"), PATH: process.env.PATH };
}

/** The paths of all files of a copy, from its folder. */
export function allFiles(folder) {
  return entriesOf(folder)
    .filter((entry) => entry.isFile())
    .map(({ path }) => path);
}

/** The files, links and folders of a copy, but for what git keeps. */
function entriesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const all = entries.map((entry) =>
    Object.assign(entry, { path: slashed(relative(folder, join(entry.parentPath, entry.name))) }),
  );
  return all.filter(({ path }) => !path.startsWith(".git/")).sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The SHA-256 over the verdicts of all projects, which are objects by the projects' names. */
export function hashOf(verdicts) {
  const names = Object.keys(verdicts).sort();
  return createHash("sha256")
    .update(names.map((name) => line(name, verdicts[name])).join(""))
    .digest("hex");
}

/**
 * What `cxvars validate .` says, run in the project's folder and in each folder that has a configuration of its own.
 */
export function ofCommandLine(folder, program, roots = rootsOf(folder)) {
  const found = { documents: {}, ignores: [], problems: [] };
  const shown = new Map(allFiles(folder).map((path) => [escaped(path), path]));
  for (const root of roots) {
    // A document below another configuration is judged in the run that has it.
    const below = roots.filter((other) => other !== root && (root === "" || other.startsWith(`${root}/`)));
    const run = validate(
      folder,
      root,
      program,
      below.map((other) => posix.relative(root, other)),
    );
    found.ignores.push(...ignoresOf(run.stderr, root, folder));
    found.problems.push(...problemsOf(run, folder));
    for (const { path, diagnostics } of run.files) {
      const file = shown.get(posix.join(escaped(root), path));
      const text = new Text(readFileSync(join(folder, file)));
      found.documents[file] = diagnostics.map((finding) => ofReported(finding, text));
    }
  }
  return verdict({ ...found, ignores: unique(found.ignores), problems: unique(found.problems) });
}

/** The folders that have a configuration of their own, and the project's. */
export function rootsOf(folder) {
  const configurations = entriesOf(folder).filter((entry) => entry.name === "cxvars.toml" && !entry.isDirectory());
  return [...new Set(["", ...configurations.map(({ path }) => folderOf(path))])];
}

function validate(folder, root, program, excluded) {
  const exclude = excluded.flatMap((path) => ["--exclude", `/${path.replace(/[[\]{}?*]/g, "[$&]")}`]);
  const args = ["validate", ".", "--format", "json", "--color", "never", ...exclude];
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: join(folder, root),
    env: cleanEnvironment(folder),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { status, stderr, files: stdout === "" ? [] : JSON.parse(stdout).files };
}

/** The problems for which a run ended. Where a folder merely holds no document, there are none. */
function problemsOf({ status, stderr }, folder) {
  if (status < 2) return [];
  const errors = stderr.split("\n").flatMap((said) => (said.startsWith("error: ") ? [said.slice(7)] : []));
  const messages = errors
    .flatMap((error) => error.split(`; ${folder}/`))
    .map((text) => text.replaceAll(`${folder}/`, ""));
  const isNothing = (text) => /^(no document|only files that are clearly something else,.*) in /.test(text);
  return messages.filter((text) => !isNothing(text)).map((text) => problemOf(text, folder));
}

function problemOf(text, folder) {
  const [, path, line, column, message] = /^(.+?):(\d+):(\d+): (.*)$/.exec(text) ?? [];
  if (path === undefined) return { path: null, at: null, message: text };
  const file = new Text(readFileSync(join(folder, path)));
  return { path: posix.normalize(path), at: file.ofLineAndColumn(Number(line), Number(column)), message };
}

/** `warning: cxvars.toml:12 silences nothing …`, whose paths start from the folder of the run. */
function ignoresOf(stderr, root, folder) {
  const remarks = stderr.matchAll(/^(?:warning|error): (.+?\.toml):(\d+) (.*)$/gm);
  const from = (path) => (path.startsWith("/") ? posix.relative(folder, path) : posix.join(root, path));
  return Array.from(remarks, ([, path, line, message]) => [from(path), Number(line) - 1, message]);
}

/** A path as reports show it. */
function escaped(path) {
  const code = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are escaped
  return path.replace(/[\u0000-\u001f\u007f-\u009f]/gu, code);
}

function named(folder, name) {
  return allFiles(folder).filter((path) => posix.basename(path) === name);
}

/** The folder of a path, empty for the project's own. */
function folderOf(path) {
  return path.includes("/") ? posix.dirname(path) : "";
}

/** The items, each once. */
export function unique(items) {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function slashed(path) {
  return path.replaceAll("\\", "/");
}
