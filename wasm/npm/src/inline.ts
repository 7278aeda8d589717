// Entry point for bundlers that emit no files, and for pages without a server: the engine is in the code, as base64. It
// is started when it is first used. The parts are modules of their own, imported when they are first needed.

import { decoded } from "./compile.js";
import { engine } from "./engine.js";
import type { Engine } from "./functions.js";
import embedded from "./json_glue_bg.embedded.js";
import { load as loadFrom, requirePart } from "./load.js";
import { checking } from "./parts.js";
import { standardSchemas } from "./standard_schema.js";
import type { AuditFile, AuditOptions, CheckOptions, Input, Part, PlanOptions, WasmSource } from "./types.js";
import * as web from "./web.js";
import { withParts } from "./with_parts.js";

/** Starts the engine ahead of its first use. */
export function init(source: WasmSource = decoded(embedded)): Promise<void> {
  return web.init(source);
}

/** Loads a part. */
export async function load(part: Part, source?: WasmSource): Promise<void> {
  requirePart(part);
  await loadFrom(part, source ?? decoded(await (part === "audit" ? auditPart() : editorPart())));
}

const auditPart = async () => (await import("./audit_glue_bg.embedded.js")).default;
const editorPart = async () => (await import("./editor_glue_bg.embedded.js")).default;

/** As `plan` of the other entry points. */
export async function plan(manifest: string, remote: string, options?: PlanOptions): Promise<web.PlanReport> {
  await load("plan");
  return web.plan(manifest, remote, options);
}

/** As `verifyAudit` of the other entry points. */
export async function verifyAudit(log: Input | readonly AuditFile[], options?: AuditOptions): Promise<web.AuditReport> {
  await load("audit");
  return web.verifyAudit(log, options);
}

/** As `summarize` of the other entry points. */
export async function summarize(log: string): Promise<web.Summary> {
  await load("audit");
  return web.summarize(log);
}

const functions: Engine<CheckOptions> = engine(() => {
  const instance = checking();
  if (!instance.isStarted) instance.startSync(decoded(embedded));
  return instance;
});
export const { check, isForeign, fixAll, explain, rules, version } = functions;

/** Makes a Standard Schema, for libraries such as react-hook-form and TanStack Form. */
export const standardSchema = /* @__PURE__ */ standardSchemas(/* @__PURE__ */ withParts({ init, load, check }));
export * from "./errors.js";
export * from "./fixes.js";
export type { SchemaIssue, SchemaOptions, SchemaResult, StandardSchema } from "./standard_schema.js";
export type * from "./types.js";
