// The extension in VS Code for the web, in Chromium. The tests that run within the editor are www/vscode/test/suite.ts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./support.mjs";
import { runInEditor } from "./vscode_editor.mjs";

test("the extension in VS Code for the web", { timeout: 180_000 }, async () => {
  const said = await runInEditor("suite", join(ROOT, "www/vscode/test/workspace"));
  assert.match(said.join("\n"), /vscode: 16 passed/);
});

test("the packed extension has what it needs and no more", () => {
  const names = readFileSync(join(ROOT, "target/vscode/cxvars.vsix"), "latin1").match(/extension\/[\w./-]+/g);
  const expected = [
    "CHANGELOG.md",
    "LICENSE",
    "dist/browser.js",
    "dist/configuration.schema.json",
    "dist/language_server.wasm",
    "dist/node.js",
    "dist/schema.json",
    "icon.png",
    "package.json",
    "README.md",
    "walkthrough/check.md",
    "walkthrough/configure.md",
    "walkthrough/fix.md",
    "walkthrough/pipeline.md",
  ];
  const found = new Set(names.map((name) => name.slice("extension/".length).toLowerCase()));
  for (const name of expected)
    assert.ok(
      [...found].some((other) => other.startsWith(name.toLowerCase())),
      `${name} is not among ${[...found].join()}`,
    );
});
