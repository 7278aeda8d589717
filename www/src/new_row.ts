// Adds a row to a text. A text without a list of variables gets one, and keeps everything else.

import type { Format, Outline, TextRange } from "@cxvars/validator/editor";
import { EMPTY_ROW, inBraces, inLines, type Key, literal, type WrittenField } from "./row_text.ts";
import type { Change } from "./rows.ts";
import { indentOf, lineEndAt, lineStartAt } from "./text_lines.ts";

/** Adds a row at the end of the list; undefined if there is no place for one. */
export function addRow(text: string, format: Format, outline: Outline): Change | undefined {
  if (format === "env") return append(text, 'NEW_VARIABLE=""\n');
  const fields = Object.entries(EMPTY_ROW).map(([key, value]) => [key, literal(format, key as Key, value)] as const);
  const row = inBraces(format, fields);
  if (outline.list === null) {
    if (isBlank(text, format)) return append(text, format === "yaml" ? yamlList(fields) : jsonList(row));
    if (format !== "yaml" || text.trimStart().startsWith("{")) return intoObject(text, row);
    return intoMapping(text, fields);
  }
  const last = outline.variables.at(-1);
  const { start, end } = outline.list;
  if (text[start] === "[") {
    if (last === undefined) return intoBrackets(text, format, { start, end }, row);
    return { from: last.end, to: last.end, insert: `,${gapBefore(text, last)}${row}` };
  }
  if (last === undefined) return undefined;
  const at = lineEndAt(text, last.end);
  const dash = Math.max(0, text.lastIndexOf("-", last.start - 1) - lineStartAt(text, last.start));
  const [before, after] = text[at - 1] === "\n" ? ["", "\n"] : ["\n", ""];
  return { from: at, to: at, insert: `${before}${inLines(fields, dash)}${after}` };
}

/** Whether a text has nothing in it but white space and comments. */
export function isBlank(text: string, format: Format): boolean {
  if (format === "json") return text.trim() === "";
  if (format === "jsonc") return text.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "").trim() === "";
  return text.split("\n").every((line) => /^\s*(#.*)?$/.test(line));
}

function jsonList(row: string): string {
  return `{\n  "variables": [\n    ${row}\n  ]\n}\n`;
}

function yamlList(fields: readonly WrittenField[]): string {
  return `variables:\n${inLines(fields, 2)}\n`;
}

/** Inserts at the end of a text, on a line of its own. White space alone is replaced. */
function append(text: string, insert: string): Change {
  const from = text.trim() === "" ? 0 : text.length;
  const lineEnd = from === 0 || text.endsWith("\n") ? "" : "\n";
  return { from, to: text.length, insert: lineEnd + insert };
}

/** Adds the first row between brackets that hold nothing but comments. */
function intoBrackets(text: string, format: Format, { start, end }: TextRange, row: string): Change | undefined {
  const inside = text.slice(start + 1, end - 1);
  if (!isBlank(inside, format)) return undefined;
  const indent = indentOf(text, start);
  return { from: start + 1 + inside.trimEnd().length, to: end - 1, insert: `\n${indent}  ${row}\n${indent}` };
}

const JSON_TOKENS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[{}[\]:,]|[^\s"{}[\]:,/]+/g;

/** Adds the key with the list at the end of an object in braces, unless it has the key. */
function intoObject(text: string, row: string): Change | undefined {
  const tokens = [...text.matchAll(JSON_TOKENS)].filter(([token]) => !token.startsWith("/"));
  const [first, close] = [tokens[0], tokens.at(-1)];
  if (first?.[0] !== "{" || close?.[0] !== "}") return undefined;
  if (keysOf(tokens.map(([token]) => token)).has('"variables"')) return undefined;
  const last = tokens.at(-2)!;
  const at = last.index + last[0].length;
  const isEmpty = tokens.length === 2;
  const indent = indentOf(text, tokens[1]!.index);
  const isOneLine = lineStartAt(text, first.index) === lineStartAt(text, close.index);
  if (isEmpty) return { from: at, to: close.index, insert: `\n  "variables": [\n    ${row}\n  ]\n` };
  const list = isOneLine ? ` "variables": [${row}]` : `\n${indent}"variables": [\n${indent}  ${row}\n${indent}]`;
  return { from: at, to: at, insert: `,${list}` };
}

/** The keys of the outermost object, as they are written. */
function keysOf(tokens: readonly string[]): Set<string> {
  let depth = 0;
  const keys = new Set<string>();
  tokens.forEach((token, at) => {
    if (/^[{[]$/.test(token)) depth += 1;
    else if (/^[}\]]$/.test(token)) depth -= 1;
    else if (depth === 1 && tokens[at + 1] === ":") keys.add(token);
  });
  return keys;
}

/** Adds the list to a mapping of YAML: below its key if that has no value, else as a new key at the end. */
function intoMapping(text: string, fields: readonly WrittenField[]): Change | undefined {
  const key = /^(?:variables|"variables"|'variables')[ \t]*:(.*)$/m.exec(text);
  if (key === null) return append(text, yamlList(fields));
  if (!/^\s*(#.*)?$/.test(key[1]!)) return undefined;
  const at = key.index + key[0].length;
  return { from: at, to: at, insert: `\n${inLines(fields, 2)}` };
}

/** The white space before an element: a line break with its indent, or a space. */
function gapBefore(text: string, { start }: TextRange): string {
  return /\s*$/.exec(text.slice(0, start))![0] || " ";
}
