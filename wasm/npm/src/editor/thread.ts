// Entry point of `editor` for a second thread, which starts from the module that the first thread has compiled. It does
// not name the engine's file, so a bundler does not add the file a second time.

import { editorFunctions } from "../editor_functions.js";
import type { EditorEngine } from "../functions.js";
import { editor } from "../parts.js";
import { planIn } from "../planning.js";
import type { PlanOptions, PlanReport, WasmSource } from "../types.js";

/** Starts the engine; may be called again. */
export async function init(source: WasmSource): Promise<void> {
  await editor.start(noFile, source);
}

function noFile(): never {
  throw new Error("init() needs the compiled module of the other thread");
}

/** The compiled engine, which can be posted to another thread. */
export function compiled(): object {
  return editor.module;
}

/** As `plan` of the other entry points. */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  return planIn(async () => editor, manifest, remote, options);
}

const functions: EditorEngine = editorFunctions(() => editor);
export const { check, isForeign, fixAll, explain, rules, version, outline } = functions;
export const { convert, exportManifest, exportWire, mask } = functions;
export * from "../errors.js";
export * from "../fixes.js";
export type * from "../types.js";
