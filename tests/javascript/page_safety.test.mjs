// What a user enters is not lost: the text, its settings and its file, in Chromium and Firefox.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { testSite } from "./page_support.mjs";
import { firefox } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const site = testSite();
let user;

const TEAM = '# team\nA=1\n# cxvars: type=integer\nPORT=8443 # of the proxy\nMOTTO="it\'s \nours"\n';

describe("text, settings and file", () => {
  beforeEach(async () => {
    user = await site.open();
  });
  afterEach(() => user.close());

  test("undoing a replacement brings back the text with its format, scope and name", async () => {
    await user.openFile("team.env", TEAM);
    await user.hasText(TEAM);
    await user.page.locator("#scope").selectOption("template");
    await user.openFile("other.yaml", "variables: []\n");
    await user.says("other.yaml replaced the text before it.");
    assert.deepEqual(await user.settings(), { format: "yaml", scope: "template" });
    await user.page.locator("#notice").getByRole("button", { name: "Undo" }).click();
    await user.hasText(TEAM);
    assert.deepEqual(await user.settings(), { format: "env", scope: "template" });
    const { name, bytes } = await user.saved(() => user.page.keyboard.press("ControlOrMeta+s"));
    assert.deepEqual([name, bytes.toString()], ["team.env", TEAM]);
    // The scope was a step of its own, and so was opening the file.
    await user.page.keyboard.press("ControlOrMeta+z");
    assert.deepEqual(await user.settings(), { format: "env", scope: "" });
    await user.page.keyboard.press("ControlOrMeta+z");
    await user.hasText("");
    assert.deepEqual(await user.settings(), { format: "json", scope: "" });
    for (let step = 0; step < 3; step += 1) await user.page.keyboard.press("ControlOrMeta+y");
    await user.hasText("variables: []\n");
    assert.equal((await user.settings()).format, "yaml");
  });

  test("a format that was chosen stays, and one that was guessed comes and goes with the text", async () => {
    await user.page.locator("#format").selectOption("yaml");
    await user.page.locator(".editor .cm-content").click();
    await user.page.keyboard.type('{"variables": [', { delay: 0 });
    assert.equal((await user.settings()).format, "yaml");
    await user.page.keyboard.press("ControlOrMeta+a");
    await user.page.keyboard.press("Delete");
    await user.write("A=1\n");
    assert.equal((await user.settings()).format, "yaml");
  });

  test("a pasted text and its format are undone together", async () => {
    await user.write("REGION=eu\n");
    assert.equal((await user.settings()).format, "env");
    await user.page.keyboard.press("ControlOrMeta+z");
    assert.deepEqual([await user.text(), (await user.settings()).format], ["", "json"]);
  });

  test("a text that is saved nowhere is replaced only if the user agrees", async () => {
    await user.write("LIMIT=12\n");
    await user.click("Load example");
    await user.answer("has changes that are not saved", "Keep the text");
    assert.equal(await user.text(), "LIMIT=12\n");
    await user.drop("body", ["b.json", "[]"]);
    const { name, bytes } = await user.saved(() => user.answer("not saved", "Save, then replace"));
    assert.deepEqual([name, bytes.toString()], ["variables.env", "LIMIT=12\n"]);
    await user.hasText("[]");
    // It is in the file now.
    await user.click("Load example");
    await user.says("The example replaced the text before it.");
    await user.click("Undo");
    await user.hasText("[]");
    await user.openFile("c.yaml", "# c\n");
    await user.write("# d\n");
    await user.openFile("e.yaml", "# e\n");
    await user.page.keyboard.press("Escape");
    await user.dialog("not saved").waitFor({ state: "detached" });
    assert.equal(await user.text(), "# d\n");
  });

  for (const [what, name, bytes, format] of [
    ["line ends of Windows", "a.json", '[\r\n  {"name": "a"}\r\n]\r\n', "json"],
    ["a byte order mark", "b.yaml", "\ufeffvariables: []\n", "yaml"],
    ["mixed line ends", "c.env", "A=1\r\nB=2\nC=3\r", "env"],
    ["separators of Unicode", "d.jsonc", "// \u2028\u0085\r\n[]\r\n", "jsonc"],
  ]) {
    test(`a file with ${what} is saved as it was`, async () => {
      await user.openFile(name, bytes);
      await user.status("Status: ");
      await user.page.waitForFunction((format) => document.querySelector("#format").value === format, format);
      const saved = await user.saved(() => user.click("Save file"));
      assert.deepEqual(saved, { name, bytes: Buffer.from(bytes) });
    });
  }

  test("what is typed into a file of Windows gets its line ends", async () => {
    await user.openFile("a.env", "A=1\r\nB=2\r\n");
    await user.hasText("A=1\nB=2\n");
    await user.page.locator(".editor .cm-content").click();
    await user.page.keyboard.press("ControlOrMeta+End");
    await user.page.keyboard.type("C=3\n");
    const { bytes } = await user.saved(() => user.page.keyboard.press("ControlOrMeta+s"));
    assert.equal(bytes.toString(), "A=1\r\nB=2\r\nC=3\r\n");
  });

  test("a text is saved under a name that means its format", async () => {
    await user.openFile("team/vars.json", "[]");
    await user.page.locator("#format").selectOption("yaml");
    assert.equal((await user.saved(() => user.click("Save file"))).name, "vars.yaml");
  });

  test("bytes that are not UTF-8 are reported, and are read otherwise only if the user says so", async () => {
    await user.openFile("a.env", "A=1\n");
    await user.hasText("A=1\n");
    await user.openFile("old.env", Buffer.from("CITY=K\xf6ln\n", "latin1"));
    await user.dialog("line 1, column 7: CX001").waitFor();
    await user.answer("old.env was not opened", "Do not open it");
    assert.equal(await user.text(), "A=1\n");
    await user.drop("body", ["old.env", Buffer.from("CITY=K\xf6ln\n", "latin1")]);
    await user.answer("old.env was not opened", "Read as windows-1252");
    await user.hasText("CITY=Köln\n");
    const utf16 = Buffer.from('\ufeff[{"name": "a"}]', "utf16le");
    await user.openFile("wide.json", utf16);
    await user.answer("CX001", "Read as UTF-16LE");
    await user.hasText('[{"name": "a"}]');
    await user.openFile("bare.json", utf16.subarray(2));
    await user.answer("CX001", "Read as UTF-16LE");
    await user.hasText('[{"name": "a"}]');
    await user.openFile("photo.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]));
    await user.dialog("It does not seem to be a text.").waitFor();
    assert.equal(await user.dialog("photo.png").getByRole("button").count(), 1);
  });

  test("a file that is dropped in the plan fills its field, and undoing there brings back what it had", async () => {
    await user.openFile("a.json", '[{"name": "a", "type": "string", "value": "1"}]');
    await user.status("1 variable");
    const before = await user.text();
    await user.click("Plan");
    await user.page.locator("#remote").fill("typed");
    const answer = '{"variables": [{"name": "a", "type": "string", "value": "2"}]}';
    await user.drop(".plan", ["answer.json", answer]);
    await user.page.locator(".plan", { hasText: "1 update, 0 create, 0 delete" }).waitFor();
    assert.equal(await user.page.locator("#remote").inputValue(), answer);
    await user.page.keyboard.press("ControlOrMeta+z");
    assert.equal(await user.page.locator("#remote").inputValue(), "typed");
    await user.drop("#remote", ["answer.json", Buffer.from('{"a": "\xe9"}', "latin1")]);
    await user.says("answer.json was not read, because it is not UTF-8.");
    assert.equal(await user.page.locator("#remote").inputValue(), "typed");
    assert.equal(await user.text(), before);
  });

  test("of several files that are dropped, the page says which were not opened", async () => {
    await user.drop("body", ["a.env", "A=1\n"], ["b.env", "B=1\n"], ["c.env", "C=1\n"]);
    await user.says("Only a.env was opened, not b.env, c.env.");
    await user.hasText("A=1\n");
  });

  test("questions and notices shut nobody out", async () => {
    await user.openFile("a.env", "A=1\n");
    await user.openFile("b.env", "B=1\n");
    await user.says("b.env replaced the text before it.");
    await user.write("C=1\n");
    const states = [
      async () => {},
      () => user.click("Load example"),
      () => user.openFile("old.env", Buffer.from("CITY=K\xf6ln\n", "latin1")),
    ];
    for (const [at, show] of states.entries()) {
      await show();
      if (at > 0) await user.page.locator("dialog[open]").waitFor();
      await user.page.evaluate(AXE);
      const { violations } = await user.page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
        [],
      );
      if (at > 0) await user.page.keyboard.press("Escape");
    }
  });

  test("text that is dropped beside a field does not make the browser leave the page", async () => {
    const isPrevented = await user.page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/uri-list", "https://example.com/");
      const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector("footer").dispatchEvent(event);
      return event.defaultPrevented;
    });
    assert.ok(isPrevented);
  });

  test("the page asks before it is left, if something would be lost and only then", async () => {
    const questions = [];
    user.page.on("dialog", (dialog) => {
      questions.push(dialog.type());
      return dialog.accept();
    });
    const reload = async () => {
      await user.page.reload();
      await user.page.waitForSelector("html[data-loaded]", { state: "attached" });
    };
    await user.openFile("a.env", "A=1\n");
    await user.hasText("A=1\n");
    await user.page.locator("footer").click();
    await reload();
    assert.deepEqual(questions, []);
    await user.write("A=2\n");
    await reload();
    assert.deepEqual(questions, ["beforeunload"]);
    assert.deepEqual(
      await user.page.evaluate(async () => [
        localStorage.length,
        sessionStorage.length,
        history.state,
        document.cookie,
      ]),
      [0, 0, null, ""],
    );
  });
});

