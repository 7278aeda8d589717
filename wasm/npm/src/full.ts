// Entry point for editors and pages that do more than check: one file checks, fixes, plans and finds the variables.

import * as shared from "./full-shared.js";
import type { WasmSource } from "./instance.js";

/** Starts the engine; may be called again. */
export function init(source: WasmSource = new URL("plan_glue_bg.wasm", import.meta.url)): Promise<void> {
  return shared.init(source);
}

export * from "./audit.js";
export * from "./full-shared.js";
