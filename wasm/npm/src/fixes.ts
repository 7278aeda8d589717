// Applies fixes that the caller has chosen.

import type { Edit, Fix } from "./types.js";

/**
 * Applies fixes to the text that they were found in: all of them or none. Nothing is checked afterwards; `fixAll` does
 * that.
 *
 * @throws RangeError if two of them touch the same place, or one lies outside of the text.
 */
export function applyFixes(text: string, fixes: readonly Fix[]): string {
  if (typeof text !== "string") throw new TypeError("applyFixes: the text must be a string");
  if (!Array.isArray(fixes)) throw new TypeError("applyFixes: the fixes must be an array");
  const edits: Edit[] = fixes.flatMap((fix: Fix) => fix.edits).sort((a, b) => a.start - b.start || a.end - b.end);
  let result = "";
  let at = 0;
  let lastStart = -1;
  for (const { start, end, text: replacement } of edits) {
    if (!(start >= at && start > lastStart)) throw new RangeError("applyFixes: two fixes change the same place");
    if (!(end >= start && end <= text.length)) throw new RangeError("applyFixes: a fix is for another text");
    result += text.slice(at, start) + replacement;
    [at, lastStart] = [end, start];
  }
  return result + text.slice(at);
}
