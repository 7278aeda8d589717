import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError, NotReadyError } from "../../../wasm/npm/src/errors.ts";
import { textsWith } from "../../../wasm/npm/src/form_options.ts";
import { blocks, checked, type FormEngine, wording } from "../../../wasm/npm/src/form_state.ts";
import { ENGLISH } from "../../../wasm/npm/src/form_texts.ts";
import { PageError } from "../../../wasm/npm/src/page_code.ts";
import type { FileReport } from "../../../wasm/npm/src/types.ts";
import { finding } from "./finding.ts";

test("errors hold a submit back, and warnings if the form wants it", () => {
  const [error, warning] = [finding({ severity: "error" }), finding({ severity: "warning" })];
  assert.ok(blocks(error, "error") && blocks(error, "warning"));
  assert.ok(!blocks(warning, "error") && blocks(warning, "warning"));
});

const report: FileReport = { path: "", diagnostics: [] };

function engineThat(...steps: (() => FileReport)[]): FormEngine {
  return { start: async () => {}, check: () => (steps.shift() ?? assert.fail("one check too many"))() };
}

const failing = (error: unknown) => () => {
  throw error;
};

test("what kept a document from being checked is a problem, and never an empty report", () => {
  const check = (...steps: (() => FileReport)[]) => checked(engineThat(...steps), "[]", {}, ENGLISH);
  assert.deepEqual(
    check(() => report),
    { status: "checked", report, problem: null },
  );
  const problem = "nothing has been checked: check: no";
  assert.deepEqual(check(failing(new TypeError("check: no"))), { status: "failed", report: null, problem });
  assert.equal(check(failing("no"))?.problem, "nothing has been checked: unknown");
  assert.equal(check(failing(new NotReadyError("later"))), null);
});

test("an engine that stopped is asked once more, because it has been replaced", () => {
  const stopped = failing(new EngineError("the engine stopped"));
  assert.equal(
    checked(
      engineThat(stopped, () => report),
      "[]",
      {},
      ENGLISH,
    )?.status,
    "checked",
  );
  assert.equal(checked(engineThat(stopped, stopped), "[]", {}, ENGLISH)?.status, "failed");
});

test("the page's words are taken, and only if they are words", () => {
  assert.equal(wording(finding({ help: null }), undefined), "the name begins with an underscore (CX102)");
  assert.equal(
    wording(finding({}), ({ code }) => `Regel ${code}`),
    "Regel CX102",
  );
  assert.equal(
    wording(finding({ help: null }), () => undefined),
    "the name begins with an underscore (CX102)",
  );
  for (const wrong of [() => 3, () => null, () => ["x"], failing(new Error("hunter2"))]) {
    assert.throws(
      () => wording(finding({}), wrong),
      (error) => error instanceof PageError && error.where === "messages" && !error.message.includes("hunter2"),
    );
  }
});

test("the page's texts replace ours one by one, and fail as the page's code does", () => {
  const texts = textsWith({ noFindings: "nichts gefunden", counts: (errors) => `${errors} Fehler` });
  assert.equal(texts.noFindings, "nichts gefunden");
  assert.equal(texts.counts(2, 0), "2 Fehler");
  assert.equal(texts.unavailable, ENGLISH.unavailable);
  const wrong = textsWith({ counts: (() => 3) as unknown as () => string });
  assert.throws(() => wrong.counts(1, 1), PageError);
  assert.throws(() => textsWith({ noFindings: 3 as unknown as string }), PageError);
});
