// Where lines begin and end in a text.

/** How far a place is from the start of its line. */
export function columnOf(text: string, at: number): number {
  return at - lineStartAt(text, at);
}

/** The spaces and tabs at the start of the line. */
export function indentOf(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(lineStartAt(text, at)))![0];
}

/** The start of the line that the place is on. */
export function lineStartAt(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** The end of the line that the character before `at` is on. */
export function lineEndAt(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

/** The start of the line after the one that the character before `at` is on. */
export function afterLine(text: string, at: number): number {
  const end = lineEndAt(text, at);
  return text[end] === "\n" && text[end - 1] !== "\n" ? end + 1 : end;
}
