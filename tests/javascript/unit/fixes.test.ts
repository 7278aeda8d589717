import assert from "node:assert/strict";
import { test } from "node:test";
import { applyFixes } from "../../../wasm/npm/src/fixes.ts";
import type { Fix } from "../../../wasm/npm/src/types.ts";

const fix = (...edits: [start: number, end: number, text: string][]): Fix => ({
  message: "do it",
  applicability: "safe",
  edits: edits.map(([start, end, text]) => ({ start, end, text })),
});

test("fixes are applied in the order of the text, whatever their own order", () => {
  assert.equal(applyFixes("abcd", [fix([3, 4, "D"]), fix([1, 2, ""], [2, 2, "x"])]), "axcD");
  assert.equal(applyFixes("a😀b", [fix([1, 3, "é"])]), "aéb");
  assert.equal(applyFixes("abc", []), "abc");
});

test("fixes that touch the same place, or are for another text, are refused together", () => {
  for (const edits of [
    [fix([0, 2, "x"]), fix([1, 3, "y"])],
    [fix([1, 1, "x"]), fix([1, 1, "y"])],
    [fix([0, 1, "x"], [0, 1, "y"])],
    [fix([0, 4, "x"])],
    [fix([2, 1, "x"])],
    [fix([Number.NaN, 1, "x"])],
  ]) {
    assert.throws(() => applyFixes("abc", edits), RangeError, JSON.stringify(edits));
  }
  assert.throws(() => applyFixes(3 as unknown as string, []), TypeError);
  assert.throws(() => applyFixes("", {} as unknown as Fix[]), TypeError);
});
