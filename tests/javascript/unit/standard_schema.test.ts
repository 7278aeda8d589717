import assert from "node:assert/strict";
import { test } from "node:test";
import { NotReadyError } from "../../../wasm/npm/src/errors.ts";
import type { FormEngine } from "../../../wasm/npm/src/form_state.ts";
import { pathIn } from "../../../wasm/npm/src/pointer_path.ts";
import { type SchemaOptions, standardSchemas } from "../../../wasm/npm/src/standard_schema.ts";
import type { Diagnostic } from "../../../wasm/npm/src/types.ts";
import { finding } from "./finding.ts";

/** An engine that finds these in each text, and keeps the texts. */
function engineWith(diagnostics: Diagnostic[], texts: string[] = []): FormEngine {
  return {
    start: async () => {},
    check(text) {
      texts.push(text);
      return { path: "", diagnostics };
    },
  };
}

function validate<Value>(engine: FormEngine, value: unknown, options: SchemaOptions<Value> = {}) {
  return standardSchemas(engine)(options)["~standard"].validate(value);
}

test("keys of a pointer lead as far as the value has them, and always somewhere", () => {
  const value = { variables: [{ "a/b~c": 1 }], note: "" };
  for (const [pointer, path] of [
    ["/variables/0/a~1b~0c", ["variables", 0, "a/b~c"]],
    ["/variables/0/name", ["variables", 0]],
    ["/variables/7", ["variables"]],
    ["/variables/length", ["variables"]],
    ["/other", ["variables"]],
    ["", ["variables"]],
  ] as const) {
    assert.deepEqual(pathIn(value, pointer), path, pointer);
  }
  assert.deepEqual(pathIn([{ name: 1 }], "/0/name"), [0, "name"]);
  assert.deepEqual(pathIn([], "/0"), [0]);
  for (const none of [undefined, null, "text", 3, {}]) assert.deepEqual(pathIn(none, "/0"), ["document"]);
  assert.deepEqual(pathIn({ constructor: 1 }, "/toString"), ["constructor"]);
});

test("a value is written as JSON, a text is taken as it is, and the valid value is the same one", () => {
  const texts: string[] = [];
  const value = { variables: [] };
  assert.deepEqual(validate(engineWith([], texts), value), { value });
  validate(engineWith([], texts), "[]");
  validate(engineWith([], texts), { rows: [1] }, { toDocument: ({ rows }: { rows: number[] }) => `rows ${rows}` });
  assert.deepEqual(texts, ['{"variables":[]}', "[]", "rows 1"]);
});

test("errors are issues with a place, and warnings if they are to count", () => {
  const found = [finding({ pointer: "/variables/0/name", help: null }), finding({ severity: "warning", pointer: "" })];
  const value = { variables: [{ name: "_a" }] };
  assert.deepEqual(validate(engineWith(found), value), {
    issues: [{ message: "the name begins with an underscore (CX102)", path: ["variables", 0, "name"] }],
  });
  const all = validate(engineWith(found), value, { failLevel: "warning", messages: ({ severity }) => severity });
  assert.deepEqual(all, {
    issues: [
      { message: "error", path: ["variables", 0, "name"] },
      { message: "warning", path: ["variables"] },
    ],
  });
  const placed = validate(engineWith(found.slice(0, 1)), value, { path: () => ["row"], messages: () => "x" });
  assert.deepEqual(placed, { issues: [{ message: "x", path: ["row"] }] });
});

test("whatever the page's code does makes the value invalid, and nothing throws", async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const failing = () => {
    throw new Error("hunter2");
  };
  const wrong = [finding({})];
  const cases: [unknown, object][] = [
    [circular, {}],
    [{ count: 3n }, {}],
    [{}, { toDocument: failing }],
    [{}, { toDocument: () => undefined }],
    [{}, { toDocument: async () => failing() }],
    [{}, { toDocument: async () => 3 }],
    [{}, { messages: failing }],
    [{}, { messages: () => 3 }],
    [{}, { path: failing }],
    [{}, { path: () => "name" }],
    [{}, { texts: { pageError: failing }, toDocument: failing }],
    [
      {},
      {
        get failLevel() {
          return failing();
        },
      },
    ],
  ];
  for (const [value, options] of cases) {
    const result = await validate(engineWith(wrong), value, options);
    assert.equal(result.issues?.length, 1);
    assert.match(result.issues[0]?.message ?? "", /a fault in this page/);
    assert.ok(!JSON.stringify(result).includes("hunter2"));
  }
});

test("the answer waits for the engine, and comes at once after that", async () => {
  let isReady = false;
  const engine: FormEngine = {
    async start() {
      isReady = true;
    },
    check() {
      if (!isReady) throw new NotReadyError("later");
      return { path: "", diagnostics: [] };
    },
  };
  const schema = standardSchemas(engine)();
  const first = schema["~standard"].validate([]);
  assert.ok(first instanceof Promise);
  assert.deepEqual(await first, { value: [] });
  assert.deepEqual(schema["~standard"].validate([]), { value: [] });
});

test("without an engine a value is invalid, unless that is allowed", async () => {
  let attempts = 0;
  const engine: FormEngine = {
    async start() {
      attempts += 1;
      throw new Error("offline");
    },
    check() {
      throw new NotReadyError("later");
    },
  };
  const result = await validate(engine, { rows: [] });
  assert.match(result.issues?.[0]?.message ?? "", /could not start/);
  assert.deepEqual(result.issues?.[0]?.path, ["rows"]);
  assert.deepEqual(await validate(engine, 1, { onUnavailable: "allow" }), { value: 1 });
  assert.equal(attempts, 2);
});
