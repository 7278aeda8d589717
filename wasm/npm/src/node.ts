// Entry point for Node: the engine has started once this module is imported.

import { readFileSync } from "node:fs";
import { engine } from "./engine.js";
import { Instance } from "./instance.js";
import { readPartsWith } from "./lazy.js";
import * as glue from "./node_glue.js";
import type { CheckOptions } from "./types.js";

const instance = new Instance(glue);
instance.startSync(readFileSync(new URL("node_glue_bg.wasm", import.meta.url)));
readPartsWith(readFileSync);

export const { check, isForeign, fixAll, explain, rules, version } = engine<CheckOptions>(instance);
export * from "./shared_exports.js";
