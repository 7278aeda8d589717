// The page as people use it: all of it in Chromium, the main path in Firefox, and the single file from disk.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { testSite } from "./page_support.mjs";
import { firefox, ROOT } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGE = join(ROOT, "target/www");
const CXVARS = process.env.CXVARS;
const VALUE = "hunter2-not-shown";

/** An audit log that the program wrote, with a checkpoint. */
function auditLog() {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-page-"));
  const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: "pipe" });
  for (const value of ["1", "2", "2"]) {
    writeFileSync(join(folder, "vars.json"), JSON.stringify({ variables: [{ name: "a", type: "string", value }] }));
    run(CXVARS, "apply", "crm", "-f", "vars.json", "--sandbox", "-q");
  }
  const log = join(folder, ".cxvars/sandbox-audit.jsonl");
  run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "key.pem");
  run("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem");
  const key = readFileSync(join(folder, "key.pem"), "utf8");
  execFileSync(CXVARS, ["audit", "checkpoint", log, "--out", "checkpoint.json"], {
    cwd: folder,
    env: { ...process.env, CXVARS_CHECKPOINT_KEY: key },
    stdio: "pipe",
  });
  const read = (name) => readFileSync(join(folder, name), "utf8");
  return { log, text: readFileSync(log, "utf8"), checkpoint: read("checkpoint.json"), key: read("public.pem") };
}

const site = testSite();
let context, page, problems;

async function opened(path = "/", options = {}) {
  context = await site.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on(
    "console",
    (message) => message.type() === "error" && problems.push(`${message.text()} ${message.location().url}`),
  );
  await page.goto(path.includes("://") ? path : site.server.url + path);
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
}

const editor = () => page.locator(".editor .cm-content");
const status = (words) => page.locator("#status", { hasText: words }).waitFor();
const text = () =>
  page.evaluate(() =>
    [...document.querySelector(".editor").shadowRoot.querySelectorAll(".cm-line")]
      .map((line) => line.textContent)
      .join("\n"),
  );
const show = (name) =>
  page
    .locator("button, nav a")
    .and(page.getByText(name, { exact: true }))
    .filter({ visible: true })
    .click();
