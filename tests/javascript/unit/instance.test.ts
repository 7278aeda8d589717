// An instance with glue of the test's own: the smallest module there is, whose calls trap when a test wants it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { EngineError, LoadError, NotReadyError } from "../../../wasm/npm/src/errors.ts";
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

const FILE = () => new URL("https://example.com/engine.wasm");
const DATA = `data:application/wasm;base64,${Buffer.from(EMPTY_MODULE).toString("base64")}`;

test("an instance that has not been started says so", () => {
  const instance = new Instance(new TestGlue());
  assert.throws(
    () => instance.call(() => 3),
    (error) => error instanceof NotReadyError && error.part === null,
  );
  assert.throws(() => instance.module, NotReadyError);
});

test("it starts from everything that can be a module, and once", async () => {
  const response = () => new Response(EMPTY_MODULE, { headers: { "content-type": "application/wasm" } });
  const module = await WebAssembly.compile(EMPTY_MODULE);
  const ofAnotherRealm = runInNewContext("new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])") as object;
  const sources = [module, EMPTY_MODULE, EMPTY_MODULE.buffer, response(), Promise.resolve(response())];
  for (const source of [...sources, DATA, new URL(DATA), ofAnotherRealm]) {
    const glue = new TestGlue();
    const instance = new Instance(glue);
    await instance.start(FILE, source);
    await instance.start(FILE, "nonsense");
    instance.startSync(EMPTY_MODULE);
    assert.equal(glue.starts, 1);
    assert.equal(
      instance.call(() => 3),
      3,
    );
    assert.ok(instance.module instanceof WebAssembly.Module);
  }
  await assert.rejects(new Instance(new TestGlue()).start(FILE, { file: "engine.wasm" }), TypeError);
});

test("it starts from its own file on disk, at once or with a promise", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-"));
  try {
    const file = join(folder, "with space.wasm");
    writeFileSync(file, EMPTY_MODULE);
    const glue = new TestGlue();
    new Instance(glue).startFromDisk(() => pathToFileURL(file));
    await new Instance(glue).start(() => pathToFileURL(file));
    assert.equal(glue.starts, 2);
    assert.throws(() => new Instance(glue).startFromDisk(FILE), isLoadError(/moved.*out of the server's bundle/));
    const absent = () => pathToFileURL(join(folder, "absent.wasm"));
    assert.throws(() => new Instance(glue).startFromDisk(absent), isLoadError(/cannot be read: ENOENT.*\/inline/));
    await assert.rejects(new Instance(glue).start(absent), isLoadError(/cannot be read: ENOENT/));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a file that cannot be loaded is an error that says what to do, and the next call tries again", async () => {
  const answers: [Response | Error, RegExp][] = [
    [
      new Response("", { status: 404, statusText: "Not Found" }),
      /engine\.wasm: 404 Not Found; .*pass the file's address/,
    ],
    [new Response("<!doctype html>"), /engine\.wasm: the answer is another file; .*\/inline/],
    [new TypeError("Failed to fetch"), /engine\.wasm: Failed to fetch; /],
    [new Response(Uint8Array.of(0, 0x61, 0x73, 0x6d, 9, 9, 9, 9)), /could not be compiled: .*'wasm-unsafe-eval'/],
  ];
  const asked: string[] = [];
  const fetched = globalThis.fetch;
  try {
    const instance = new Instance(new TestGlue());
    for (const [answer, message] of answers) {
      globalThis.fetch = async (address) => {
        asked.push(String(address));
        if (answer instanceof Error) throw answer;
        return answer;
      };
      const attempts = await Promise.allSettled([instance.start(FILE), instance.start(FILE)]);
      for (const attempt of attempts) assert.ok(attempt.status === "rejected" && isLoadError(message)(attempt.reason));
    }
    assert.equal(asked.length, answers.length);
    // A source of the caller's own does not fail with the attempt that is under way.
    const [own, given] = await Promise.allSettled([instance.start(FILE), instance.start(FILE, EMPTY_MODULE)]);
    assert.deepEqual([own.status, given.status], ["rejected", "fulfilled"]);
    assert.ok(instance.isStarted);
  } finally {
    globalThis.fetch = fetched;
  }
});

test("a module that a bundler has moved finds its file, or says that it cannot", async () => {
  const asked: string[] = [];
  const fetched = globalThis.fetch;
  globalThis.fetch = async (address) => {
    asked.push(String(address));
    return new Response(EMPTY_MODULE);
  };
  try {
    const dev = "http://localhost:5173/node_modules/.vite/deps/x_glue_bg.wasm";
    await new Instance(new TestGlue()).start(() => new URL(dev));
    assert.deepEqual(asked, ["http://localhost:5173/node_modules/@cxvars/validator/x_glue_bg.wasm"]);
    const removed = () => new URL("x_glue_bg.wasm", undefined);
    await assert.rejects(new Instance(new TestGlue()).start(removed), isLoadError(/removed the address.*\/inline/));
  } finally {
    globalThis.fetch = fetched;
  }
});

test("the file of another version is an error that says so", async () => {
  const glue = new TestGlue();
  glue.default = async () => {
    throw new WebAssembly.LinkError("import object field is not a function");
  };
  await assert.rejects(new Instance(glue).start(FILE, EMPTY_MODULE), isLoadError(/not the one of this version/));
});

const isLoadError = (message: RegExp) => (error: unknown) => error instanceof LoadError && message.test(error.message);

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
