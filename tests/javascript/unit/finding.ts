// A finding for tests.

import type { Diagnostic } from "../../../wasm/npm/src/types.ts";

/** A finding of CX102 with some of its parts replaced. */
export function finding(parts: Partial<Diagnostic>): Diagnostic {
  const place = { line: 1, column: 1, offset: 0 };
  return {
    code: "CX102",
    name: "name-syntax",
    severity: "error",
    message: "the name begins with an underscore",
    help: "rename it",
    pointer: "/0/name",
    variable: "_a",
    range: { start: place, end: place },
    related: [],
    fixes: [],
    params: {},
    ...parts,
  };
}
