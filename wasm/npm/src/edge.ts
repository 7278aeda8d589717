// Entry point for the edge runtime of Next.js and Vercel. It compiles nothing at run time, so it imports the engine's
// files as modules; everything is there at once.

import auditModule from "./audit_glue_bg.wasm?module";
import { edge } from "./edge_functions.js";
import editorModule from "./editor_glue_bg.wasm?module";

export const { check, explain, fixAll, init, isForeign, load, plan, rules, summarize, verifyAudit, version } = edge(
  editorModule,
  auditModule,
);
export * from "./errors.js";
export * from "./fixes.js";
export type * from "./types.js";
