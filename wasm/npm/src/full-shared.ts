// The functions of `full` without the address of the engine's file: for a second thread, which makes its instance of the
// module that the first has compiled.

import { engine, Instance, planIn, type WasmSource } from "./engine.js";
import * as glue from "./plan_glue.js";
import type { CheckOptions, Outline, PlanOptions, PlanReport } from "./types.js";

const instance = new Instance(glue);

/** Starts the engine; may be called again. */
export async function init(source: WasmSource): Promise<void> {
  if (!instance.isReady) await instance.start(source);
}

/** What the engine was made from; it can be posted to another thread. */
export function compiled(): WebAssembly.Module {
  return instance.module;
}

export const { check, explain, rules, version, applyFixes } = engine<CheckOptions>(instance);

/** As `plan` of the other entry points. */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  return planIn((run) => instance.call(run), manifest, remote, options);
}

/** Where the variables of a text stand; the values in it are the caller's own. */
export function outline(text: string, options?: CheckOptions): Outline {
  return instance.call((glue) => glue.outline(text, options) as Outline);
}

export { EngineError, NotReadyError } from "./engine.js";
export type * from "./types.js";
