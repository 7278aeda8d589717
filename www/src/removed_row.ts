// Removes a row from a text, with what separates it from the others. Comments about other rows stay.

import type { Format, Outline } from "@cxvars/validator/editor";
import type { Change } from "./rows.ts";
import { afterLine, lineStartAt } from "./text_lines.ts";

/** Removes the row at an index. */
export function removeRow(text: string, format: Format, outline: Outline, index: number): Change {
  const row = outline.variables[index]!;
  const isFlow = outline.list !== null && text[outline.list.start] === "[";
  if (format === "env" || !isFlow) {
    return { from: lineStartAt(text, row.start), to: afterLine(text, row.end), insert: "" };
  }
  const comma = commaAfter(text, row.end, format);
  if (comma !== undefined) {
    // A comment after the comma is about this row.
    const rest = /^[ \t]*(?:(?:\/\/|#).*)?(?:\n|$)/.exec(text.slice(comma + 1))?.[0];
    const start = lineStartAt(text, row.start);
    const hasLines = rest !== undefined && text.slice(start, row.start).trim() === "";
    if (hasLines) return { from: start, to: comma + 1 + rest.length, insert: "" };
    const blanks = /^\s*/.exec(text.slice(comma + 1))![0].length;
    return { from: row.start, to: comma + 1 + blanks, insert: "" };
  }
  const before = outline.variables[index - 1];
  const previous = before && commaAfter(text, before.end, format);
  if (previous === undefined) {
    const { start, end } = outline.list!;
    const isAlone = text.slice(start + 1, row.start).trim() === "" && text.slice(row.end, end - 1).trim() === "";
    return isAlone ? { from: start + 1, to: end - 1, insert: "" } : { from: row.start, to: row.end, insert: "" };
  }
  // What is between the comma and the row may be comments about the row before.
  const between = text.slice(previous + 1, row.start).trimEnd();
  return { from: previous, to: row.end, insert: between };
}

/** The place of the comma after an element; undefined if the element is the last one. */
function commaAfter(text: string, end: number, format: Format): number | undefined {
  const comment = format === "yaml" ? /^(?:\s|#[^\n]*)*/ : /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/;
  const at = end + comment.exec(text.slice(end))![0].length;
  return text[at] === "," ? at : undefined;
}
