// For editors and pages that do more than check: checks, plans and says where variables stand, in one file.
import * as shared from "./full-shared.js";
import type { WasmSource } from "./engine.js";

/** Starts the engine; may be called again. */
export function init(source: WasmSource = new URL("plan_glue_bg.wasm", import.meta.url)): Promise<void> {
  return shared.init(source);
}

export {
  EngineError, NotReadyError, applyFixes, check, compiled, explain, outline, plan, rules, version,
} from "./full-shared.js";
export { summarize, verifyAudit } from "./audit.js";
export type * from "./types.js";
