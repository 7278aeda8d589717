// For Node: the engine is ready once the module is.
import { readFileSync } from "node:fs";
import { engine, Instance } from "./engine.js";
import { readPartsWith } from "./lazy.js";
import * as glue from "./node_glue.js";
import type { CheckOptions } from "./types.js";

const instance = new Instance(glue);
instance.startSync(readFileSync(new URL("node_glue_bg.wasm", import.meta.url)));
readPartsWith(readFileSync);

export const { check, explain, rules, version, applyFixes } = engine<CheckOptions>(instance);
export { summarize, verifyAudit } from "./audit.js";
export { EngineError, NotReadyError } from "./engine.js";
export { plan } from "./plan.js";
export type * from "./types.js";
