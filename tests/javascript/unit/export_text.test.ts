import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExportChoice, type Exporter, exported } from "../../../www/src/export_text.ts";

const OPTIONS = { format: "yaml" } as const;

/** What the engine is asked for a choice. */
async function asked(choice: ExportChoice): Promise<unknown[]> {
  const questions: unknown[] = [];
  const ask = (...question: unknown[]) => {
    questions.push(question);
    return Promise.resolve({ text: "", notes: [], refused: null });
  };
  await exported({ ask } as unknown as Exporter, "a", OPTIONS, choice);
  return questions;
}

test("a manifest has references in place of encrypted values, unless they are asked for", async () => {
  assert.deepEqual(await asked({ kind: "manifest", withValues: false }), [["exportManifest", "a", "yaml", OPTIONS]]);
  assert.deepEqual(await asked({ kind: "manifest", withValues: true }), [["convert", "a", "yaml", OPTIONS]]);
  assert.deepEqual(await asked({ kind: "wire", withValues: false }), [["exportWire", "a", OPTIONS]]);
});

test("the commands need no engine", async () => {
  assert.deepEqual(await asked({ kind: "command", withValues: false }), []);
});
