import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatOfName, guessFormat } from "../../../www/src/guess_format.ts";

const table = readFileSync(new URL("../../../../../tests/file-names.txt", import.meta.url), "utf8");
const names = table.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

test("the name of a file decides, as it does for the engine", () => {
  assert.ok(names.length > 20);
  for (const line of names) {
    const [name, format] = line.split(/\s+/);
    assert.equal(formatOfName(name!) ?? "-", format, name);
    assert.equal(formatOfName(`team/${name!}`) ?? "-", format, name);
  }
  assert.equal(guessFormat("{}", "C:\\team\\.ENV.prod"), "env");
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
