// Where the engine's files are: beside the modules. Bundlers find a file only if its name and `import.meta.url` are
// written in the same expression. Each is a function, because the expression throws where a bundler has removed the
// address of the module.

export const firstFile = (): URL => new URL("validator_glue_bg.wasm", import.meta.url);
export const editorFile = (): URL => new URL("plan_glue_bg.wasm", import.meta.url);
export const auditFile = (): URL => new URL("audit_glue_bg.wasm", import.meta.url);
export const contractsFile = (): URL => new URL("contracts_glue_bg.wasm", import.meta.url);
export const projectFile = (): URL => new URL("project_glue_bg.wasm", import.meta.url);
export const nodeFile = (): URL => new URL("node_glue_bg.wasm", import.meta.url);
