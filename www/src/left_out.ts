// Why fixes were not applied. The page and the extension say it in the same words.

/** A fix that was not applied. */
export interface LeftOut {
  /** From 1, in the fixed text. */
  line: number;
  message: string;
  reason: string;
}

/** Why the first of these fixes was not applied, and how many others were not. Empty if there are none. */
export function whyLeftOut(leftOut: readonly LeftOut[]): string {
  const [first, ...others] = leftOut;
  if (first === undefined) return "";
  const { line, message, reason } = first;
  const more = others.length === 1 ? " 1 more fix was left out." : ` ${others.length} more fixes were left out.`;
  return `The fix "${message}" on line ${line} was left out, because ${reason}.${others.length > 0 ? more : ""}`;
}
