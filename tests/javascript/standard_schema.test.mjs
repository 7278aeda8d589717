// The check as a Standard Schema in Node, where it answers at once, with the libraries of the React example.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { PACKAGE, ROOT } from "./support.mjs";

const { standardSchema } = await import(pathToFileURL(join(PACKAGE, "node.js")).href);
const example = createRequire(join(ROOT, "examples/form-react/package.json"));
const { standardSchemaResolver } = example("@hookform/resolvers/standard-schema");
const { FormApi } = example("@tanstack/react-form");

const GOOD = { variables: [{ name: "a", type: "integer", value: "3" }] };
const WRONG = { variables: [GOOD.variables[0], { name: "_b", type: "string", value: "hunter2" }] };

describe("Standard Schema in Node", () => {
  test("answers at once, for values, texts and every format", () => {
    const validate = (value, options) => standardSchema(options)["~standard"].validate(value);
    assert.deepEqual(validate(GOOD), { value: GOOD });
    assert.deepEqual(validate("variables: []", { format: "yaml" }), { value: "variables: []" });
    const { issues } = validate(WRONG);
    assert.deepEqual(
      issues.map(({ path }) => path),
      [["variables", 1, "name"]],
    );
    assert.match(issues[0].message, /CX102/);
    assert.doesNotMatch(JSON.stringify(issues), /hunter2/);
    for (const value of [undefined, null, 3, "", {}, [3], new Map()]) {
      assert.equal(typeof validate(value).issues[0].message, "string");
      assert.ok(validate(value).issues.every(({ path }) => path.length > 0));
    }
  });

  test("react-hook-form gets every error with a name, so that none is dropped", async () => {
    const resolve = (values, options) =>
      standardSchemaResolver(standardSchema(options))(values, undefined, {
        fields: {},
        shouldUseNativeValidation: false,
      });
    assert.deepEqual(await resolve(GOOD), { values: GOOD, errors: {} });
    const { errors } = await resolve(WRONG);
    assert.match(errors.variables[1].name.message, /CX102/);
    // Findings of the document as a whole, and faults of the page.
    const many = { variables: Array.from({ length: 51 }, (_, n) => ({ name: `n${n}`, type: "string", value: "x" })) };
    const fail = () => {
      throw new Error("thrown");
    };
    for (const [values, options] of [
      [many],
      [{ rows: [] }],
      [{}],
      [GOOD, { toDocument: fail }],
      [WRONG, { path: fail }],
    ]) {
      const { errors } = await resolve(values, options);
      assert.ok(Object.keys(errors).length > 0 && errors.root === undefined, JSON.stringify(errors));
    }
  });

  test("TanStack Form takes it where answers have to come at once", async () => {
    const sent = [];
    const formWith = (defaultValues) => {
      const onSubmit = ({ value }) => sent.push(value);
      const form = new FormApi({ defaultValues, validators: { onSubmit: standardSchema() }, onSubmit });
      form.mount();
      return form;
    };
    const wrong = formWith(WRONG);
    await wrong.handleSubmit();
    assert.deepEqual(sent, []);
    assert.match(JSON.stringify(wrong.state.errors), /variables\[1\]\.name.*CX102/);
    await formWith(GOOD).handleSubmit();
    assert.deepEqual(sent, [GOOD]);
  });
});
