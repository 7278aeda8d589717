// Words that several views share.

import type { Fix } from "@cxvars/validator/full";

/** "1 error", "2 errors". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What a button says that applies a fix. An unsafe fix may change the meaning, so its button says so. */
export function fixName({ message, applicability }: Fix): string {
  return applicability === "safe" ? `Fix: ${message}` : `Change: ${message}`;
}
