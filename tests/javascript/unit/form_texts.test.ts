import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { adviceInForm, ENGLISH, sentence } from "../../../wasm/npm/src/form_texts.ts";
import { finding } from "./finding.ts";

test("a finding is one sentence with the advice that helps in a form", () => {
  const message = "the value is empty";
  assert.equal(sentence(finding({ help: null, message })), "the value is empty (CX102)");
  assert.equal(sentence(finding({ help: "rename it", message })), "the value is empty; rename it (CX102)");
  assert.equal(sentence(finding({ help: "raise `max_bytes`", message })), "the value is empty (CX102)");
});

test("advice about files, settings and the command line is left out, part by part", () => {
  for (const [help, advice] of [
    [
      "write the value; if it is meant to be empty, list the variable under `allow_empty` in `cxvars.toml`",
      "write the value",
    ],
    ["move some to another action, or set `max_variables`", "move some to another action"],
    ["check that it is the right file, or raise `max_depth`", ""],
    ["set `encrypted` to `true` and fetch the value with `value_from`", "set `encrypted` to `true`"],
    ["see `contracts/timeouts.json` at /properties/connect_ms/minimum", ""],
    ["names have to match `[a-z]+` (`name_pattern`)", "names have to match `[a-z]+`"],
    ["use double quotes", "use double quotes"],
    ["write `true` or `false`, in lower case", "write `true` or `false`, in lower case"],
  ] as const) {
    assert.equal(adviceInForm(help), advice, help);
  }
});

test("no advice of a rule sends somebody who fills in a form to a file", () => {
  const rules = "../../core/src/rules";
  const files = readdirSync(rules, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rs"));
  const sources = files.map((name) => readFileSync(`${rules}/${name}`, "utf8").split("#[cfg(test)]")[0] ?? "");
  const helps = sources.flatMap((text) =>
    [...text.matchAll(/(?:help\(|help\(format!\(|Some\(|help =\s+)"((?:[^"\\]|\\.)*)"/g)].map(([, help]) => help ?? ""),
  );
  assert.ok(helps.length > 80, `only ${helps.length}`);
  const kept = helps
    .map(adviceInForm)
    .filter((help) => /\bfile\b|\.toml|--[a-z]|value_from|max_|allow_|cxvars/.test(help));
  assert.deepEqual(kept, []);
});

test("numbers agree with their nouns", () => {
  assert.equal(ENGLISH.counts(1, 0), "1 error, 0 warnings");
  assert.equal(ENGLISH.notSent(2, 1), "not sent: 2 errors, 1 warning");
});
