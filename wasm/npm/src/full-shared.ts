// Entry point of `full` for a second thread, which starts from the module that the first thread has compiled. It does
// not name the engine's file, so a bundler does not add the file a second time.

import { engine } from "./engine.js";
import { Instance, type WasmSource } from "./instance.js";
import * as glue from "./plan_glue.js";
import { planIn } from "./planning.js";
import type { CheckOptions, Outline, PlanOptions, PlanReport } from "./types.js";

const instance = new Instance(glue);

/** Starts the engine; may be called again. */
export function init(source: WasmSource): Promise<void> {
  return instance.start(source);
}

/** The compiled engine, which can be posted to another thread. */
export function compiled(): WebAssembly.Module {
  return instance.module;
}

/** As `plan` of the other entry points. */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  return planIn((run) => instance.call(run), manifest, remote, options);
}

/** Where the variables of a text are. The values in the answer are the caller's own. */
export function outline(text: string, options?: CheckOptions): Outline {
  return instance.call((glue) => glue.outline(text, options) as Outline);
}

export const { check, isForeign, fixAll, explain, rules, version } = engine<CheckOptions>(instance);
export * from "./errors.js";
export * from "./fixes.js";
export type * from "./types.js";
