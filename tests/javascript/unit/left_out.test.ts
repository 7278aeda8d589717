import assert from "node:assert/strict";
import { test } from "node:test";
import { whyLeftOut } from "../../../www/src/left_out.ts";

const fix = (line: number) => ({
  code: "CX002",
  message: "quote it",
  line,
  reason: "it would lead to the error CX202",
});

test("the first fix that was left out is named with its reason, and the others are counted", () => {
  const first = 'The fix "quote it" on line 4 was left out, because it would lead to the error CX202.';
  assert.equal(whyLeftOut([]), "");
  assert.equal(whyLeftOut([fix(4)]), first);
  assert.equal(whyLeftOut([fix(4), fix(5)]), `${first} 1 more fix was left out.`);
  assert.equal(whyLeftOut([fix(4), fix(5), fix(9)]), `${first} 2 more fixes were left out.`);
});
