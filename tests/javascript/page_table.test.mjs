// Rows of the table as edits of the text: each changes its own place, and is undone like every other edit.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { testSite } from "./page_support.mjs";

const site = testSite();
let user;

beforeEach(async () => {
  user = await site.open();
});
afterEach(() => user.close());

async function openTable(name, content) {
  await user.openFile(name, content);
  await user.hasText(content);
  await user.click("Table");
}

/** Types at the end of a cell, as a user would. */
async function append(cell, typed) {
  await cell.click();
  await user.page.keyboard.press("ControlOrMeta+End");
  await user.page.keyboard.type(typed);
}

const first = (what) => user.cell(`${what} of variable 1`);

for (const [what, name, before, after] of [
  [
    "line feeds of JSON",
    "a.json",
    '[{"name": "cert", "type": "string", "value": "-----\\nMIIB\\n-----"}]',
    '[{"name": "cert_1", "type": "string", "value": "-----\\nMIIB\\n-----!"}]',
  ],
  [
    "line ends of Windows in JSON",
    "b.json",
    '[{"name": "hosts", "type": "string", "value": "one\\r\\ntwo\\r"}]',
    '[{"name": "hosts_1", "type": "string", "value": "one\\r\\ntwo\\r!"}]',
  ],
  [
    "a block scalar",
    "c.yaml",
    "variables:\n  - name: note # kept\n    type: string\n    value: |- # also kept\n      first\n\n        third\n",
    'variables:\n  - name: note_1 # kept\n    type: string\n    value: "first\\n\\n  third!" # also kept\n',
  ],
  ["quotes of .env", "d.env", "PEM='a\nb' # why\n", "PEM_1='a\nb!' # why\n"],
]) {
  test(`an edit of a cell keeps ${what}`, async () => {
    await openTable(name, before);
    await append(first("Name"), "_1");
    await append(first("Value"), "!");
    await user.hasText(after);
  });
}

test("a name keeps a line break that its cell cannot show", async () => {
  await openTable("a.json", '[{"name": "a\\nb", "type": "string", "value": "1"}]');
  await append(first("Name"), "c");
  await user.hasText('[{"name": "a\\nbc", "type": "string", "value": "1"}]');
});

test("Shift+Enter adds a line break to a value, and Enter alone does not", async () => {
  await openTable("a.json", '[{"name": "a", "type": "string", "value": "x"}]');
  await append(first("Value"), "y");
  await user.page.keyboard.press("Enter");
  await user.page.keyboard.press("Shift+Enter");
  await user.page.keyboard.type("z");
  await user.page.keyboard.press("Enter");
  await user.hasText('[{"name": "a", "type": "string", "value": "xy\\nz\\n"}]');
});

const ROW = '{"name": "", "type": "string", "value": "", "encrypted": false, "scope": "action"}';
const LINES = '  - name: ""\n    type: string\n    value: ""\n    encrypted: false\n    scope: action\n';

for (const [what, name, before, after] of [
  ["an object on one line", "a.json", '{"description": "d"}', `{"description": "d", "variables": [${ROW}]}`],
  [
    "an object on lines",
    "b.json",
    '{\n    "parent_scope": "global"\n}\n',
    `{\n    "parent_scope": "global",\n    "variables": [\n      ${ROW}\n    ]\n}\n`,
  ],
  [
    "an object with comments",
    "c.jsonc",
    '{\n  // who\n  "description": "a // b" // why\n}\n// end\n',
    `{\n  // who\n  "description": "a // b",\n  "variables": [\n    ${ROW}\n  ] // why\n}\n// end\n`,
  ],
  ["comments alone", "d.jsonc", "// to do", `// to do\n{\n  "variables": [\n    ${ROW}\n  ]\n}\n`],
  ["a list of comments", "e.jsonc", "[ // none yet\n]", `[ // none yet\n  ${ROW}\n]`],
  ["a mapping", "f.yaml", "# ours\ndescription: |\n  text", `# ours\ndescription: |\n  text\nvariables:\n${LINES}`],
  [
    "a key without a list",
    "g.yaml",
    "variables: # none\ndescription: d\n",
    `variables: # none\n${LINES}description: d\n`,
  ],
  [
    "a mapping in braces",
    "j.yaml",
    "{description: d}\n",
    '{description: d, "variables": [{name: "", type: string, value: "", encrypted: false, scope: action}]}\n',
  ],
  ["comments of YAML", "h.yaml", "# to do\n", `# to do\nvariables:\n${LINES}`],
  ["comments of .env", "i.env", "# to do", '# to do\nNEW_VARIABLE=""\n'],
]) {
  test(`Add row keeps ${what}`, async () => {
    await user.openFile(name, before);
    await user.hasText(before);
    await user.page.locator(".toolbar").getByRole("button", { name: "Add row" }).click();
    await user.hasText(after);
    await user.page.keyboard.press("ControlOrMeta+z");
    await user.hasText(before);
  });
}

for (const [name, content] of [
  ["a.json", '"only a text"'],
  ["b.json", '{"variables": {"a": 1}}'],
  ["c.json", "[1, 2]"],
  ["d.yaml", "just words\n"],
  ["e.yaml", "variables: none\n"],
  ["g.json", '{"description": "d"'],
]) {
  test(`Add row says why it cannot, and changes nothing: ${content.trim()}`, async () => {
    await user.openFile(name, content);
    await user.hasText(content);
    await user.page.locator(".toolbar").getByRole("button", { name: "Add row" }).click();
    await user.page.locator(".table .hint", { hasText: /No row was added|cannot be read to its end/ }).waitFor();
    assert.equal(await user.text(), content);
  });
}