const write = async (content) => {
  await editor().click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.evaluate((content) => {
    const paste = new ClipboardEvent("paste", { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
    paste.clipboardData.setData("text/plain", content);
    document.querySelector(".editor").shadowRoot.querySelector(".cm-content").dispatchEvent(paste);
  }, content);
};
const openFile = (name, content) =>
  page.setInputFiles("#file", { name, mimeType: "text/plain", buffer: Buffer.from(content) });

/** A document in JSON, one variable a line. */
const json = (...variables) => `{\n  "variables": [\n    ${variables.join(",\n    ")}\n  ]\n}\n`;

/** A document in YAML with a comment, from the lines of each variable. */
const yaml = (...variables) =>
  `# team\nvariables:\n${variables.map((lines) => `  - ${lines.join("\n    ")}\n`).join("")}`;

describe("the page in Chromium", () => {
  beforeEach(() => opened());
  afterEach(async () => {
    assert.deepEqual(problems, []);
    await context.close();
  });

  test("typing shows the finding at its place, and a fix resolves it", async () => {
    await status("nothing checked yet");
    assert.equal(await page.locator(".editor .cm-lint-marker").count(), 0);
    await editor().click();
    await page.keyboard.type('[{"name": "a", "type": "integer", "value": 3}]'.replaceAll('"', '"'), { delay: 0 });
    await page.keyboard.press("Escape");
    await write('[{"name": "a", "type": "integer", "value": 3}]');
    await status("1 error, 0 warnings in 1 variable");
    const marked = page.locator(".editor .cm-lintRange-error");
    assert.equal(await marked.textContent(), "3");
    await marked.hover();
    await page.locator(".editor .cm-tooltip-lint", { hasText: "must be a string" }).waitFor();
    await page.locator(".findings").getByRole("button", { name: "Fix: quote the value" }).click();
    await status("no findings in 1 variable");
    assert.equal(await text(), '[{"name": "a", "type": "integer", "value": "3"}]');
    await editor().click();
    await page.keyboard.press("ControlOrMeta+z");
    await status("1 error");
  });

  test("fixing all leaves out a fix that would make a new error, says so, and is undone in one step", async () => {
    const variable = (value) => `{"name": "v${value}", "type": "integer", "value": ${value}}`;
    const before = `[${[3, 4, 5.5].map(variable).join(", ")}]`.replace("v5.5", "v5");
    await write(before);
    await status("3 errors");
    await show("Apply all safe fixes");
    await status("1 error, 0 warnings in 3 variables");
    const after = before.replace("3}", '"3"}').replace("4}", '"4"}');
    assert.equal(await text(), after);
    const why = page.locator(".hint", {
      hasText: '"quote the value" on line 1 was left out, because it would lead to',
    });
    await why.waitFor();
    await show("Apply all safe fixes");
    await why.waitFor();
    assert.equal(await text(), after);
    await editor().click();
    await page.keyboard.press("ControlOrMeta+z");
    await status("3 errors");
    await why.waitFor({ state: "detached" });
    assert.equal(await text(), before);
  });

  test("a character that nobody sees is shown in the text", async () => {
    await write('[{"name": "a",\u00a0"type": "string", "value": "x\u202ey\u200dz é\u200dé"}]');
    await status("1 error, 1 warning in 1 variable");
    assert.equal(await page.locator(".editor .cm-specialChar").count(), 3);
  });

  test("a pasted text is recognised, and completed", async () => {
    await write("variables:\n  - name: a\n    type: string\n    value: x\n    scope: ");
    assert.equal(await page.locator("#format").inputValue(), "yaml");
    await page.keyboard.press("Control+Space");
    await page.locator(".editor .cm-tooltip-autocomplete li", { hasText: "action" }).click();
    await status("no findings in 1 variable");
    assert.match(await text(), /scope: action$/);
  });

  for (const [name, before, after] of [
    [
      "a.json",
      json('{"name": "a", "type": "string", "value": "1"}', '{"name": "b", "type": "string", "value": "2"}'),
      json(
        '{"name": "a", "type": "integer", "value": "7", "encrypted": true}',
        '{"name": "c_3", "type": "string", "value": "", "encrypted": false, "scope": "action"}',
      ),
    ],
    [
      "a.yaml",
      yaml(["name: a # kept", "type: string", "value: |", "  1"], ["name: b", "type: string", "value: '2'"]),
      yaml(
        ["name: a # kept", "type: integer", 'value: "7"', "encrypted: true"],
        ["name: c_3", "type: string", 'value: ""', "encrypted: false", "scope: action"],
      ),
    ],
    ["a.env", "# team\na=1\nb=2\n", '# team\na=7 # cxvars: type=integer encrypted\nc_3=""\n'],
  ]) {
    test(`rows and text are one document: ${name}`, async () => {
      await openFile(name, before);
      await show("Table");
      const row = (number) => page.locator("tbody tr:not(.notes)").nth(number - 1);
      await row(2).getByRole("button", { name: "Remove variable 2" }).click();
      await row(2).waitFor({ state: "detached" });
      await row(1).getByLabel("Value of variable 1", { exact: true }).fill("7");
      await row(1).getByLabel("Type of variable 1", { exact: true }).selectOption("integer");
      await row(1).getByLabel("Encrypted of variable 1", { exact: true }).check();
      await page.locator(".add").click();
      await row(2).waitFor();
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type("c_3");
      await show("Text");
      await page.waitForFunction(() => document.querySelector(".editor").shadowRoot.textContent.includes("c_3"));
      assert.equal(await text(), after);
      // The rows have what is in the text, with encrypted values masked.
      await show("Table");
      assert.equal(await row(2).getByLabel("Name of variable 2", { exact: true }).inputValue(), "c_3");
      assert.ok(
        await row(1)
          .getByLabel("Value of variable 1", { exact: true })
          .evaluate((input) => input.classList.contains("masked")),
      );
    });
  }

  test("a row says what is wrong with it, and a text that cannot be read is not changed by rows", async () => {
    await openFile("a.json", '[{"name": "_a", "type": "strng", "value": "x"}]');
    await show("Table");
    assert.match(await page.locator(".notes").textContent(), /CX102.*\n.*CX201/);
    assert.equal(await page.getByLabel("Name of variable 1", { exact: true }).getAttribute("aria-invalid"), "true");
    await openFile("a.json", '[{"name": "a", "type": "string", "value": "x"}, {"na');
    await page.locator(".hint", { hasText: "fix it in the text view" }).waitFor();
    assert.ok(await page.getByLabel("Name of variable 1", { exact: true }).isDisabled());
  });

  test("an export has references in place of encrypted values, unless they are asked for", async () => {
    await openFile(
      "a.json",
      JSON.stringify([
        { name: "token", type: "string", value: VALUE, encrypted: true },
        { name: "b", type: "string", value: "x: 'y'" },
      ]),
    );
    await status("2 variables");
    await show("Export");
    const exported = page.getByLabel("Text", { exact: true });
    const becomes = (wanted) =>
      page.waitForFunction((wanted) => document.querySelector("#exported")?.value.includes(wanted) === true, wanted);
    await becomes("CXV_TOKEN");
    assert.equal(
      await exported.inputValue(),
      [
        "- name: token",
        "  type: string",
        "  value_from: {env: CXV_TOKEN}",
        "  encrypted: true",
        "- name: b",
        "  type: string",
        "  value: \"x: 'y'\"",
        "",
      ].join("\n"),
    );
    await page.getByLabel("with the values of encrypted variables").check();
    await becomes(VALUE);
    await page.locator("#kind").selectOption("wire");
    await becomes('"scope": "action"');
    assert.deepEqual(JSON.parse(await exported.inputValue()).variables[0], {
      name: "token",
      type: "string",
      value: VALUE,
      encrypted: true,
      scope: "action",
    });
    await page.locator("#kind").selectOption("command");
    await becomes("cxvars plan");
    assert.match(await exported.inputValue(), /^cxvars apply /m);
    const download = page.waitForEvent("download");
    await show("Save");
    assert.equal((await download).suggestedFilename(), "apply.sh");
  });

  test("an export keeps comments, ignores and the keys of the manifest, and says what it cannot keep", async () => {
    const text = [
      "# The lookup.",
      "data_action: a1",
      "parent_scope: global",
      "description: CRM",
      "variables:",
      "  # cxvars: ignore[CX207] filled in later",
      '  - {name: region, type: string, value: ""}',
      "  - name: crm-token # rotated",
      "    type: string",
      "    encrypted: true",
      `    value: ${VALUE}`,
      "  - name: crm_token",
      "    type: string",
      "    encrypted: true",
      `    value: ${VALUE}2`,
      "  - name: old",
      "    state: absent",
      "",
    ].join("\n");
    await openFile("a.yaml", text);
    await show("Export");
    const exported = page.getByLabel("Text", { exact: true });
    await page.waitForFunction(() => document.querySelector("#exported")?.value > "");
    const expected = text
      .replace(`value: ${VALUE}2`, "value_from: {env: CXV_CRM_TOKEN_2}")
      .replace(`value: ${VALUE}`, "value_from: {env: CXV_CRM_TOKEN}");
    assert.equal(await exported.inputValue(), expected);
    await page.locator("#kind").selectOption("wire");
    await page.locator("#export-notes li", { hasText: "`old` in line 16 was left out: it is to be removed" }).waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await openFile("b.json", '[{"name": "a"');
    await show("Export");
    await page.locator(".hint", { hasText: "the text has a syntax mistake in line 1" }).waitFor();
    assert.ok(await page.getByRole("button", { name: "Save", exact: true }).isDisabled());
    await page.getByRole("button", { name: "Close", exact: true }).click();
  });

  test("a plan shows what would change, never a value", async () => {
    await openFile("a.json", JSON.stringify([{ name: "a", type: "string", value: VALUE }]));
    await show("Plan");
    await page.fill(
      "#remote",
      JSON.stringify({
        variables: [
          { name: "a", type: "string", value: "old" },
          { name: "b", type: "string", value: "*", encrypted: true },
        ],
      }),
    );
    await page.locator(".plan", { hasText: "Blocked" }).waitFor();
    await page.getByLabel(/--prune/).check();
    await page.locator(".plan", { hasText: "1 update, 0 create, 1 delete" }).waitFor();
    assert.ok(!(await page.locator(".plan").textContent()).includes(VALUE));
    await page.fill("#remote", "nonsense");
    await page.locator(".plan", { hasText: "not the JSON of a Data Action" }).waitFor();
  });

  test("an audit log is verified, shown in UTC and summed up", async () => {
    const { checkpoint, key, log, text } = auditLog();
    await show("Audit log");
    await page.setInputFiles("#log", log);
    await page.locator(".verdict.intact", { hasText: "one chain" }).waitFor();
    const lines = text.trimEnd().split("\n");
    assert.equal(await page.locator(".wide tbody tr").count(), lines.length);
    const { timestamp } = JSON.parse(lines.at(-1));
    const utc = new Date(timestamp * 1000).toISOString().slice(0, 19).replace("T", " ");
    assert.equal(await page.locator(".wide tbody tr").first().locator("td").nth(1).textContent(), utc);
    assert.match(await page.locator(".figures").textContent(), /Succeeded3Failed0/);
    assert.equal(await page.locator("svg circle").count(), 2);
    const download = page.waitForEvent("download");
    await show("CSV");
    const csv = readFileSync(await (await download).path(), "utf8");
    assert.equal(csv.trimEnd().split("\r\n").length, lines.length + 1);
    await page.getByText("Hold it against a signed checkpoint").click();
    await page.fill("#checkpoint", checkpoint);
    await page.fill("#public-key", key);
    await page.locator(".verdict.anchored").waitFor();
    await page.fill("#checkpoint", checkpoint.replace(/"records":\d+/, '"records":99'));
    await page.locator(".audit [role=alert]", { hasText: "signature" }).waitFor();
    await page.fill("#checkpoint", "");
    const changed = text.replace('"variable_count":1', '"variable_count":2');
    await page.setInputFiles("#log", { name: "audit.jsonl", mimeType: "text/plain", buffer: Buffer.from(changed) });
    await page.locator(".verdict.broken", { hasText: "line 1: " }).waitFor();
  });

  test("rules are explained, from the list and from a finding", async () => {
    await show("Rules");
    await page.getByLabel("Find", { exact: true }).fill("collision");
    await page.getByRole("link", { name: "CX103 key-collision" }).click();
    await page.locator(".rule h2", { hasText: "CX103 key-collision" }).waitFor();
    await show("Variables");
    await openFile("a.json", '[{"name": "_a", "type": "string", "value": "x"}]');
    await page.locator(".findings").getByRole("link", { name: "CX102" }).click();
    await page.locator(".rule h2", { hasText: "CX102" }).waitFor();
  });

  test("a dropped file is opened for what it is", async () => {
    const drop = (name, content) =>
      page.evaluate(
        ({ name, content }) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([content], name));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        },
        { name, content },
      );
    await drop("team.env", "A=1\n");
    await status("no findings in 1 variable");
    await drop("audit.jsonl", "");
    await page.locator(".verdict.intact", { hasText: "0 records" }).waitFor();
  });

  test("once loaded nothing is requested, and without a network it opens again", async () => {
    await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated");
    const requested = site.server.requests.length;
    await openFile("a.json", '[{"name": "_a", "type": "string", "value": "x"}]');
    await show("Table");
    for (const view of ["Plan", "Audit log", "Rules", "Variables"]) await show(view);
    await page.setInputFiles("#log", { name: "a.jsonl", mimeType: "text/plain", buffer: Buffer.from("") });
    await page.waitForTimeout(200);
    assert.deepEqual(site.server.requests.slice(requested), []);
    await context.setOffline(true);
    await page.reload();
    await page.waitForSelector("html[data-loaded]", { state: "attached" });
    await openFile("a.json", "[]");
    await status("no findings in 0 variables");
    assert.deepEqual(site.server.requests.slice(requested), []);
  });

  test("has nothing that shuts people out, in both themes and a narrow window", async () => {
    await openFile("a.json", '[{"name": "_a", "type": "string", "value": ""}]');
    await status("1 error, 1 warning");
    for (const theme of ["light", "dark"]) {
      await page.locator("#theme").selectOption(theme);
      for (const width of [1280, 420]) {
        await page.setViewportSize({ width, height: 800 });
        for (const view of ["Variables", "Table", "Text", "Plan", "Audit log", "Rules", "Variables"]) {
          await show(view);
          await page.evaluate(AXE);
          const { violations } = await page.evaluate(() =>
            globalThis.axe.run({ rules: { "scrollable-region-focusable": { enabled: true } } }),
          );
          assert.deepEqual(
            violations.map(
              ({ id, nodes }) =>
                `${theme} ${width} ${view} ${id}: ${nodes
                  .map(({ html }) => html)
                  .join(" ")
                  .slice(0, 300)}`,
            ),
            [],
          );
        }
      }
    }
    const attributes = await page.evaluate(() =>
      [...document.querySelectorAll("input[type=text], textarea:not([readonly])")].map((input) => [
        input.spellcheck,
        input.autocomplete,
      ]),
    );
    assert.deepEqual(attributes, Array(5).fill([false, "off"]));
  });
});

