// Changes to rows change the text at their place and nowhere else.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Outline, OutlineRow } from "../../../wasm/npm/src/types.ts";
import { addRow } from "../../../www/src/new_row.ts";
import { removeRow } from "../../../www/src/removed_row.ts";
import { isAdded, isRemoved, isSet } from "../../../www/src/row_proof.ts";
import type { Key } from "../../../www/src/row_text.ts";
import { fieldOf, setField } from "../../../www/src/rows.ts";
import { changed, outlineOf, type WrittenRow } from "./outlines.ts";

const NEW = '{"name": "", "type": "string", "value": "", "encrypted": false, "scope": "action"}';

const A = '{"name": "a", "type": "string", "value": "1"}';
const B = '{"name": "b", "value": "2"}';
const ROW_A: WrittenRow = {
  row: A,
  fields: [
    ["name", '"a"', "a"],
    ["type", '"string"', "string"],
    ["value", '"1"', "1"],
  ],
};
const ROW_B: WrittenRow = {
  row: B,
  fields: [
    ["name", '"b"', "b"],
    ["value", '"2"', "2"],
  ],
};

describe("JSON", () => {
  const list = `[\n    ${A},\n    ${B}\n  ]`;
  const text = `{\n  "variables": ${list}\n}\n`;
  const outline = outlineOf(text, [ROW_A, ROW_B], list);
  const set = (row: number, key: Key, value: string) =>
    changed(text, setField(text, "json", outline.variables[row]!, key, value));

  test("a field that is there is replaced, with what JSON has to escape", () => {
    assert.equal(set(0, "type", "integer"), text.replace('"string"', '"integer"'));
    assert.equal(set(1, "value", 'a "b"\n'), text.replace('"2"', '"a \\"b\\"\\n"'));
  });

  test("a field that is missing is added after the last one", () => {
    assert.equal(set(1, "type", "integer"), text.replace('"2"}', '"2", "type": "integer"}'));
    assert.equal(set(0, "encrypted", "true"), text.replace('"1"}', '"1", "encrypted": true}'));
  });

  test("a row without fields is replaced as a whole", () => {
    const empty = outlineOf("[{}]", [{ row: "{}", fields: [] }], "[{}]");
    const change = setField("[{}]", "json", empty.variables[0]!, "name", "a");
    assert.equal(changed("[{}]", change), '[{"name": "a"}]');
  });

  test("a row is added with the layout of the row before it", () => {
    assert.equal(changed(text, addRow(text, "json", outline)), text.replace(B, `${B},\n    ${NEW}`));
    const inline = `[${A}]`;
    assert.equal(changed(inline, addRow(inline, "json", outlineOf(inline, [ROW_A], inline))), `[${A}, ${NEW}]`);
  });

  test("an empty list gets its first row, and a text without a list gets one", () => {
    const empty = '{\n  "variables": []\n}\n';
    const first = addRow(empty, "json", outlineOf(empty, [], "[]"));
    assert.equal(changed(empty, first), `{\n  "variables": [\n    ${NEW}\n  ]\n}\n`);
    const none = addRow("", "json", outlineOf("", []));
    assert.deepEqual(JSON.parse(changed("", none)).variables, [JSON.parse(NEW)]);
  });

  test("a row is removed with its comma", () => {
    const remove = (index: number) => changed(text, removeRow(text, "json", outline, index));
    assert.equal(remove(0), `{\n  "variables": [\n    ${B}\n  ]\n}\n`);
    assert.equal(remove(1), `{\n  "variables": [\n    ${A}\n  ]\n}\n`);
    const only = `[ ${A} ]`;
    assert.equal(changed(only, removeRow(only, "json", outlineOf(only, [ROW_A], only), 0)), "[]");
  });
});

describe("YAML", () => {
  const a = "name: a # kept\n    type: string\n    value: |\n      1\n";
  const b = "name: b\n    value: '2'";
  const list = `- ${a}  - ${b}`;
  const text = `# team\nvariables:\n  ${list}\n`;
  const outline = outlineOf(
    text,
    [
      {
        row: a,
        fields: [
          ["name", "a"],
          ["type", "string"],
          ["value", "|\n      1\n", "1\n"],
        ],
      },
      {
        row: b,
        fields: [
          ["name", "b"],
          ["value", "'2'", "2"],
        ],
      },
    ],
    list,
  );
  const set = (row: number, key: Key, value: string) =>
    changed(text, setField(text, "yaml", outline.variables[row]!, key, value));
  const NEW_LINES = '  - name: ""\n    type: string\n    value: ""\n    encrypted: false\n    scope: action\n';

  test("comments stay, and a block scalar becomes a line", () => {
    assert.equal(set(0, "value", "7"), text.replace("|\n      1\n", '"7"\n'));
    assert.equal(set(0, "name", "b_1"), text.replace("name: a #", "name: b_1 #"));
  });

  test("what YAML would read as something other than a string is quoted", () => {
    for (const value of ["yes", "null", "1", "a b", ""]) {
      assert.equal(set(1, "name", value), text.replace("name: b", `name: ${JSON.stringify(value)}`));
    }
  });

  test("a field that is missing is a line of its own", () => {
    assert.equal(set(0, "encrypted", "true"), text.replace("      1\n", "      1\n    encrypted: true\n"));
    assert.equal(set(1, "type", "integer"), text.replace("'2'", "'2'\n    type: integer"));
  });

  test("rows are added and removed as lines", () => {
    assert.equal(changed(text, addRow(text, "yaml", outline)), `${text}${NEW_LINES}`);
    assert.equal(changed(text, removeRow(text, "yaml", outline, 0)), `# team\nvariables:\n  - ${b}\n`);
    assert.equal(changed(text, removeRow(text, "yaml", outline, 1)), `# team\nvariables:\n  - ${a}`);
    assert.equal(changed("", addRow("", "yaml", outlineOf("", []))), `variables:\n${NEW_LINES}`);
  });
});

