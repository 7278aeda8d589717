// In place of `files.ts` in the CommonJS build: where the engine's files are.

import { pathToFileURL } from "node:url";

const beside = (name: string): URL => new URL(`../${name}`, pathToFileURL(__filename));

export const firstFile = (): URL => beside("validator_glue_bg.wasm");
export const editorFile = (): URL => beside("plan_glue_bg.wasm");
export const auditFile = (): URL => beside("audit_glue_bg.wasm");
export const contractsFile = (): URL => beside("contracts_glue_bg.wasm");
export const projectFile = (): URL => beside("project_glue_bg.wasm");
export const nodeFile = (): URL => beside("node_glue_bg.wasm");
