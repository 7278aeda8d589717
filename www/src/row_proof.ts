// Whether a change to a row did what was wanted and nothing else, as the engine reads the text before and after it. An
// edit of a text can go wrong where the text is written in an unusual way; then it is not made.

import type { Outline, OutlineRow } from "@cxvars/validator/editor";
import { EMPTY_ROW, type Key } from "./row_text.ts";

type Proof = (before: Outline, after: Outline) => boolean;

/** The row at an index has the value, and everything else is as before. */
export function isSet(index: number, key: Key, value: string): Proof {
  return (before, after) => {
    const [row, changed] = [before.variables[index], after.variables[index]];
    if (row === undefined || changed === undefined || !isAsWhole(before, after)) return false;
    const [fields, others] = [textsOf(row), textsOf(changed)];
    const unset = key === "name" || key === "value" ? undefined : EMPTY_ROW[key];
    if ((others.get(key) ?? unset) !== value) return false;
    for (const map of [fields, others]) map.delete(key);
    return isSame(fields, others) && areSame(without(before, index), without(after, index));
  };
}

/** There is one more row at the end. */
export const isAdded: Proof = (before, after) => {
  const count = before.variables.length;
  return after.is_whole && after.variables.length === count + 1 && areSame(before.variables, without(after, count));
};

/** The row at an index is gone. */
export function isRemoved(index: number): Proof {
  return (before, after) => isAsWhole(before, after) && areSame(without(before, index), after.variables);
}

function isAsWhole(before: Outline, after: Outline): boolean {
  return after.is_whole || !before.is_whole;
}

function without({ variables }: Outline, index: number): OutlineRow[] {
  return variables.filter((_, at) => at !== index);
}

function areSame(some: readonly OutlineRow[], others: readonly OutlineRow[]): boolean {
  return some.length === others.length && some.every((row, at) => isSame(textsOf(row), textsOf(others[at]!)));
}

function textsOf({ fields }: OutlineRow): Map<string, string> {
  return new Map(fields.map(({ key, text }) => [key, text]));
}

function isSame(some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): boolean {
  return some.size === others.size && [...some].every(([key, text]) => others.get(key) === text);
}
