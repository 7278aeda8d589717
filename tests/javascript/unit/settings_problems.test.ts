import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOfFiles, problemsOf } from "../../../www/src/settings_problems.ts";

test("each mistake of a message has its place", () => {
  const message =
    "cxvars.toml:2:1: unknown key `a; b`; did you mean `c`?; cxvars.toml:14:9: `max_bytes` is not a number";
  // The engine names the function that was called.
  assert.deepEqual(problemsOf(`check: ${message}`), problemsOf(message));
  assert.deepEqual(problemsOf(message), [
    { line: 2, column: 1, message: "unknown key `a; b`; did you mean `c`?" },
    { line: 14, column: 9, message: "`max_bytes` is not a number" },
  ]);
});

test("a message of another form is kept, about the beginning of the text", () => {
  for (const message of ["the engine has stopped", "", "before cxvars.toml:1:2: x"]) {
    assert.deepEqual(problemsOf(message), [{ line: 1, column: 1, message }]);
  }
});

test("the parts that name files are found, and nothing that only looks like them", () => {
  const text = `extends = "a"\n[ contracts ]\nlimits = "a.json"\n[validate]\nbaseline = "b"\n[[plugin]]\nname = "p"`;
  assert.deepEqual(partsOfFiles(text), ["`[contracts]`", "`extends`", "`baseline`", "policies"]);
  assert.deepEqual(partsOfFiles('contracts.limits = "a.json"'), ["`[contracts]`"]);
  assert.deepEqual(partsOfFiles('# extends = "a"\n[[ignore]]\nreason = "contracts = 1"'), []);
});
