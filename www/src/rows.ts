// Changes to rows, as changes to the text. The text is the document; whatever a change to a row does not touch stays as
// it was written.

import type { Format, OutlineRow, TextRange } from "@cxvars/validator/editor";
import { setInEnv } from "./env_rows.ts";
import { inBraces, type Key, literal, quoteKey } from "./row_text.ts";
import { columnOf, lineEndAt } from "./text_lines.ts";

/** A replacement of a part of the text. */
export interface Change {
  from: number;
  to: number;
  insert: string;
}

/** The value of a field; undefined if the row does not have it. */
export function fieldOf(row: OutlineRow, key: string): string | undefined {
  return row.fields.find((field) => field.key === key)?.text;
}

/** Writes a field of a row; undefined if the text says so already. */
export function setField(text: string, format: Format, row: OutlineRow, key: Key, value: string): Change | undefined {
  if (format === "env") return setInEnv(text, row, key, value);
  const field = row.fields.find((field) => field.key === key);
  const written = literal(format, key, value);
  if (field !== undefined) return replaced(text, field, written);
  const last = row.fields.at(-1);
  if (last === undefined) return { from: row.start, to: row.end, insert: inBraces(format, [[key, written]]) };
  const isBraced = text[row.start] === "{";
  const name = format === "yaml" && !isBraced ? key : quoteKey(format, key);
  if (isBraced) return { from: last.end, to: last.end, insert: `, ${name}: ${written}` };
  // A comment after the last field stays on its line.
  const at = lineEndAt(text, last.end);
  const line = `${" ".repeat(columnOf(text, row.start))}${name}: ${written}`;
  return { from: at, to: at, insert: text[at - 1] === "\n" ? `${line}\n` : `\n${line}` };
}

function replaced(text: string, { start, end }: TextRange, written: string): Change {
  // A key of YAML may have no value yet, and no blank after its colon.
  if (start === end) return { from: start, to: end, insert: text[start - 1] === ":" ? ` ${written}` : written };
  const before = text.slice(start, end);
  // A block scalar includes the comment on its first line, and the end of its last one.
  const comment = /^[|>][^\n#]*?([ \t]+#[^\n]*)/.exec(before)?.[1] ?? "";
  return { from: start, to: end, insert: `${written}${comment}${before.endsWith("\n") ? "\n" : ""}` };
}
