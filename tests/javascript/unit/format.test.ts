import assert from "node:assert/strict";
import { test } from "node:test";
import { formatOf } from "../../../www/vscode/src/format.ts";

test("the language of a document says how it is read", () => {
  assert.equal(formatOf("yaml", "a.txt"), "yaml");
  assert.equal(formatOf("jsonc", "a.json"), "jsonc");
  assert.equal(formatOf("json", "a.JSONC"), "jsonc");
  assert.equal(formatOf("json", "a.json"), "json");
  for (const language of ["dotenv", "properties", "plaintext"]) assert.equal(formatOf(language, ".env"), "env");
});

test("a telling name comes before the language", () => {
  for (const [name, format] of [
    [".env.yaml", "yaml"],
    ["/team/.env.json", "json"],
    [".ENV.prod", "env"],
    [".envrc", "env"],
  ] as const) {
    assert.equal(formatOf("dotenv", name), format, name);
  }
  assert.equal(formatOf("yaml", ".env.local"), "env");
  for (const language of ["dotenv", "plaintext"]) assert.equal(formatOf(language, "notes.txt"), "env");
});
