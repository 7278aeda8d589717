// Which lines of a text a change replaces.

import { structuredPatch } from "diff";

/** Lines of a change that belong together, with some lines around them. */
export interface DiffPart {
  /** The number of the first line, from 1, before the change and after it. */
  before: number;
  after: number;
  lines: DiffLine[];
}

/** A line of a change: `+` is new, `-` is gone, and a space marks a line that stays. */
export interface DiffLine {
  sign: "+" | "-" | " ";
  text: string;
}

/** How many lines are shown before and after each change. */
const CONTEXT_LINES = 2;

/** The changes that turn one text into the other, from the first to the last. */
export function diffOf(before: string, after: string): DiffPart[] {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: CONTEXT_LINES });
  return hunks.map(({ oldStart, newStart, lines }) => ({
    before: oldStart,
    after: newStart,
    // A line that begins with a backslash says that the file does not end with a line break.
    lines: lines.filter((line) => !line.startsWith("\\")).map(diffLine),
  }));
}

function diffLine(line: string): DiffLine {
  const sign = line.startsWith("+") ? "+" : line.startsWith("-") ? "-" : " ";
  return { sign, text: line.slice(1) };
}
