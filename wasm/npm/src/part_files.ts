// Where the files of the parts are: beside the modules.

import type { Instance } from "./instance.js";
import { audit, editor } from "./parts.js";
import type { WasmSource } from "./types.js";

// Bundlers find a file only if its name and `import.meta.url` are written in one expression. The expression throws
// where a bundler has removed the address of the module.
const editorFile = (): URL => new URL("editor_glue_bg.wasm", import.meta.url);
const auditFile = (): URL => new URL("audit_glue_bg.wasm", import.meta.url);

export function startEditor(source?: WasmSource): Promise<void> {
  return editor.start(editorFile, source);
}

export function startAudit(source?: WasmSource): Promise<void> {
  return audit.start(auditFile, source);
}

/** The larger instance, which starts at once if its file is on disk. */
export function editorFromDisk(): Instance<typeof import("./editor_glue.js")> {
  return editor.startFromDisk(editorFile);
}
