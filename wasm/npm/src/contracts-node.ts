// For Node: the larger build, ready once the module is.
import { readFileSync } from "node:fs";
import * as glue from "./contracts_glue.js";
import { engine, Instance } from "./engine.js";
import type { ContractOptions } from "./types.js";

const instance = new Instance(glue);
instance.startSync(readFileSync(new URL("contracts_glue_bg.wasm", import.meta.url)));

export const { check, explain, rules, version, applyFixes } = engine<ContractOptions>(instance);
export { EngineError, NotReadyError } from "./engine.js";
export type * from "./types.js";
