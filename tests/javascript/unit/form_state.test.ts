import assert from "node:assert/strict";
import { test } from "node:test";
import { blocks, checked, sentence, started, UNAVAILABLE } from "../../../wasm/npm/src/form_state.ts";
import type { Diagnostic, Severity } from "../../../wasm/npm/src/types.ts";

function finding(severity: Severity, help: string | null): Diagnostic {
  const place = { line: 1, column: 1, offset: 0 };
  return {
    code: "CX102",
    name: "name-syntax",
    severity,
    message: "the name begins with an underscore",
    help,
    pointer: "/0/name",
    variable: "_a",
    range: { start: place, end: place },
    related: [],
    fixes: [],
    params: {},
  };
}

test("errors hold a submit back, and warnings if the form wants it", () => {
  assert.ok(blocks(finding("error", null), "error") && blocks(finding("error", null), "warning"));
  assert.ok(!blocks(finding("warning", null), "error") && blocks(finding("warning", null), "warning"));
});

test("a finding is one sentence", () => {
  assert.equal(sentence(finding("error", null)), "the name begins with an underscore (CX102)");
  assert.equal(sentence(finding("error", "rename it")), "the name begins with an underscore; rename it (CX102)");
});

test("what kept a document from being checked is a problem, and never an empty report", async () => {
  const report = { path: "", diagnostics: [] };
  assert.deepEqual(
    checked(() => report),
    { report, problem: null },
  );
  const failing = (error: unknown) =>
    checked(() => {
      throw error;
    });
  const problem = "nothing has been checked: check: no";
  assert.deepEqual(failing(new TypeError("check: no")), { report: null, problem });
  assert.deepEqual(failing("no"), { report: null, problem: "nothing has been checked: unknown" });
  assert.equal(await started(async () => undefined), null);
  assert.equal(await started(() => Promise.reject(new Error("refused by policy"))), UNAVAILABLE);
});
