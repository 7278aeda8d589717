// The packed npm package in fresh projects, one for each way to load it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium, ROOT, serve } from "./support.mjs";

const WORK = join(ROOT, "target/npm/consumers");
const DUPLICATE =
  '{"variables": [{"name": "a", "type": "string", "value": "x"},\n' +
  ' {"name": "a", "type": "string", "value": "é😀"}]}';

/** A project that has nothing but the packed package. */
function project(name, files) {
  const folder = join(WORK, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  const tarball = readdirSync(join(ROOT, "target/npm")).find((file) => file.endsWith(".tgz"));
  execFileSync("npm", ["install", "--offline", "--no-audit", "--no-fund", join("../..", tarball)], {
    cwd: folder,
    stdio: "pipe",
  });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

const IMPORTS = "import { check, explain, fixAll, plan, rules, summarize, verifyAudit }";
const SHOW = `
  const { diagnostics: [finding] } = check(${JSON.stringify(DUPLICATE)});
  const answer = [finding.code, finding.range.start, (await plan("[]", '{"variables": []}')).changes_pending,
    (await verifyAudit("")).status, (await summarize("")).success_count, rules().length > 25,
    explain("CX103").length > 100, fixAll('[{"name": "a", "type": "integer", "value": 3}]').applied.length];`;
const EXPECTED = ["CX103", { line: 2, column: 11, offset: 72 }, false, "intact", 0, true, true, 1];

describe("the package", () => {
  let browser;
  before(async () => (browser = await chromium()));
  after(() => browser.close());

  test("works in Node", () => {
    const folder = project("node", {
      "main.js": `${IMPORTS} from "@cxvars/validator";${SHOW}
        console.log(JSON.stringify(answer));`,
      "contracts.js": `import { check } from "@cxvars/validator/contracts";
        const text = '[{"name": "t", "type": "object", "value": "{}"}]';
        const options = { contracts: { t: '{"required": ["a"]}' } };
        const codes = (...input) => check(...input).diagnostics.map((finding) => finding.code);
        console.log(codes(text, options).join(), codes(text).length);`,
    });
    const run = (file) => execFileSync("node", [file], { cwd: folder, encoding: "utf8" });
    assert.deepEqual(JSON.parse(run("main.js")), EXPECTED);
    assert.equal(run("contracts.js"), "CX205 0\n");
  });

  test("has types that a strict compiler accepts, and that its reports have", () => {
    const folder = project("types", {});
    cpSync(join(ROOT, "tests/javascript/consumer"), folder, { recursive: true });
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
    const compiler = join(ROOT, "tests/javascript/node_modules/.bin/tsc");
    execFileSync(compiler, ["--project", "."], { cwd: folder, stdio: "inherit" });
  });

  test("works in a page without a bundler, and without anything but loopback", async () => {
    const folder = project("web", {});
    const imports = JSON.stringify({ imports: { "@cxvars/validator/web": "/package/web.js" } });
    const text = `<!doctype html><script type="importmap">${imports}</script>
      <script type="module">${IMPORTS.replace("{", "{ init,")} from "@cxvars/validator/web";
      let early; try { check("[]"); } catch (error) { early = error.name; }
      await init(); await init();${SHOW}
      document.title = JSON.stringify([early, ...answer]);</script>`;
    const server = await serve({ "/package/": join(folder, "node_modules/@cxvars/validator/") }, { "/": { text } });
    try {
      assert.deepEqual(await titleOf(browser, server.url), ["NotReadyError", ...EXPECTED]);
    } finally {
      await server.stop();
    }
  });

  test("works in a page that a bundler has built", async () => {
    const folder = project("bundler", {
      "index.html": '<!doctype html><script type="module" src="/main.js"></script>',
      // Imported for its effect alone, which a bundler must not drop.
      "element.js": 'import "@cxvars/validator/form";',
      "main.js": `${IMPORTS} from "@cxvars/validator";${SHOW}
        const { check: withContracts } = await import("@cxvars/validator/contracts");
        answer.push(withContracts("[]").diagnostics.length);
        await import("./element.js");
        answer.push(customElements.get("cxvars-field") !== undefined);
        document.title = JSON.stringify(answer);`,
    });
    const vite = join(ROOT, "tests/javascript/node_modules/.bin/vite");
    execFileSync(vite, ["build", "--logLevel", "warn"], { cwd: folder, stdio: "inherit" });
    const server = await serve({ "/": join(folder, "dist/") });
    try {
      assert.deepEqual(await titleOf(browser, server.url), [...EXPECTED, 0, true]);
      const wasm = server.requests
        .filter(({ path }) => path.endsWith(".wasm"))
        .map(({ path }) => path.replace(/-[^/]*$/, ""));
      assert.deepEqual(
        wasm,
        ["validator", "plan", "audit", "contracts"].map((name) => `/assets/${name}_glue_bg`),
      );
    } finally {
      await server.stop();
    }
  });
});

async function titleOf(browser, url) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(url);
  await page
    .waitForFunction(() => document.title.startsWith("["), undefined, { timeout: 20_000 })
    .catch(() => {
      throw new Error(`the page did not answer: ${problems.join("; ")}`);
    });
  const title = await page.title();
  await page.close();
  return JSON.parse(title);
}
