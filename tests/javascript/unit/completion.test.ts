import assert from "node:assert/strict";
import { test } from "node:test";
import { completionsAt } from "../../../www/src/completion.ts";

test("the values of a key with few words are offered, in JSON and in YAML", () => {
  for (const before of ["    type: ", '{"name": "a", "type": "', "'type':"]) {
    const found = completionsAt(before, false);
    assert.deepEqual(found, { kind: "word", typed: 0, labels: ["string", "integer", "boolean", "object"] }, before);
  }
  assert.deepEqual(completionsAt("  encrypted: tr", false), { kind: "word", typed: 2, labels: ["true", "false"] });
});

test("nothing is offered for a value that can be any text", () => {
  assert.equal(completionsAt('{"value": "str', true), undefined);
  assert.equal(completionsAt("  name: ", true), undefined);
});

test("keys of a variable are offered within a row, and those of the document at the start of a line", () => {
  const labels = (before: string) => completionsAt(before, true)?.labels ?? [];
  for (const before of ["  ", "- ", '{"', '{"name": "a", "', "  va"]) {
    assert.ok(labels(before).includes("value_from") && !labels(before).includes("variables"), before);
  }
  assert.ok(labels("").includes("variables") && labels("var").includes("parent_scope"));
  assert.equal(completionsAt("  va", false)?.typed, 2);
});

test("where nothing is typed, keys are offered only on request", () => {
  assert.equal(completionsAt("  ", false), undefined);
  assert.equal(completionsAt("  ", true)?.kind, "key");
});
