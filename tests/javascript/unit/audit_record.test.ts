import assert from "node:assert/strict";
import { test } from "node:test";
import { toCsv } from "../../../www/src/audit_csv.ts";
import { COLUMNS, cellText, readRecords, utc } from "../../../www/src/audit_record.ts";

const LINE = JSON.stringify({ seq: 1, timestamp: 1_700_000_000.25, event: "outcome", outcome: "applied", actor: null });

test("lines that are not records are left out", () => {
  const records = readRecords(`${LINE}\nnonsense\n[]\nnull\n{"timestamp": "now"}\n\n${LINE}\n`);
  assert.deepEqual(
    records.map(({ seq }) => seq),
    [1, 1],
  );
});

test("times are shown in UTC, and what is missing as nothing", () => {
  const [record] = readRecords(LINE);
  assert.equal(cellText(record!, "timestamp"), "2023-11-14 22:13:20");
  assert.equal(cellText(record!, "actor"), "");
  assert.equal(cellText(record!, "target"), "");
  assert.equal(utc(Number.MAX_VALUE), "");
});

test("a table for a spreadsheet has quoted cells and no formulas", () => {
  const [record] = readRecords(LINE);
  const csv = toCsv([{ ...record!, actor: '=1+1,"a"', latency_ms: -5, error: "a\nb", target: "@x" }]);
  const [head, ...rest] = csv.split("\r\n");
  assert.equal(head, COLUMNS.map(([key]) => key).join(","));
  assert.equal(rest.join("\r\n"), `1,2023-11-14 22:13:20,,outcome,applied,,,,-5,,'@x,"'=1+1,""a""","a\nb"\r\n`);
});
