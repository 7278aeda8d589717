import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outline } from "../../../wasm/npm/src/types.ts";
import { manifest, wire } from "../../../www/src/export_text.ts";

function outline(...variables: Record<string, string>[]): Outline {
  const rows = variables.map((variable) => ({
    start: 0,
    end: 0,
    fields: Object.entries(variable).map(([key, text]) => ({ key, text, start: 0, end: 0 })),
  }));
  return { list: null, variables: rows, is_whole: true };
}

const TOKEN = { name: "api-token", type: "string", value: "hunter2", encrypted: "true" };

test("a manifest has references in place of encrypted values, unless they are asked for", () => {
  const text = manifest(outline(TOKEN), false);
  assert.ok(!text.includes("hunter2"));
  assert.match(text, /value_from: \{env: CXV_API_TOKEN\}\n {4}encrypted: true/);
  assert.match(manifest(outline(TOKEN), true), /value: "hunter2"/);
});

test("a reference stays, in braces on one line", () => {
  const from = (value_from: string) => manifest(outline({ name: "a", value_from }), true);
  assert.match(from("{env: A,\n  field: b}"), /value_from: \{env: A, field: b\}\n/);
  assert.match(from("\n  vault: kv/a\n  field: b\n"), /value_from: \{vault: kv\/a, field: b\}\n/);
});

test("a variable that is to be removed stays so, and the service is not sent it", () => {
  const removed = outline({ name: "a", state: "absent" }, { name: "b", secret_version: "3" });
  assert.match(manifest(removed, false), /name: "a"\n {4}state: absent\n {2}- name: "b"/);
  assert.match(manifest(removed, false), /secret_version: "3"/);
  const { variables } = JSON.parse(wire(removed));
  assert.deepEqual(variables, [{ name: "b", type: "string", value: "", encrypted: false, scope: "action" }]);
});

test("a document without variables is a list without items", () => {
  assert.equal(manifest(outline(), false), "variables: []\n");
  assert.deepEqual(JSON.parse(wire(outline())), { variables: [] });
});
