// Every entry point without a form, for a compiler that knows no browser.

import * as validator from "@cxvars/validator";
import * as contracts from "@cxvars/validator/contracts";
import * as editor from "@cxvars/validator/editor";
import * as thread from "@cxvars/validator/editor/thread";
import * as inline from "@cxvars/validator/inline";
import { openProject, type ProjectFiles } from "@cxvars/validator/project";
import * as web from "@cxvars/validator/web";

for (const { check, init, load, plan, verifyAudit } of [validator, web, inline, editor]) {
  await init();
  await init("/files/engine.wasm");
  await load("yaml", new Uint8Array());
  const codes: string[] = check("[]", { format: "yaml" }).diagnostics.map((finding) => finding.code);
  const pending: boolean = (await plan("[]", "{}")).changes_pending;
  const { records } = await verifyAudit(codes.join());
  if (pending) records.toFixed();
}
await contracts.init();
contracts.check("[]", { contracts: { a: "{}" } });
await thread.init(editor.compiled());
for (const { standardSchema } of [validator, web, inline]) {
  const { issues } = await standardSchema()["~standard"].validate({ variables: [] });
  if (issues !== undefined) issues.map(({ message }) => message.length);
}
const files: ProjectFiles = new Map([["a.json", async () => new Uint8Array()]]);
const reports: validator.FileReport[] = await (await openProject(files, ["a.json"], "2027-01-31")).validate();
const part: validator.Part | null = new validator.NotReadyError("").part;

// @ts-expect-error: there is no such part
await validator.load("toml");
// @ts-expect-error: a number is nothing to start from
await validator.init(3);

export { part, reports };
