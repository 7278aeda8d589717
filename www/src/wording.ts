// Words that several views share.

import type { Fix, LeftOutFix } from "@cxvars/validator/full";

/** "1 error", "2 errors". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What a button says that applies a fix. An unsafe fix may change the meaning, so its button says so. */
export function fixName({ message, applicability }: Fix): string {
  return applicability === "safe" ? `Fix: ${message}` : `Change: ${message}`;
}

/** Why the first of these fixes was not applied, and how many others were not. Empty if there are none. */
export function whyLeftOut(leftOut: readonly LeftOutFix[]): string {
  const [first, ...others] = leftOut;
  if (first === undefined) return "";
  const { line, message, reason } = first;
  const more = others.length === 1 ? " 1 more fix was left out." : ` ${others.length} more fixes were left out.`;
  return `The fix "${message}" on line ${line} was left out, because ${reason}.${others.length > 0 ? more : ""}`;
}
