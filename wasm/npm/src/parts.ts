// The parts of the engine that pages load: the first file, a larger one that can do everything for documents, and one
// for audit logs. What a page does not use stays out of its bundle.

import * as auditGlue from "./audit_glue.js";
import * as editorGlue from "./editor_glue.js";
import type { CheckGlue } from "./engine.js";
import { Instance } from "./instance.js";
import * as firstGlue from "./json_glue.js";

export const first: Instance<CheckGlue> = /* @__PURE__ */ new Instance(firstGlue);
export const editor = /* @__PURE__ */ new Instance(editorGlue);
export const audit = /* @__PURE__ */ new Instance(auditGlue);

let serving: Instance<CheckGlue> = first;

/** The instance that checks: the larger one, once it has been loaded. */
export function checking(): Instance<CheckGlue> {
  return serving;
}

/** Lets the larger instance check from now on. */
export function checkInEditor(): void {
  serving = editor;
}