for (const [what, files] of [
  ["file", "**/*.wasm"],
  ["worker", "**/engine-*.js"],
]) {
  test(`an engine whose ${what} is not there is said, and nothing looks as if it had been checked`, async () => {
    const page = await site.browser.newPage({ serviceWorkers: "block" });
    await page.route(files, (route) => route.abort());
    await page.goto(site.server.url);
    const alert = page.locator("#alert", { hasText: "Checker could not start. NOTHING HAS BEEN CHECKED." });
    await alert.waitFor();
    await page.setInputFiles("#file", { name: "a.json", mimeType: "text/plain", buffer: Buffer.from("[]") });
    await page.locator("#status", { hasText: "NOTHING HAS BEEN CHECKED" }).waitFor();
    assert.ok(await alert.isVisible());
    await page.getByText("What to do").click();
    await page.getByText("Reload the page").waitFor();
    await page.close();
  });
}

test("the single file opens from disk and does the same", async () => {
  await opened(`file://${join(PAGE, "cxvars.html")}`);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await openFile("a.json", '[{"name": "_a", "type": "string", "value": "x"}]');
  await status("1 error, 0 warnings in 1 variable");
  await page.setInputFiles("#log", { name: "a.jsonl", mimeType: "text/plain", buffer: Buffer.from("") });
  await page.locator(".verdict").waitFor({ state: "attached" });
  await show("Plan");
  assert.deepEqual(requests, []);
  assert.deepEqual(problems, []);
  await context.close();
});

