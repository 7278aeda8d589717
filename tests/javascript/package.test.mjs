// The packed npm package for compilers, for the tools that judge packages, and in pages without a bundler.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { answerOf, EXPECTED, project, run, runNode, tool } from "./consumers.mjs";
import { chromium, ROOT, serve } from "./support.mjs";

/** Installed in a page by an import map, as a server of static files would have it. */
const IMPORT_MAP = JSON.stringify({ imports: { "@cxvars/validator": "/package/web.js" } });

describe("the package for tools", () => {
  test("has types that strict compilers accept, and that its reports have", async () => {
    const folder = project("types", "typescript");
    // The compiler refuses a report with a key that the types do not have, and one without a key that they have.
    const lines = readFileSync(join(ROOT, "target/parity/reports.jsonl"), "utf8").trimEnd().split("\n");
    const kinds = new Map();
    for (const line of lines) {
      for (const { code, fixes, related } of JSON.parse(line).diagnostics) {
        kinds.set(`${code} ${fixes.length > 0} ${related.length > 0}`, line);
      }
    }
    assert.ok(kinds.size > 35, `only ${kinds.size} kinds of findings`);
    const reports = [...new Set(kinds.values())].join(",\n");
    writeFileSync(
      join(folder, "reports.ts"),
      `import type { FileReport } from "@cxvars/validator";\nexport const reports: FileReport[] = [\n${reports}];\n`,
    );
    for (const configuration of ["nodenext", "bundler", "node16", "commonjs"]) {
      await run(tool(".bin/tsc"), ["--project", `tsconfig.${configuration}.json`], folder);
    }
  });

  test("has nothing that publint and attw complain about", async () => {
    const folder = project("lint");
    const installed = join(folder, "node_modules/@cxvars/validator");
    assert.match(await runNode("publint/src/cli.js", ["run", installed, "--strict"], folder), /All good!/);
    const [packed] = (await run("npm", ["pack", "--silent", installed], folder)).trim().split("\n");
    // A style has no types.
    const parameters = [packed, "--format", "ascii", "--exclude-entrypoints", "form.css"];
    const output = await runNode("@arethetypeswrong/cli/dist/index.js", parameters, folder);
    assert.match(output, /No problems found/);
  });
});

describe("the package in a page without a bundler", () => {
  let browser;
  before(async () => (browser = await chromium()));
  after(() => browser.close());

  /** The answer of a page with this script, and what it has asked its server for. */
  async function answered(name, script, headers = {}) {
    const folder = project(name, "shared");
    const text = `<!doctype html><script type="importmap" nonce="n">${IMPORT_MAP}</script>
      <script type="module" src="/page.js"></script>`;
    writeFileSync(join(folder, "page.js"), script);
    const folders = { "/package/": join(folder, "node_modules/@cxvars/validator/"), "/": `${folder}/` };
    const server = await serve(folders, { "/": { text, headers } });
    try {
      return [await answerOf(browser, server.url), server.requests.map(({ path }) => path)];
    } finally {
      await server.stop();
    }
  }
  const MAIN = readFileSync(join(ROOT, "tests/javascript/consumers/shared/main.js"), "utf8");
  const policy = (script) => ({
    "content-security-policy": `default-src 'none'; script-src 'self' 'nonce-n' ${script}; connect-src 'self'`,
  });

  test("works, loads each file once, when it is first needed, and tries again after a failure", async () => {
    const script = `import { check, init, load } from "@cxvars/validator";
      let early; try { check("[]"); } catch (error) { early = [error.name, error.part]; }
      const { fetch } = globalThis;
      globalThis.fetch = () => Promise.reject(new TypeError("offline"));
      const offline = await Promise.allSettled([init(), load("yaml")]);
      globalThis.fetch = fetch;
      early.push(...offline.map(({ reason }) => reason.name));
      await Promise.all([init(), init()]);
      const [{ code }] = check('[{"name": "_a", "type": "string", "value": "x"}]').diagnostics;
      const needs = [{ format: "yaml" }, { filename: ".env" }, { config: "" }, { name_pattern: "a" }];
      for (const options of needs) try { check("", options); } catch (error) { early.push(error.part, error.message); }
      early.push(code);
      await Promise.all([load("yaml"), load("env"), load("fixes")]);
      const wrong = await load("toml").catch((error) => error.message);
      document.title = JSON.stringify([early, wrong]);`;
    const [answer, requests] = await answered("web", script);
    const parts = "yaml, env, fixes, docs, config, patterns, foreign, plan, audit";
    assert.deepEqual(answer, [
      [
        ...["NotReadyError", null, "LoadError", "LoadError"],
        ...["yaml", "env", "config", "patterns"].flatMap((part) => [
          part,
          `${part} is not loaded; call await load("${part}") first`,
        ]),
        "CX102",
      ],
      `load: there is no such part; the parts are ${parts}`,
    ]);
    const files = ["/package/json_glue_bg.wasm", "/package/editor_glue_bg.wasm"];
    assert.deepEqual(
      requests.filter((path) => path.endsWith(".wasm")),
      files,
    );
  });

  test("works under a strict policy", async () => {
    const [answer, requests] = await answered("strict", MAIN, policy("'wasm-unsafe-eval'"));
    assert.deepEqual(answer, EXPECTED);
    const names = requests.filter((path) => path.endsWith(".wasm")).map((path) => path.replace("/package/", ""));
    assert.deepEqual(names, ["json_glue_bg.wasm", "editor_glue_bg.wasm", "audit_glue_bg.wasm"]);
  });

  test("says what to do under a policy that forbids WebAssembly", async () => {
    const [[name, message]] = await answered("forbidden", MAIN, policy(""));
    assert.equal(name, "LoadError");
    assert.match(message, /could not be compiled: .*script-src 'wasm-unsafe-eval'/);
  });

  test("works from the embedded files without a request for them", async () => {
    const script = MAIN.replace('"@cxvars/validator"', '"/package/inline.js"').replace("await init();", "");
    const [answer, requests] = await answered("embedded", script, policy("'wasm-unsafe-eval'"));
    assert.deepEqual(answer, EXPECTED);
    assert.deepEqual(
      requests.filter((path) => path.endsWith(".wasm")),
      [],
    );
  });
});
