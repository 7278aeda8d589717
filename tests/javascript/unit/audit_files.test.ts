import assert from "node:assert/strict";
import { test } from "node:test";
import { logOf, notLogs, signsSegments, wholeText } from "../../../www/src/audit_files.ts";

/** A file with records of these numbers. Their times are the numbers too, in hundreds. */
function file(name: string, ...numbers: number[]) {
  const lines = numbers.map((seq) => `${JSON.stringify({ seq, timestamp: 1_000 - seq * 100 })}\n`);
  return { name, bytes: new TextEncoder().encode(lines.join("")) };
}

const names = (files: readonly { name: string }[]) => files.map(({ name }) => name);

test("files that count on are one chain, in the order of their numbers and not of their names", () => {
  const log = logOf([file("b", 5, 6), file("a", 7), file("c", 1, 2, 3, 4)], false);
  assert.deepEqual([log.layout, names(log.files), log.name], ["chain", ["c", "b", "a"], "3 files"]);
  assert.deepEqual(
    log.records.map(({ seq }) => seq),
    [1, 2, 3, 4, 5, 6, 7],
  );
});

test("files that each begin a count are segments, whose records are in the order of time", () => {
  const log = logOf([file("b", 1, 2), file("a", 1)], false);
  assert.deepEqual([log.layout, names(log.files)], ["segments", ["a", "b"]]);
  assert.deepEqual(
    log.records.map(({ seq }) => seq),
    [2, 1, 1],
  );
  assert.equal(logOf([file("a", 1)], true).layout, "segments");
  assert.deepEqual([logOf([file("a", 1)], false).layout, logOf([file("a", 1)], false).name], ["chain", "a"]);
});

test("a file with something in it, but no record, is no log", () => {
  const other = { name: "photo.png", bytes: Uint8Array.of(0x89, 0x50, 0) };
  const log = logOf([file("a", 1), other, { name: "empty", bytes: new Uint8Array() }], false);
  assert.deepEqual(notLogs(log), ["photo.png"]);
});

test("a checkpoint tells whether it signs segments", () => {
  assert.ok(signsSegments('{"heads": [{"file": "a.jsonl", "seq": 1}]}'));
  for (const text of ["", "[]", "null", '{"heads": [{"file": null}]}', '{"heads": 3}']) assert.ok(!signsSegments(text));
});

test("the lines of a file that ends early stay apart from those of the next", () => {
  const [a, b] = [file("a", 1), file("b", 2)];
  const log = logOf([{ ...a, bytes: a.bytes.slice(0, -1) }, b], false);
  assert.equal(wholeText(log).split("\n").length, 3);
});
