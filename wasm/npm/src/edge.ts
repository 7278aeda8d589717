// Entry point for the edge runtime of Next.js and Vercel. It compiles nothing at run time, so it imports the engine's
// files as modules; everything is there at once.

import auditModule from "./audit_glue_bg.wasm?module";
import { edge } from "./edge_functions.js";
import editorModule from "./editor_glue_bg.wasm?module";
import { standardSchemas } from "./standard_schema.js";
import { withParts } from "./with_parts.js";

export const { check, explain, fixAll, init, isForeign, load, plan, rules, summarize, verifyAudit, version } = edge(
  editorModule,
  auditModule,
);

/** Makes a Standard Schema, for libraries such as react-hook-form and TanStack Form. */
export const standardSchema = /* @__PURE__ */ standardSchemas(/* @__PURE__ */ withParts({ init, load, check }));
export * from "./errors.js";
export * from "./fixes.js";
export type { SchemaIssue, SchemaOptions, SchemaResult, StandardSchema } from "./standard_schema.js";
export type * from "./types.js";
