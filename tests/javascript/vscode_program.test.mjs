// How the extension finds and starts the program on a desktop, with the real program. CXVARS is its path.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { ROOT } from "./support.mjs";
import { activate } from "./vscode_stub.mjs";

const desktop = createRequire(import.meta.url)(join(ROOT, "target/vscode/program.cjs"));

test("the program on PATH is found, starts as the client starts it, and checks", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-vscode-"));
  try {
    symlinkSync(process.env.CXVARS, join(folder, "cxvars"));
    const { version } = createRequire(import.meta.url)(join(ROOT, "www/vscode/package.json"));
    const wanted = { setting: "", extension: join(folder, "extension"), version };
    const found = await desktop.findProgram(wanted, desktop.machine([folder]));
    assert.equal(found.path, join(folder, "cxvars"), found.problem);
    const project = join(folder, "project");
    const published = await diagnosticsOf(found.path, pathToFileURL(project).href);
    assert.deepEqual(
      published.map(({ code, source }) => `${source} ${code}`),
      ["cxvars CX201"],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("another program is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-vscode-"));
  try {
    writeFileSync(join(folder, "cxvars"), "#!/bin/sh\necho hello\n", { mode: 0o755 });
    const wanted = { setting: join(folder, "cxvars"), extension: folder, version: "0.1.0" };
    const found = await desktop.findProgram(wanted, desktop.machine([]));
    assert.match(found.problem, /another program/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

for (const [name, setting, server] of [
  ["starts the program that a setting names", "cxvars", /^cxvars \d+\.\d+\.\d+ at /],
  ["uses the checker within it if the program cannot be used", "none", /^the checker within the extension$/],
]) {
  test(`on a desktop the extension ${name}, and shows what it finds`, { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cxvars-vscode-"));
    symlinkSync(process.env.CXVARS, join(folder, "cxvars"));
    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, "a.json"), '{"variables":[{"name":"a","type":"strng","value":"x"}]}');
    const lines = [];
    let show;
    const shown = new Promise((resolve) => {
      show = (path, diagnostics) => resolve([path, diagnostics.map(({ code }) => code.value)]);
    });
    const { exports, stop } = await activate(project, { path: join(folder, setting) }, { lines, show });
    try {
      assert.deepEqual(await shown, [join(project, "a.json"), ["CX201"]]);
      assert.match(exports.status().tooltip.replace(/.*\nServer: /, ""), server);
      assert.deepEqual(lines.slice(1), []);
    } finally {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Starts the program, opens a document with one mistake in it, and returns what is published. */
async function diagnosticsOf(program, root) {
  const { command, args } = desktop.executable(program);
  const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const exit = new Promise((resolve) => server.on("exit", resolve));
  const { createMessageConnection, StreamMessageReader, StreamMessageWriter } = desktop;
  const client = createMessageConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  client.onRequest(() => null);
  const uri = `${root}/a.json`;
  const published = new Promise((resolve) =>
    client.onNotification("textDocument/publishDiagnostics", (sent) => {
      if (sent.uri === uri && sent.diagnostics.length > 0) resolve(sent.diagnostics);
    }),
  );
  client.listen();
  await client.sendRequest("initialize", {
    processId: process.pid,
    rootUri: root,
    capabilities: {},
    initializationOptions: { diagnostics: "push", ruleLinks: "rules:/{code}.md" },
  });
  await client.sendNotification("initialized", {});
  const text = '{"variables":[{"name":"a","type":"strng","value":"x"}]}';
  await client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "json", version: 1, text },
  });
  const diagnostics = await published;
  await client.sendRequest("shutdown");
  await client.sendNotification("exit");
  assert.equal(await exit, 0);
  client.dispose();
  return diagnostics;
}