describe(".env", () => {
  const text = "# team\na=1\nb=2 # cxvars: type=integer encrypted\n";
  const a = { start: 7, end: 10, fields: [field("name", 7, 8), field("value", 9, 10)] };
  const b = {
    start: 11,
    end: text.length - 1,
    fields: [field("name", 11, 12), field("value", 13, 14), said("type", "integer"), said("encrypted", "true")],
  };
  const both: Outline = { list: null, variables: [a, b], is_whole: true };

  function field(key: string, start: number, end: number) {
    return { key, start, end, text: text.slice(start, end) };
  }

  /** A field that the comment says. */
  function said(key: string, meaning: string) {
    return { key, start: 15, end: text.length - 1, text: meaning };
  }

  const set = (row: typeof a, key: Key, value: string) => changed(text, setField(text, "env", row, key, value));

  test("a value is quoted if it has to be", () => {
    assert.equal(set(a, "value", "https://x.example/a"), text.replace("a=1", "a=https://x.example/a"));
    for (const [value, written] of [
      ['a "b"\n', `'a "b"\n'`],
      ["it's", `"it's"`],
      ["$A `b` #", "'$A `b` #'"],
      [`it's "b" \\`, `"it's \\"b\\" \\\\"`],
      ["a\\", `"a\\\\"`],
    ] as const) {
      assert.equal(
        set(a, "value", value),
        text.replace("a=1", () => `a=${written}`),
      );
    }
    assert.equal(set(a, "name", "c"), text.replace("a=1", "c=1"));
  });

  test("the other fields are in a comment, which has only what differs from the defaults", () => {
    assert.equal(set(a, "type", "boolean"), text.replace("a=1", "a=1 # cxvars: type=boolean"));
    assert.equal(set(b, "scope", "global"), text.replace("integer encrypted", "integer encrypted scope=global"));
    assert.equal(set(b, "encrypted", "false"), text.replace("integer encrypted", "integer"));
    assert.equal(set(b, "type", "string"), text.replace("type=integer ", ""));
  });

  test("rows are added and removed as lines", () => {
    assert.equal(changed(text, addRow(text, "env", both)), `${text}NEW_VARIABLE=""\n`);
    assert.equal(changed("a=1", addRow("a=1", "env", both)), 'a=1\nNEW_VARIABLE=""\n');
    assert.equal(changed(text, removeRow(text, "env", both, 0)), text.replace("a=1\n", ""));
  });
});

test("a field that a row does not have is undefined", () => {
  const row = outlineOf(A, [ROW_A]).variables[0]!;
  assert.equal(fieldOf(row, "value"), "1");
  assert.equal(fieldOf(row, "scope"), undefined);
});

describe("proofs", () => {
  const before = outlineOf(`[${A}, ${B}]`, [ROW_A, ROW_B]);
  const [a, b] = before.variables;
  const withValue = (row: OutlineRow, value: string): OutlineRow => ({
    ...row,
    fields: row.fields.map((field) => (field.key === "value" ? { ...field, text: value } : field)),
  });
  const after = (...variables: OutlineRow[]): Outline => ({ ...before, variables });

  test("a field is set, and nothing else has changed", () => {
    const proof = isSet(1, "value", "3");
    assert.ok(proof(before, after(a!, withValue(b!, "3"))));
    for (const wrong of [
      after(a!, b!),
      after(withValue(a!, "3"), withValue(b!, "3")),
      after(withValue(b!, "3"), a!),
      after(a!),
      { ...after(a!, withValue(b!, "3")), is_whole: false },
    ]) {
      assert.ok(!proof(before, wrong));
    }
  });

  test("a field that has its default may be missing", () => {
    assert.ok(isSet(1, "type", "string")(before, after(a!, b!)));
    assert.ok(!isSet(1, "type", "integer")(before, after(a!, b!)));
    assert.ok(isSet(0, "encrypted", "false")(before, before));
  });

  test("a row is added at the end, or removed, and the others stay", () => {
    assert.ok(isAdded(before, after(a!, b!, a!)));
    assert.ok(!isAdded(before, after(a!, a!, b!)));
    assert.ok(!isAdded(before, before));
    assert.ok(isRemoved(0)(before, after(b!)));
    assert.ok(!isRemoved(1)(before, after(b!)));
    assert.ok(!isRemoved(0)(before, after(withValue(b!, "9"))));
  });
});
