// An instance with glue of the test's own: the smallest module there is, whose calls trap when a test wants it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError, NotReadyError } from "../../../wasm/npm/src/errors.ts";
import { type Glue, Instance } from "../../../wasm/npm/src/instance.ts";

const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

class TestGlue implements Glue {
  starts = 0;
  resets = 0;
  memory = new WebAssembly.Memory({ initial: 1 });

  async default(options: { module_or_path: unknown }): Promise<void> {
    assert.ok(options.module_or_path instanceof WebAssembly.Module);
    this.starts += 1;
  }

  initSync(): void {
    this.starts += 1;
  }

  __wbg_reset_state(): void {
    this.resets += 1;
    this.memory = new WebAssembly.Memory({ initial: 1 });
  }

  instance_memory(): WebAssembly.Memory {
    return this.memory;
  }
}

test("an instance that has not been started says so", () => {
  const instance = new Instance(new TestGlue());
  assert.throws(() => instance.call(() => 3), NotReadyError);
  assert.throws(() => instance.module, NotReadyError);
});

test("it starts from everything that can be a module, and once", async () => {
  const url = `data:application/wasm;base64,${Buffer.from(EMPTY_MODULE).toString("base64")}`;
  const response = () => new Response(EMPTY_MODULE, { headers: { "content-type": "application/wasm" } });
  const module = await WebAssembly.compile(EMPTY_MODULE);
  for (const source of [module, EMPTY_MODULE, response(), Promise.resolve(response()), url, new URL(url)]) {
    const glue = new TestGlue();
    const instance = new Instance(glue);
    await instance.start(source);
    await instance.start("nonsense");
    assert.equal(glue.starts, 1);
    assert.equal(
      instance.call(() => 3),
      3,
    );
    assert.ok(instance.module instanceof WebAssembly.Module);
  }
  const missing = new Response("", { status: 404, statusText: "Not Found" });
  await assert.rejects(new Instance(new TestGlue()).start(missing), /could not be loaded: 404 Not Found/);
});

test("after a trap the instance is replaced, and after another error it is not", () => {
  const glue = new TestGlue();
  const instance = new Instance(glue);
  instance.startSync(EMPTY_MODULE);
  const before = instance.memory;
  const overflow = Object.assign(new Error("too much recursion"), { name: "InternalError" });
  for (const [count, trap] of [new WebAssembly.RuntimeError("unreachable"), new RangeError(), overflow].entries()) {
    const run = () => {
      throw trap;
    };
    assert.throws(
      () => instance.call(run),
      (error) => error instanceof EngineError && error.cause === trap,
    );
    assert.equal(glue.resets, count + 1);
  }
  assert.notEqual(instance.memory, before);
  const misuse = new Error("max_bytes must be a whole number");
  assert.throws(
    () =>
      instance.call(() => {
        throw misuse;
      }),
    (error) => error === misuse,
  );
  assert.equal(glue.resets, 3);
});
