// Entry point for editors and pages that do more than check: one file checks, fixes, plans and finds the variables.

import { editorFunctions } from "./editor_functions.js";
import type { EditorEngine } from "./functions.js";
import { load as loadPart, requirePart } from "./load.js";
import { editorFromDisk, startEditor } from "./part_files.js";
import type { Part, WasmSource } from "./types.js";

/**
 * Starts the engine; may be called again. In Node, and wherever the file is on disk, that is not needed.
 *
 * @param source a URL, a response, bytes or a compiled module, if the engine's file is not beside this one.
 */
export function init(source?: WasmSource): Promise<void> {
  return startEditor(source);
}

/** Loads a part. Only audit logs are not in this entry point's file. */
export async function load(part: Part, source?: WasmSource): Promise<void> {
  requirePart(part);
  await (part === "audit" ? loadPart(part, source) : init(source));
}

/** The compiled engine, which can be posted to another thread. */
export function compiled(): object {
  return editorFromDisk().module;
}

const functions: EditorEngine = editorFunctions(editorFromDisk);
export const { check, isForeign, fixAll, explain, rules, version, outline } = functions;
export const { convert, exportManifest, exportWire, mask } = functions;
export * from "./audit.js";
export * from "./errors.js";
export * from "./fixes.js";
export * from "./plan.js";
export type * from "./types.js";
