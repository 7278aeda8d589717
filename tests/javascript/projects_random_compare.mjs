// Compares what the faces of cxvars say of a random project.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { ofCommandLine, rootsOf, unique } from "./projects.mjs";
import { Draw, write } from "./projects_random.mjs";
import { ofLanguageServer } from "./projects_server.mjs";

/** Writes a project into a temporary folder, and calls `use` with it. */
export async function inFolder(entries, program, use) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "cxvars-random-")));
  try {
    write(entries, folder, program);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How the language server is asked for the project of a seed. */
export function waysOf(seed) {
  const draw = new Draw(seed ^ 0x5eed);
  return { encoding: draw.one(["utf-8", "utf-16", "utf-32"]), push: draw.in(4) };
}

/** Fails where the command line and the language server disagree. */
export async function agree(entries, ways, program) {
  await inFolder(entries, program, async (folder) => {
    const roots = rootsOf(folder);
    const unreached = hiddenFiles(
      folder,
      roots.filter((root) => root !== "").map((root) => `${root}/`),
    );
    const reached = roots.filter((root) => !unreached.has(`${root}/`));
    // The server does not come to a configuration that is hidden itself, where no document shows it.
    const own = reached.filter((root) => root !== "").map((root) => `${root}/cxvars.toml`);
    if (own.some((path) => hiddenFiles(folder, own).has(path))) return;
    // A search leaves out a configuration that one above excludes.
    const excludes = (above) => /^exclude/m.test(configurationAt(folder, above));
    if (reached.some((root) => reached.some((above) => isAbove(above || ".", root) && excludes(above)))) return;
    const wanted = ofCommandLine(folder, program, reached);
    const found = await ofLanguageServer(program, folder, ways);
    const hidden = hiddenFiles(folder, [
      ...Object.keys(wanted.documents),
      ...Object.keys(found.documents),
      ...found.problems.flatMap(({ path }) => (path?.includes("/") ? `${posix.dirname(path)}/` : [])),
      ...found.ignores.map(([path]) => `${posix.dirname(path)}/`),
    ]);
    const selective = roots.filter((root) => /^(include|exclude)/m.test(configurationAt(folder, root)));
    const [one, other] = [found, wanted].map((verdict) => comparable(verdict, wanted, hidden, selective));
    assert.deepEqual(one, other);
  });
}

function configurationAt(folder, root) {
  const path = join(folder, root, "cxvars.toml");
  return existsSync(path) ? readFileSync(path, "latin1").replaceAll("\r", "\n") : "";
}

function isAbove(folder, other) {
  return other !== "" && other !== folder && (folder === "." || other.startsWith(`${folder}/`));
}

/** The files that a search does not come to. A configuration there counts when the command is run in its folder. */
export function hiddenFiles(folder, paths) {
  const isHidden = (path) =>
    path
      .split("/")
      .slice(0, -1)
      .some((name) => name.startsWith("."));
  const options = { cwd: folder, input: paths.join("\0"), encoding: "utf8" };
  const { stdout } = spawnSync("git", ["check-ignore", "--no-index", "-z", "--stdin"], options);
  return new Set([...paths.filter(isHidden), ...stdout.split("\0")]);
}

function comparable({ documents, ignores, problems }, wanted, hidden, selective) {
  // The command line knows that an ignore may be for documents that a configuration further down leaves out.
  const isKnown = ([path, , message]) => !hidden.has(`${posix.dirname(path)}/`) && isSure(path, message);
  const isSure = (path, message) =>
    !message.includes("silences nothing") || !selective.some((below) => isAbove(posix.dirname(path), below));
  const shown = Object.entries(documents).filter(([path]) => !hidden.has(path));
  const withoutPlace = new Set(wanted.problems.filter(({ at }) => at === null).map(({ message }) => message));
  const placed = ({ path, at, message }) =>
    withoutPlace.has(message) ? { path: null, at: null, message } : { path, at, message };
  // The command line may end before it reads the baseline.
  const isLater = ({ message }) => wanted.problems.length > 0 && / baseline[ :]/.test(message);
  const isWanted = (problem) => wanted.problems.some(({ message }) => message === problem.message);
  const isHidden = ({ path }) => hidden.has(`${posix.dirname(path ?? "")}/`);
  const isShown = (problem) => isWanted(problem) || !(isHidden(problem) || isLater(problem));
  return {
    documents: Object.fromEntries(shown),
    ignores: ignores.filter(isKnown),
    problems: unique(problems.filter(isShown).map(placed)).sort((one, other) => (one.message < other.message ? -1 : 1)),
  };
}

/** The entries of a project without those that do not matter for a failure. */
export async function minimised(entries, fails) {
  let kept = { ...entries };
  for (const path of Object.keys(entries)) {
    const { [path]: _, ...rest } = kept;
    if (await fails(rest)) kept = rest;
  }
  for (const [path, entry] of Object.entries(kept)) {
    if (entry.link !== undefined || entry.text === null) continue;
    let lines = Buffer.from(entry.bytes ?? entry.text)
      .toString("latin1")
      .split(/(?<=\n)/);
    for (let at = lines.length - 1; at >= 0 && lines.length < 200; at -= 1) {
      const fewer = lines.filter((_, index) => index !== at);
      const rest = { ...kept, [path]: { ...entry, bytes: Buffer.from(fewer.join(""), "latin1") } };
      if (await fails(rest)) [kept, lines] = [rest, fewer];
    }
  }
  return kept;
}

/** A project for a message. */
export function described(entries) {
  const quoted = (text) => JSON.stringify(String(text).slice(0, 1500));
  const shown = ([path, { text, bytes, link, later }]) => {
    const now = link === undefined ? `--- ${path}\n${quoted(bytes ?? text)}` : `--- ${path} -> ${link}`;
    return later === undefined ? now : `${now}\nlater ${quoted(later)}`;
  };
  return Object.entries(entries).map(shown).join("\n");
}