test("the main path in Firefox", async () => {
  const browser = await firefox();
  try {
    for (const url of [site.server.url, `file://${join(PAGE, "cxvars.html")}`]) {
      const page = await browser.newPage();
      await page.goto(url);
      await page.waitForSelector("html[data-loaded]");
      await (await page.$(".editor >>> .cm-content")).click();
      await page.keyboard.type("variables: [[");
      await page.waitForFunction(() => /1 error|2 errors/.test(document.querySelector("#status").textContent));
      await page.evaluate(() =>
        [...document.querySelectorAll("button")].find((button) => button.textContent === "Load example").click(),
      );
      // What was typed is saved nowhere.
      await page.waitForSelector("dialog[open]");
      await page.evaluate(() =>
        [...document.querySelectorAll("dialog button")].find((button) => button.textContent === "Replace").click(),
      );
      await page.waitForFunction(() =>
        document.querySelector("#status").textContent.includes("2 errors, 0 warnings in 4 variables"),
      );
      await page.evaluate(() =>
        [...document.querySelectorAll("button")]
          .find((button) => button.textContent === "Apply all safe fixes")
          .click(),
      );
      await page.waitForFunction(() =>
        document.querySelector("#status").textContent.includes("1 error, 0 warnings in 4 variables"),
      );
      await page.evaluate(() =>
        [...document.querySelectorAll("button")].find((button) => button.textContent === "Table").click(),
      );
      await page.type('[aria-label="Name of variable 4"]', "_2");
      await page.waitForFunction(() =>
        document.querySelector("#status").textContent.includes("no findings in 4 variables"),
      );
      await page.close();
    }
  } finally {
    await browser.close();
  }
});
