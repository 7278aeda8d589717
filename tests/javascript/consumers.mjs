// Fresh projects that use the packed npm package, each with a tool of its own. Their sources are in consumers/, the
// tools in target/consumers/node_modules.

import { execFile, execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./support.mjs";

const SOURCES = join(ROOT, "tests/javascript/consumers");
const WORK = join(ROOT, "target/consumers");

/** Ends a tool or a wait that hangs. Next takes minutes to build where others compile at the same time. */
const LIMIT_MS = 300_000;

/** What `use` of consumers/shared/use.js returns. */
export const EXPECTED = [["CX103", 2, 11, 72], ["CX102", 2, 11, 21], false, "intact", 0, true, 1];

/** A program of the tools that are installed for the consumers. */
export const tool = (path) => join(WORK, "node_modules", path);

/** Makes a project of the files in these folders of consumers/, with nothing but the packed package installed in it. */
export function project(name, ...sources) {
  const folder = join(WORK, name);
  rmSync(folder, { recursive: true, force: true });
  const installed = join(folder, "node_modules/@cxvars/validator");
  mkdirSync(installed, { recursive: true });
  const packed = readdirSync(join(ROOT, "target/npm")).find((file) => file.endsWith(".tgz"));
  execFileSync("tar", ["-xzf", join(ROOT, "target/npm", packed), "-C", installed, "--strip-components=1"]);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  for (const source of sources) cpSync(join(SOURCES, source), folder, { recursive: true });
  return folder;
}

/** Adds `use.js` as a module for `require`. */
export function withCommonJs(folder) {
  const text = readFileSync(join(folder, "use.js"), "utf8");
  writeFileSync(join(folder, "use.cjs"), text.replace("export async function use", "exports.use = async function use"));
}

/** Runs a tool in a project and returns what it prints; if it fails, the error has all of that. */
export async function run(program, parameters, folder, environment = {}) {
  const env = { ...process.env, ...environment };
  // The runner of the tests tells its children to report to it.
  delete env.NODE_TEST_CONTEXT;
  try {
    const { stdout, stderr } = await promisify(execFile)(program, parameters, { cwd: folder, env, timeout: LIMIT_MS });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

/** Runs one of the tools that are programs for Node. */
export const runNode = (path, parameters, folder, environment) =>
  run(process.execPath, [tool(path), ...parameters], folder, environment);

/** Starts a server and waits until it prints its address. */
export async function start(program, parameters, folder, pattern) {
  const env = { ...process.env, NO_COLOR: "1" };
  const child = spawn(program, parameters, { cwd: folder, env, timeout: LIMIT_MS, killSignal: "SIGKILL" });
  let output = "";
  const url = await new Promise((resolve, reject) => {
    const read = (data) => {
      output += data;
      const found = pattern.exec(output);
      if (found !== null) resolve(found[1] ?? found[0]);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  };
  return { url, stop, child };
}

/** The answer of a page: its title. */
export async function answerOf(browser, url) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  try {
    await page.goto(url);
    await page
      .waitForFunction(() => document.title.startsWith("["), undefined, { timeout: LIMIT_MS })
      .catch(() => {
        throw new Error(`the page did not answer: ${problems.join("; ")}`);
      });
    return JSON.parse(await page.title());
  } finally {
    await page.close();
  }
}
