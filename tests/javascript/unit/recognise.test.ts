import assert from "node:assert/strict";
import { test } from "node:test";
import { formatOf, isOurs } from "../../../www/vscode/src/recognise.ts";

test("files with variables of a Data Action are recognised", () => {
  for (const text of [
    '{"data_action": "crm", "variables": []}',
    "parent_scope: global\nvariables:\n",
    "variables:\n  - name: a\n    type: integer\n    value: 3\n",
    '{"variables": [{"name": "a", "value": "1", "encrypted": true}]}',
    "variables: # team\n- {name: a, value_from: {env: A}}",
    "variables:\r\n  - name: a\r\n    type: string\r\n    scope: action\r\n",
  ]) {
    assert.ok(isOurs(text), text);
  }
});

test("other files with variables are left alone", () => {
  for (const text of [
    "variables:\n  - name: region\n    value: eu\nsteps:\n  - script: echo\n",
    '{"variables": {"region": "eu"}, "name": "x"}',
    "variables: 3\nname: a\ntype: string\nvalue: b\n",
    "name: a\ntype: string\nvalue: b\nencrypted: true\n",
    "my_variables:\n  - name: a\n    encrypted: true\n",
    `${" ".repeat(64 * 1024)}{"data_action": "crm", "variables": []}`,
  ]) {
    assert.ok(!isOurs(text), text.trim());
  }
});

test("the language of a document says how it is read", () => {
  assert.equal(formatOf("yaml", "a.txt"), "yaml");
  assert.equal(formatOf("jsonc", "a.json"), "jsonc");
  assert.equal(formatOf("json", "a.JSONC"), "jsonc");
  assert.equal(formatOf("json", "a.json"), "json");
  for (const language of ["dotenv", "properties", "plaintext"]) assert.equal(formatOf(language, ".env"), "env");
});
