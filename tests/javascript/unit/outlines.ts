// Outlines for tests: what the engine says about a text, made from pieces of that text.

import assert from "node:assert/strict";
import type { Outline, OutlineRow } from "../../../wasm/npm/src/types.ts";
import type { Change } from "../../../www/src/rows.ts";

/** A row as it is written, and its fields: the key, the value as it is written, and what that means. */
export interface WrittenRow {
  row: string;
  fields: [key: string, written: string, text?: string][];
}

/** Finds the pieces in the text, each after the one before it. */
export function outlineOf(text: string, rows: WrittenRow[], list: string | null = null): Outline {
  const listStart = list === null ? 0 : find(text, list, 0);
  let at = listStart;
  const variables = rows.map(({ row, fields }): OutlineRow => {
    const start = find(text, row, at);
    at = start + row.length;
    let inside = start;
    const found = fields.map(([key, written, meaning = written]) => {
      const from = find(text, written, find(text, key, inside) + key.length);
      inside = from + written.length;
      return { key, text: meaning, start: from, end: inside };
    });
    return { start, end: at, fields: found };
  });
  return { list: list === null ? null : { start: listStart, end: listStart + list.length }, variables, is_whole: true };
}

function find(text: string, piece: string, from: number): number {
  const at = text.indexOf(piece, from);
  assert.notEqual(at, -1, `${JSON.stringify(piece)} is not in the text after ${from}`);
  return at;
}

/** The text after a change. */
export function changed(text: string, change: Change | undefined): string {
  assert.ok(change !== undefined, "there is no change");
  const { from, to, insert } = change;
  return text.slice(0, from) + insert + text.slice(to);
}
