// The functions of the entry points for runtimes that compile no WebAssembly.

import * as auditLogs from "./audit.js";
import { engine } from "./engine.js";
import type { EdgeEngine } from "./functions.js";
import { requirePart } from "./load.js";
import { audit, editor } from "./parts.js";
import { plan } from "./plan.js";

/** Binds the functions to the compiled modules. */
export function edge(editorModule: WebAssembly.Module, auditModule: WebAssembly.Module): EdgeEngine {
  const ready = () => {
    editor.startSync(editorModule);
    return editor;
  };
  return {
    ...engine(ready),
    async init() {
      ready();
    },
    async load(part) {
      requirePart(part);
    },
    async plan(manifest, remote, options) {
      ready();
      return plan(manifest, remote, options);
    },
    async verifyAudit(log, options) {
      audit.startSync(auditModule);
      return auditLogs.verifyAudit(log, options);
    },
    async summarize(log) {
      audit.startSync(auditModule);
      return auditLogs.summarize(log);
    },
  };
}
