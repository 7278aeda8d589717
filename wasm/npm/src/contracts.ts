// Entry point of the larger build, which also checks values of type object against JSON Schemas. Import it lazily, and
// `await init()` first; in Node, and wherever the file is on disk, that is not needed.

import { engine } from "./engine.js";
import type { Engine } from "./functions.js";
import { projectsFromDisk, startProjects } from "./project_part.js";
import type { ContractOptions, WasmSource } from "./types.js";

/**
 * Starts the engine; may be called again.
 *
 * @param source a URL, a response, bytes or a compiled module, if the engine's file is not beside this one.
 */
export function init(source?: WasmSource): Promise<void> {
  return startProjects(source);
}

const functions: Engine<ContractOptions> = engine(projectsFromDisk);
export const { check, isForeign, fixAll, explain, rules, version } = functions;
export * from "./errors.js";
export * from "./fixes.js";
export type * from "./types.js";
