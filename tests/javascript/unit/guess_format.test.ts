import assert from "node:assert/strict";
import { test } from "node:test";
import { guessFormat } from "../../../www/src/guess_format.ts";

test("the name of a file decides", () => {
  for (const [name, format] of [
    ["vars.json", "json"],
    ["VARS.JSONC", "jsonc"],
    ["team/vars.yml", "yaml"],
    ["vars.yaml", "yaml"],
    [".env", "env"],
    ["team/.env.prod", "env"],
    ["prod.env", "env"],
  ] as const) {
    assert.equal(guessFormat("{}", name), format, name);
  }
});

test("without a telling name, the beginning of the text decides", () => {
  for (const [text, format] of [
    ['\ufeff\n {"a": 1}', "json"],
    ["[]", "json"],
    ["// why\n[]", "jsonc"],
    ["/* why */ []", "jsonc"],
    ["# why\n\nexport A_1 = 3", "env"],
    ["_a=3", "env"],
    ["# why\nvariables:\n  - name: a=b", "yaml"],
    ["- name: a", "yaml"],
  ] as const) {
    assert.equal(guessFormat(text), format, text);
    assert.equal(guessFormat(text, "notes.txt"), format, text);
  }
});
