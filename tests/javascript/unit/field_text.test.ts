import assert from "node:assert/strict";
import { test } from "node:test";
import { difference } from "../../../wasm/npm/src/field_text.ts";

test("the difference of two texts, put into the first, makes the second", () => {
  const words = [""];
  for (const word of words) if (word.length < 5) words.push(`${word}a`, `${word}b`);
  for (const before of words) {
    for (const after of words) {
      const { start, end, middle } = difference(before, after);
      assert.equal(before.slice(0, start) + middle + before.slice(end), after);
      assert.ok(start <= end);
    }
  }
  assert.deepEqual(difference("[3]", '["3"]'), { start: 1, end: 2, middle: '"3"' });
  assert.deepEqual(difference("same", "same"), { start: 4, end: 4, middle: "" });
});
