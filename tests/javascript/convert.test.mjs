// Documents in other formats, exports and masked copies, in the file for editors.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { PACKAGE } from "./support.mjs";

const editor = await import(join(PACKAGE, "editor.js"));
const { check, convert, exportManifest, exportWire, mask } = editor;

const MANIFEST = `# The lookup.
parent_scope: global
variables:
  # cxvars: ignore[CX207] filled in later
  - name: region
    type: string
    value: ""
  - name: crm-token # rotated
    type: string
    encrypted: true
    value: |
      hunter2 "é" 😀
      # not a comment
`;

test("a document goes through every format and comes back", () => {
  const options = { format: "yaml" };
  const jsonc = convert(MANIFEST, "jsonc", options);
  assert.deepEqual({ notes: jsonc.notes, refused: jsonc.refused }, { notes: [], refused: null });
  assert.match(jsonc.text, /^\/\/ The lookup\.\n\{\n {2}"parent_scope": "global",\n/);
  assert.ok(jsonc.text.includes('// cxvars: ignore[CX207] filled in later\n    {"name": "region"'));
  assert.equal(convert(jsonc.text, "yaml", { format: "jsonc" }).text, MANIFEST);
  const json = convert(MANIFEST, "json", options);
  assert.equal(JSON.parse(json.text).variables[1].value, 'hunter2 "é" 😀\n# not a comment\n');
  assert.equal(json.notes[0], "the comment in line 1 was left out: JSON has no comments");
  const env = convert(MANIFEST, "env", options);
  assert.deepEqual(env.notes, ["`parent_scope` in line 2 was left out: a line of .env is a variable"]);
  assert.match(env.text, /^crm-token='hunter2 "é" 😀\n# not a comment\n' # cxvars: encrypted$/m);
  const codes = (text, format) =>
    check(text, { format })
      .diagnostics.map(({ code }) => code)
      .sort();
  assert.deepEqual(codes(jsonc.text, "jsonc"), codes(MANIFEST, "yaml"));
});

test("an export has references, and what the service takes has the values", () => {
  const { text, notes } = exportManifest(MANIFEST, "yaml", { format: "yaml" });
  assert.equal(text, MANIFEST.replace(/value: \|.*/s, "value_from: {env: CXV_CRM_TOKEN}\n"));
  assert.deepEqual(notes, []);
  assert.match(exportManifest("A=1", "env", { format: "env" }).refused, /cannot be written as \.env/);
  const wire = JSON.parse(exportWire(MANIFEST, { format: "yaml" }).text);
  assert.deepEqual(wire.variables[0], { name: "region", type: "string", value: "", encrypted: false, scope: "action" });
});

test("a masked copy has no secret", () => {
  const { text, refused } = mask(MANIFEST, { format: "yaml" });
  assert.equal(refused, null);
  assert.ok(!text.includes("hunter2") && !text.includes("lookup") && text.includes("# cxvars: ignore[CX207] masked"));
  assert.match(text, /- name: crm-token # masked\n {4}type: string\n {4}encrypted: true\n {4}value: "placeholder "\n/);
});

test("what cannot be written says why, and misuse throws", () => {
  const mistake = { text: null, notes: [], refused: "the text has a syntax mistake in line 1; correct it first" };
  for (const result of [convert("[{", "yaml"), exportManifest("[{", "yaml"), exportWire("[{"), mask("[{")]) {
    assert.deepEqual(result, mistake);
  }
  assert.match(convert('["\ud800"]', "yaml").refused, /lone surrogate/);
  assert.throws(() => convert(3, "yaml"), { name: "TypeError", message: "convert: the text must be a string" });
  assert.throws(() => convert("[]", "toml"), { name: "TypeError", message: /^convert: the format must be json/ });
  assert.throws(() => mask("[]", { format: "toml" }), { name: "TypeError", message: /^mask: .*format must be/ });
});
