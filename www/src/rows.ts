// Changes to rows, as changes to the text. The text is the document; whatever a change to a row does not touch stays as
// it was written.

import type { Format, Outline, OutlineRow, TextRange } from "@cxvars/validator/full";
import { EMPTY_ROW, inBraces, inLines, inQuotes, type Key, literal, quoteKey } from "./row_text.ts";
import { afterLine, columnOf, indentOf, lineEndAt, lineStartAt } from "./text_lines.ts";

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

/** Writes a field of a row. */
export function setField(text: string, format: Format, row: OutlineRow, key: Key, value: string): Change {
  const field = row.fields.find((field) => field.key === key);
  if (format === "env") return setInEnv(text, row, key, value);
  const written = literal(format, key, value);
  if (field !== undefined) {
    // A block scalar of YAML includes the end of its last line.
    const end = text.slice(field.start, field.end).endsWith("\n") ? "\n" : "";
    return { from: field.start, to: field.end, insert: written + end };
  }
  const last = row.fields.at(-1);
  if (last === undefined) return { from: row.start, to: row.end, insert: inBraces(format, [[key, written]]) };
  const isBraced = text[row.start] === "{";
  const name = format === "yaml" && !isBraced ? key : quoteKey(format, key);
  if (isBraced) return { from: last.end, to: last.end, insert: `, ${name}: ${written}` };
  const endsLine = text.slice(last.start, last.end).endsWith("\n");
  const line = `${" ".repeat(columnOf(text, row.start))}${name}: ${written}`;
  return { from: last.end, to: last.end, insert: endsLine ? `${line}\n` : `\n${line}` };
}

/** Adds a row at the end of the list. A text without a list gets one. */
export function addRow(text: string, format: Format, outline: Outline): Change {
  const fields = Object.entries(EMPTY_ROW).map(([key, value]) => [key, literal(format, key as Key, value)] as const);
  const last = outline.variables.at(-1);
  if (format === "env") {
    const lineEnd = text === "" || text.endsWith("\n") ? "" : "\n";
    return { from: text.length, to: text.length, insert: `${lineEnd}NEW_VARIABLE=""\n` };
  }
  if (outline.list === null) {
    const row = inBraces(format, fields);
    return {
      from: 0,
      to: text.length,
      insert: format === "yaml" ? `variables:\n${inLines(fields, 2)}\n` : `{\n  "variables": [\n    ${row}\n  ]\n}\n`,
    };
  }
  const { start, end } = outline.list;
  const isFlow = text[start] === "[";
  if (last === undefined) {
    if (!isFlow) return { from: end, to: end, insert: `\n${inLines(fields, 2)}` };
    const indent = indentOf(text, start);
    return { from: start, to: end, insert: `[\n${indent}  ${inBraces(format, fields)}\n${indent}]` };
  }
  if (isFlow) return { from: last.end, to: last.end, insert: `,${gapBefore(text, last)}${inBraces(format, fields)}` };
  const at = lineEndAt(text, last.end);
  const dash = Math.max(0, text.lastIndexOf("-", last.start - 1) - lineStartAt(text, last.start));
  return {
    from: at,
    to: at,
    insert: `${text[at - 1] === "\n" ? "" : "\n"}${inLines(fields, dash)}${text[at - 1] === "\n" ? "\n" : ""}`,
  };
}

/** Removes a row, with what separates it from the others. */
export function removeRow(text: string, format: Format, outline: Outline, index: number): Change {
  const row = outline.variables[index]!;
  const next = outline.variables[index + 1];
  const before = outline.variables[index - 1];
  const isFlow = outline.list !== null && text[outline.list.start] === "[";
  if (format === "env" || !isFlow) {
    const from = lineStartAt(text, row.start);
    const to = next === undefined ? afterLine(text, row.end) : lineStartAt(text, next.start);
    return { from, to: Math.max(from, to), insert: "" };
  }
  if (next !== undefined) return { from: row.start, to: next.start, insert: "" };
  if (before !== undefined) return { from: before.end, to: row.end, insert: "" };
  return { from: outline.list!.start + 1, to: outline.list!.end - 1, insert: "" };
}

/** A line of a `.env` file has a name and a value; a comment after them has the other fields. */
function setInEnv(text: string, row: OutlineRow, key: Key, value: string): Change {
  const field = row.fields.find((field) => field.key === key);
  if (key === "name" && field !== undefined) return { from: field.start, to: field.end, insert: value };
  if (key === "value" && field !== undefined) return { from: field.start, to: field.end, insert: inQuotes(value) };
  const wanted = new Map<string, string>();
  for (const { key, text } of row.fields) {
    if (key === "type" || key === "scope" || key === "encrypted") wanted.set(key, text);
  }
  wanted.set(key, value);
  const words = [...wanted].flatMap(([key, value]) => {
    if (key === "encrypted") return value === "true" ? ["encrypted"] : [];
    return value === EMPTY_ROW[key as Key] ? [] : [`${key}=${value}`];
  });
  const end = row.fields.reduce((end, field) => (field.key === "value" ? field.end : end), row.start);
  const lineEnd = lineEndAt(text, end);
  return { from: end, to: lineEnd, insert: words.length > 0 ? ` # cxvars: ${words.join(" ")}` : "" };
}

/** The white space before an element: a line break with its indent, or a space. */
function gapBefore(text: string, { start }: TextRange): string {
  return /\s*$/.exec(text.slice(0, start))![0] || " ";
}
