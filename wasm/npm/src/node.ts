// Entry point for Node, Deno and Bun: the engine is read from disk when it is first used, all of it.

import { engine } from "./engine.js";
import type { Engine } from "./functions.js";
import { Instance } from "./instance.js";
import * as parts from "./load.js";
import * as glue from "./node_glue.js";
import { planIn } from "./planning.js";
import { standardSchemas } from "./standard_schema.js";
import type { CheckOptions, Part, PlanOptions, PlanReport, WasmSource } from "./types.js";
import { withParts } from "./with_parts.js";

const instance = new Instance(glue);
const file = (): URL => new URL("node_glue_bg.wasm", import.meta.url);

/** Starts the engine. Only needed if its file is not on disk beside this one. */
export function init(source?: WasmSource): Promise<void> {
  return instance.start(file, source);
}

/** Loads a part. Everything is there already, unless the source is named. */
export async function load(part: Part, source?: WasmSource): Promise<void> {
  parts.requirePart(part);
  if (source !== undefined) await parts.load(part, source);
}

const ready = () => instance.startFromDisk(file);

/** As `plan` of the other entry points. */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  return planIn(async () => ready(), manifest, remote, options);
}

const functions: Engine<CheckOptions> = engine(ready);
export const { check, isForeign, fixAll, explain, rules, version } = functions;

/** Makes a Standard Schema, for libraries such as react-hook-form and TanStack Form. */
export const standardSchema = /* @__PURE__ */ standardSchemas(/* @__PURE__ */ withParts({ init, load, check }));
export * from "./audit.js";
export * from "./errors.js";
export * from "./fixes.js";
export type { SchemaIssue, SchemaOptions, SchemaResult, StandardSchema } from "./standard_schema.js";
export type * from "./types.js";