test("a document of a project that is not UTF-8 is not read as something else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-page-"));
  const user = await site.open();
  try {
    writeFileSync(join(folder, "good.json"), '{"variables": [{"name": "a", "type": "string", "value": "1"}]}');
    writeFileSync(join(folder, "old.json"), Buffer.from('{"variables": [{"name": "\xfc", "value": "1"}]}', "latin1"));
    await user.page.setInputFiles("#folder", folder);
    await user.page.locator("#project-status", { hasText: "1 error, 0 warnings in 2 documents" }).waitFor();
    await user.click("good.json");
    await user.page.locator(".documents [aria-current=true]", { hasText: "good.json" }).waitFor();
    const before = await user.text();
    await user.click("old.json");
    await user.answer("old.json was not opened", "Do not open it");
    assert.equal(await user.text(), before);
    // A text of the page is judged by the page again, and one of the project by the project.
    await user.click("Load example");
    await user.page.locator(".documents [aria-current=true]").waitFor({ state: "detached" });
    assert.ok(await user.page.locator("#format").isEnabled());
    await user.page.keyboard.press("ControlOrMeta+z");
    await user.page.locator(".documents [aria-current=true]", { hasText: "good.json" }).waitFor();
    assert.ok(await user.page.locator("#format").isDisabled());
  } finally {
    await user.close();
    rmSync(folder, { recursive: true });
  }
});

