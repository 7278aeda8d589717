import assert from "node:assert/strict";
import { test } from "node:test";
import { otherEncodings, textOf } from "../../../www/src/file_text.ts";
import { fromFile, toFile } from "../../../www/src/line_endings.ts";
import { savedName } from "../../../www/src/saved_name.ts";

const bytes = (text: string, encoding: BufferEncoding) => new Uint8Array(Buffer.from(text, encoding));

test("bytes in UTF-8 are a text, with their byte order mark", () => {
  for (const text of ["", "\ufeffa", "ü\u2028\u0000", "a"]) assert.equal(textOf(bytes(text, "utf8")), text);
});

test("other bytes are no text, and the encodings that they may be in are offered", () => {
  for (const [written, encoding, name] of [
    ["A=Köln", "latin1", "windows-1252"],
    ["\ufeffA=Köln", "utf16le", "UTF-16LE"],
    ["A=12", "utf16le", "UTF-16LE"],
  ] as const) {
    assert.equal(textOf(bytes(written, encoding)), undefined);
    assert.deepEqual(otherEncodings(bytes(written, encoding)), [{ name, text: written.replace("\ufeff", "") }]);
  }
  const swapped = bytes("\ufeffA=1", "utf16le");
  for (let at = 0; at < swapped.length; at += 2) swapped.subarray(at, at + 2).reverse();
  assert.deepEqual(otherEncodings(swapped), [{ name: "UTF-16BE", text: "A=1" }]);
  const picture = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0x0d);
  assert.deepEqual([textOf(picture), otherEncodings(picture)], [undefined, []]);
});

test("a file gets its line ends back, and one that mixes them keeps each", () => {
  assert.deepEqual(fromFile("a\r\nb\r\n"), { text: "a\nb\n", lineEnding: "\r\n" });
  assert.deepEqual(fromFile("a\n"), { text: "a\n", lineEnding: "\n" });
  for (const written of ["", "a", "a\n", "a\r\nb\r\n", "a\r\nb\n", "a\r", "\r\r\n", "\n\r\n"]) {
    const { text, lineEnding } = fromFile(written);
    assert.equal(toFile(text, lineEnding), written);
  }
});

test("a text is saved under its own name, unless that means another format", () => {
  for (const [fileName, format, name] of [
    ["", "yaml", "variables.yaml"],
    ["a.yml", "yaml", "a.yml"],
    ["b/c.json", "jsonc", "c.json"],
    ["C:\\d\\e.json", "env", "e.env"],
    [".env.prod", "env", ".env.prod"],
    [".env", "json", ".env.json"],
    ["notes.txt", "yaml", "notes.txt"],
  ] as const) {
    assert.equal(savedName(fileName, format), name);
  }
});