for (const [what, name, before, row, after] of [
  ["above the next row", "a.yaml", "- name: a\n# about b\n- name: b\n", 1, "# about b\n- name: b\n"],
  ["above the next line", "b.env", "A=1\n\n# about b\nB=2\n", 1, "\n# about b\nB=2\n"],
  [
    "after the comma",
    "c.jsonc",
    '[\n  {"name": "a"}, // a\n  // b\n  {"name": "b"}\n]',
    2,
    '[\n  {"name": "a"} // a\n  // b\n]',
  ],
  [
    "of the next element",
    "d.jsonc",
    '[\n  {"name": "a"}, // a\n  // b\n  {"name": "b"}\n]',
    1,
    '[\n  // b\n  {"name": "b"}\n]',
  ],
  ["in the list", "e.jsonc", '[ // ours\n  {"name": "a"}\n]', 1, "[ // ours\n  \n]"],
]) {
  test(`Remove keeps the comment ${what}`, async () => {
    await openTable(name, before);
    await user.cell(`Remove variable ${row}`).click();
    await user.hasText(after);
  });
}

test("a field of a .env line is set in its note, above or behind, and other comments stay", async () => {
  await openTable(
    "a.env",
    "# cxvars: type=integer\nPORT=8443 # of the proxy\nKEY=x # secret\nZONE=eu # cxvars: scope=global\n",
  );
  await first("Encrypted").check();
  await user.cell("Type of variable 2").selectOption("boolean");
  await user.cell("Encrypted of variable 3").check();
  await user.cell("Scope of variable 3").selectOption("action");
  await user.hasText(
    "# cxvars: type=integer encrypted\nPORT=8443 # of the proxy\n" +
      "# cxvars: type=boolean\nKEY=x # secret\nZONE=eu # cxvars: encrypted\n",
  );
  await first("Type").selectOption("string");
  await first("Encrypted").uncheck();
  await user.cell("Encrypted of variable 3").uncheck();
  await user.hasText("PORT=8443 # of the proxy\n# cxvars: type=boolean\nKEY=x # secret\nZONE=eu\n");
});

test("a name that a .env line cannot have is not written, and the row says so", async () => {
  await openTable("a.env", "PORT=1\nB=2\n");
  await append(first("Name"), " OF X");
  const note = user.page.locator(".note", { hasText: "not written: this format cannot hold this name" });
  await note.waitFor();
  assert.equal(await first("Name").inputValue(), "PORT OF X");
  assert.equal(await user.text(), "PORT=1\nB=2\n");
  for (let letter = 0; letter < 5; letter += 1) await user.page.keyboard.press("Backspace");
  await user.page.keyboard.type("_2");
  await user.hasText("PORT_2=1\nB=2\n");
  await note.waitFor({ state: "detached" });
});

test("Ctrl+Z undoes what was done in the table, in a cell and outside of it", async () => {
  const before = '[{"name": "a", "type": "string", "value": "x"}, {"name": "b", "type": "string", "value": "y"}]';
  await openTable("a.json", before);
  await append(user.cell("Value of variable 2"), "123");
  await user.hasText(before.replace('"y"', '"y123"'));
  await user.cell("Remove variable 1").click();
  await user.hasText('[{"name": "b", "type": "string", "value": "y123"}]');
  await user.page.keyboard.press("ControlOrMeta+z");
  await user.hasText(before.replace('"y"', '"y123"'));
  await user.cell("Value of variable 2").click();
  await user.page.keyboard.press("ControlOrMeta+z");
  // What was typed in one go is undone in one go.
  await user.hasText(before);
  assert.equal(await user.cell("Value of variable 2").inputValue(), "y");
  await user.page.keyboard.press("ControlOrMeta+Shift+z");
  await user.page.keyboard.press("ControlOrMeta+y");
  await user.hasText('[{"name": "b", "type": "string", "value": "y123"}]');
});

test("an edit that waits for the engine is not made in another row, if rows before it went", async () => {
  // A text that long is analysed in the worker.
  const rows = Array.from({ length: 3 }, (_, at) => ({
    name: `v${at}`,
    type: "string",
    value: `${at}`.repeat(30_000),
  }));
  const content = JSON.stringify(rows);
  await user.openFile("long.json", content);
  await user.status("3 variables");
  await user.click("Table");
  await user.page.evaluate(() => {
    const cell = (label) => document.querySelector(`[aria-label="${label} of variable 2"]`);
    document.querySelector('[aria-label="Remove variable 1"]').click();
    cell("Name").value = "changed";
    cell("Name").dispatchEvent(new InputEvent("input", { bubbles: true }));
    document.querySelector('[aria-label="Remove variable 1"]').click();
  });
  await user.status("2 variables");
  await user.hasText(JSON.stringify(rows.slice(1)));
});

test("nothing can be changed in rows if the engine has failed", async () => {
  await user.close();
  user = await site.open("", { serviceWorkers: "block" });
  await user.page.route("**/*.wasm", (route) => route.abort());
  await user.page.reload();
  await user.page.locator("#alert", { hasText: "NOTHING HAS BEEN CHECKED" }).waitFor();
  await user.openFile("a.json", '[{"name": "a"}]');
  await user.click("Table");
  await user.page.locator(".table .hint", { hasText: "Nothing can be checked" }).waitFor();
});
