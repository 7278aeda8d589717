import assert from "node:assert/strict";
import { test } from "node:test";
import { merged } from "../../../www/src/merged_text.ts";

/** What a text area shows. */
const inArea = (text: string) => text.replace(/\r\n?/g, "\n");
/** What an input shows. */
const inInput = (text: string) => text.replace(/[\r\n]/g, "");

test("what was not changed keeps line ends that the control does not show", () => {
  const text = "one\r\ntwo\rthree\nfour";
  for (const [edited, after] of [
    ["one\ntwo\nthree\nfour!", "one\r\ntwo\rthree\nfour!"],
    ["one\ntwo\nfour", "one\r\ntwo\rfour"],
    [">one\ntwo\nthree\nfour", ">one\r\ntwo\rthree\nfour"],
    ["one\n2\ntwo\nthree\nfour", "one\r\n2\ntwo\rthree\nfour"],
    ["", ""],
  ] as const) {
    assert.equal(merged(text, inArea(text), edited), after);
  }
  assert.equal(merged("a\nb\n", inInput("a\nb\n"), "axb"), "ax\nb\n");
  assert.equal(merged("a\nb", inInput("a\nb"), "ab!"), "a\nb!");
});

test("a character of two code units is replaced as a whole", () => {
  assert.equal(merged("a😀b\r\n", "a😀b\n", "a😁b\n"), "a😁b\r\n");
});

test("a control that shows the text as it is gives what was typed", () => {
  for (const text of ["", "aa", "abab", "a\nb"]) {
    for (const edited of ["", "a", "aab", "ba", "a\n\nb"]) assert.equal(merged(text, text, edited), edited);
  }
});
