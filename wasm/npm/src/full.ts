// For editors and pages that do more than check: checks, plans and says where variables stand, in one file.

import type { WasmSource } from "./engine.js";
import * as shared from "./full-shared.js";

/** Starts the engine; may be called again. */
export function init(source: WasmSource = new URL("plan_glue_bg.wasm", import.meta.url)): Promise<void> {
  return shared.init(source);
}

export { summarize, verifyAudit } from "./audit.js";
export {
  applyFixes,
  check,
  compiled,
  EngineError,
  explain,
  NotReadyError,
  outline,
  plan,
  rules,
  version,
} from "./full-shared.js";
export type * from "./types.js";