test("the page opens without a network under its own name too", async () => {
  const user = await site.open("/index.html");
  await user.page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === "activated");
  await user.page.context().setOffline(true);
  for (const address of ["/index.html", "/", "/index.html?a=1"]) {
    await user.page.goto(site.server.url + address);
    await user.page.waitForSelector("html[data-loaded]", { state: "attached" });
  }
  await user.close();
});

test("in Firefox too, a text is replaced only with consent, and undone with its format", async () => {
  const browser = await firefox();
  try {
    const page = await browser.newPage();
    await page.goto(site.server.url);
    await page.waitForSelector("html[data-loaded]");
    const click = (label) =>
      page.evaluate((label) => {
        [...document.querySelectorAll("button")].find(({ textContent }) => textContent === label).click();
      }, label);
    const format = () => page.evaluate(() => document.querySelector("#format").value);
    const text = () =>
      page.evaluate(() => {
        const content = document.querySelector(".editor").shadowRoot.querySelector(".cm-content");
        return content.cmTile.root.view.state.doc.toString();
      });
    await (await page.$(".editor >>> .cm-content")).click();
    await page.keyboard.type("REGION=eu");
    assert.deepEqual([await text(), await format()], ["REGION=eu", "env"]);
    await click("Load example");
    await page.waitForSelector("dialog[open]");
    await click("Replace");
    await page.waitForFunction(() => document.querySelector("#format").value === "yaml");
    await click("Table");
    await page.focus('[aria-label="Value of variable 1"]');
    await page.keyboard.down("Control");
    await page.keyboard.press("z");
    await page.keyboard.up("Control");
    await page.waitForFunction(() => document.querySelector("#format").value === "env");
    assert.equal(await text(), "REGION=eu");
    const cell = '[aria-label="Value of variable 1"]';
    await page.waitForFunction((cell) => document.querySelector(cell).value === "eu", {}, cell);
    await page.focus(cell);
    await page.keyboard.press("End");
    await page.keyboard.down("Shift");
    await page.keyboard.press("Enter");
    await page.keyboard.up("Shift");
    await page.keyboard.type("west");
    assert.equal(await text(), "REGION='eu\nwest'");
  } finally {
    await browser.close();
  }
});
