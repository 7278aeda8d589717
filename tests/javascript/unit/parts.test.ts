// What is said where the engine that runs lacks a part, with glue of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckGlue, engine } from "../../../wasm/npm/src/engine.ts";
import { NotReadyError } from "../../../wasm/npm/src/errors.ts";
import { Instance } from "../../../wasm/npm/src/instance.ts";

const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** An engine that reads JSON only, and has neither fixes nor texts. */
class JsonGlue implements CheckGlue {
  readonly memory = new WebAssembly.Memory({ initial: 1 });

  async default(): Promise<void> {}
  initSync(): void {}
  __wbg_reset_state(): void {}
  instance_memory(): WebAssembly.Memory {
    return this.memory;
  }
  input(): number {
    return 0;
  }
  check_input(_length: number, options: { format?: string; config?: string } | undefined): number {
    for (const part of [options?.format ?? "json", options?.config === undefined ? "json" : "config"]) {
      if (part !== "json") throw new Error(`${part} is not loaded; call await load("${part}") first`);
    }
    // A reply at the start of the memory: no text, nothing left out, no findings.
    return 0;
  }
}

test("a call that needs another part throws an error that names it", () => {
  const instance = new Instance<CheckGlue>(new JsonGlue());
  const functions = engine(() => instance);
  const asked = (run: () => unknown, part: string | null) =>
    assert.throws(run, (error) => {
      assert.ok(error instanceof NotReadyError);
      assert.equal(error.part, part);
      if (part !== null) assert.equal(error.message, `${part} is not loaded; call await load("${part}") first`);
      return true;
    });
  asked(() => functions.check("[]"), null);
  asked(() => functions.fixAll("[]"), null);
  instance.startSync(EMPTY_MODULE);
  assert.deepEqual(functions.check("[]"), { path: "", diagnostics: [] });
  asked(() => functions.check("", { format: "yaml" }), "yaml");
  asked(() => functions.check("", { config: "" }), "config");
  asked(() => functions.isForeign("[]"), "foreign");
  asked(() => functions.fixAll("[]"), "fixes");
  asked(() => functions.explain("CX103"), "docs");
  asked(() => functions.rules(), "docs");
});
