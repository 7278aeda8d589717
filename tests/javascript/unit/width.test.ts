// Comments and strings, which the formatter does not break, keep to the width of the code.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const MOST_COLUMNS = 120;
const ROOT = fileURLToPath(new URL("../../../../../", import.meta.url));
const MADE = new Set(["node_modules", "target", "build", ".git"]);

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return MADE.has(entry.name) ? [] : sources(path);
    return /\.(ts|js|mjs)$/.test(entry.name) ? [path] : [];
  });
}

test(`no line is longer than ${MOST_COLUMNS} columns`, () => {
  const files = sources(ROOT);
  assert.ok(files.length > 50, `only ${files.length} files`);
  const long = files.flatMap((file) => {
    const lines = readFileSync(file, "utf8").split("\n");
    return lines.flatMap((line, at) => ([...line].length > MOST_COLUMNS ? [`${relative(ROOT, file)}:${at + 1}`] : []));
  });
  assert.deepEqual(long, []);
});
