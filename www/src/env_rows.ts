// Sets the fields of a variable in a `.env` file. A line has a name and a value; the other fields are words of notes,
// which are comments that begin with `cxvars:`, after the value or on lines above it. Other comments stay as they are.

import type { OutlineRow, TextRange } from "@cxvars/validator/editor";
import { EMPTY_ROW, inQuotes, type Key } from "./row_text.ts";
import type { Change } from "./rows.ts";
import { afterLine, lineEndAt, lineStartAt } from "./text_lines.ts";

/** A note: its comment, with the blanks before it or its line break, and its words. */
interface Note extends TextRange {
  isAbove: boolean;
  words: (TextRange & { text: string })[];
}

const NOTE = /^[ \t]*#[# \t]*cxvars:(?!\s*ignore\[)\s*/;
const IGNORE = /^[ \t]*#[# \t]*cxvars:\s*ignore\[/;

/** Sets a field; undefined if the text says so already. */
export function setInEnv(text: string, row: OutlineRow, key: Key, value: string): Change | undefined {
  const [name, written] = ["name", "value"].map((key) => row.fields.find((field) => field.key === key));
  if (name === undefined || written === undefined) return undefined;
  if (key === "name") return { from: name.start, to: name.end, insert: value };
  if (key === "value") return { from: written.start, to: written.end, insert: inQuotes(value) };
  const notes = [...notesAbove(text, row.start, name.start), ...noteAfter(text, written.end)];
  const wanted = wordFor(key, value);
  for (const note of notes) {
    const at = note.words.findIndex(({ text }) => text === key || text.startsWith(`${key}=`));
    if (at >= 0) return wanted === undefined ? without(note, at) : { ...from(note.words[at]!), insert: wanted };
  }
  return wanted === undefined ? undefined : added(text, notes, wanted, name.start, written.end);
}

/** The word that sets a field; undefined if that is the default. */
function wordFor(key: Exclude<Key, "name" | "value">, value: string): string | undefined {
  if (value === EMPTY_ROW[key]) return undefined;
  return key === "encrypted" ? key : `${key}=${value}`;
}

function from({ start, end }: TextRange): { from: number; to: number } {
  return { from: start, to: end };
}

function without(note: Note, at: number): Change {
  const [word, next, before] = [note.words[at]!, note.words[at + 1], note.words[at - 1]];
  if (next !== undefined) return { from: word.start, to: next.start, insert: "" };
  if (before !== undefined) return { from: before.end, to: word.end, insert: "" };
  return { ...from(note), insert: "" };
}

function added(text: string, notes: Note[], word: string, name: number, value: number): Change {
  const end = lineEndAt(text, value);
  const hasComment = text.slice(value, end).trim() !== "";
  const note = [...notes].reverse().find(({ isAbove }) => !isAbove || hasComment);
  const last = note?.words.at(-1);
  if (last !== undefined) return { from: last.end, to: last.end, insert: ` ${word}` };
  if (!hasComment) return { from: value, to: end, insert: ` # cxvars: ${word}` };
  // An ignore comment stays next to what it is about.
  let at = lineStartAt(text, name);
  while (at > 0 && IGNORE.test(text.slice(lineStartAt(text, at - 1), at))) at = lineStartAt(text, at - 1);
  return { from: at, to: at, insert: `# cxvars: ${word}\n` };
}

function notesAbove(text: string, first: number, name: number): Note[] {
  const notes: Note[] = [];
  const end = lineStartAt(text, name);
  for (let at = lineStartAt(text, first); at < end; at = afterLine(text, at + 1)) {
    notes.push(...noteIn(text, { start: at, end: afterLine(text, at + 1) }, true));
  }
  return notes;
}

function noteAfter(text: string, value: number): Note[] {
  return noteIn(text, { start: value, end: lineEndAt(text, value) }, false);
}

function noteIn(text: string, { start, end }: TextRange, isAbove: boolean): Note[] {
  const comment = text.slice(start, end);
  const beginning = NOTE.exec(comment)?.[0].length;
  if (beginning === undefined) return [];
  const words = [...comment.slice(beginning).matchAll(/[^\s,]+/g)].map((word) => {
    const at = start + beginning + word.index;
    return { text: word[0], start: at, end: at + word[0].length };
  });
  return [{ start, end, isAbove, words }];
}
