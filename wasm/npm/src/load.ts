// Loads the parts of the engine.

import { startAudit, startEditor } from "./part_files.js";
import { checkInEditor } from "./parts.js";
import type { Part, WasmSource } from "./types.js";

const PARTS: readonly Part[] = ["yaml", "env", "fixes", "docs", "config", "patterns", "foreign", "plan", "audit"];

/** Refuses what is not the name of a part. */
export function requirePart(part: Part): void {
  if (!PARTS.includes(part)) throw new TypeError(`load: there is no such part; the parts are ${PARTS.join(", ")}`);
}

/**
 * Loads a part, unless it is there. If that fails, the next call tries again.
 *
 * @param source what to load it from, if its file is not beside this one.
 */
export async function load(part: Part, source?: WasmSource): Promise<void> {
  requirePart(part);
  if (part === "audit") return startAudit(source);
  await startEditor(source);
  checkInEditor();
}
