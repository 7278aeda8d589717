// The page with the figures, docs/benchmarks.md.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ROOT } from "../support.mjs";

/** What a program prints, without the line break at its end. */
export function output(command, ...args) {
  return execFileSync(command, args, { cwd: ROOT, encoding: "utf8" }).trim();
}

/** The line above the tables: what was measured, and on what machine. */
export function conditions(...programs) {
  const machine = `${cpus()[0].model}, ${cpus().length} cores`;
  const measured = `cxvars at ${output("git", "rev-parse", "--short", "HEAD")}`;
  return `${[measured, machine, [`Node ${process.versions.node}`, ...programs].join(", ")].join("; ")}\n`;
}

/** Writes the figures of a command between their two marks. `what` names them in the marks. */
export function write(what, figures) {
  const path = join(ROOT, "docs/benchmarks.md");
  const text = readFileSync(path, "utf8");
  const begin = new RegExp(`^<!-- ${what}: .*-->\n`, "m").exec(text);
  const end = text.indexOf(`<!-- End of ${what} -->\n`);
  const from = begin === null ? -1 : begin.index + begin[0].length;
  if (from < 0 || end < from) throw new Error(`docs/benchmarks.md does not have the two marks around ${what}`);
  writeFileSync(path, `${text.slice(0, from)}\n${figures}\n${text.slice(end)}`);
}
