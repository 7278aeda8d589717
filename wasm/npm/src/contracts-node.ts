// Entry point of the larger build for Node: the engine has started once this module is imported.

import { readFileSync } from "node:fs";
import * as glue from "./contracts_glue.js";
import { engine } from "./engine.js";
import { Instance } from "./instance.js";
import type { ContractOptions } from "./types.js";

const instance = new Instance(glue);
instance.startSync(readFileSync(new URL("contracts_glue_bg.wasm", import.meta.url)));

export const { check, isForeign, fixAll, explain, rules, version } = engine<ContractOptions>(instance);
export * from "./errors.js";
export * from "./fixes.js";
export type * from "./types.js";
