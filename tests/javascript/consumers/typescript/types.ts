// What a user of the package writes, for the compiler to look at. It is compiled and never run.

import type { AppliedFix, CheckOptions, Diagnostic, FileReport, Fix, LeftOutFix } from "@cxvars/validator";
import { applyFixes, check, explain, fixAll, plan, rules, summarize, verifyAudit, version } from "@cxvars/validator";
import * as contracts from "@cxvars/validator/contracts";
import * as editor from "@cxvars/validator/editor";
import * as thread from "@cxvars/validator/editor/thread";
import { attach, CxvarsField, type FormState, type FormTexts, standardSchema } from "@cxvars/validator/form";
import { init } from "@cxvars/validator/web";

const options: CheckOptions = {
  format: "yaml",
  parent_scope: "global",
  severity: { CX501: "warning", CX206: "off" },
  ignore: [{ code: "CX502", variable: "a", reason: "known", expires: "2027-01-31" }],
};
const report: FileReport = check("variables: []", options);
const bytes: FileReport = check(new Uint8Array([0x5b, 0x5d]));
const first: Diagnostic | undefined = report.diagnostics[0];
const fixes: Fix[] = first?.fixes.filter((fix) => fix.applicability === "safe") ?? [];
const text: string = applyFixes("", fixes);
const fixed: string = fixAll(text, { format: "yaml", unsafe: true }).text;
const fixedBytes: string | null = fixAll(new Uint8Array()).text;
const applied: AppliedFix[] = editor.fixAll(text).applied;
const leftOut: LeftOutFix[] = editor.fixAll(text).left_out;
const documentation: string | null = explain("CX103");
const severity: "error" | "warning" | undefined = rules()[0]?.severity;
const lengths: number = version().length + (bytes.not_shown ?? 0);

const planned = await plan(text, "{}", { prune: ["old"], encrypted_roundtrip: "echo" });
const names: string[] = planned.changes.carried_over;
const status: "broken" | "intact" | "anchored" = (await verifyAudit("", { checkpoint: "", publicKey: "" })).status;
const rate: number | null = (await summarize("")).targets.sandbox?.encryption_success_rate ?? null;

contracts.check("[]", { contracts: { timeouts: "{}" } });
contracts.fixAll("[]", { contracts: { timeouts: "{}" }, unsafe: false });
editor.check("[]");
await thread.init(editor.compiled());
const rows: number = thread.outline("[]", options).variables.length;
await init(new URL("https://example.com/json_glue_bg.wasm"));
const attached = attach(document.forms[0]!, {
  toDocument: (form) => new FormData(form).get("text") as string,
  locate: (diagnostic, form) => form.elements.namedItem(diagnostic.pointer),
  onUnavailable: "block",
  format: "yaml",
});
const held: boolean = (attached.refresh() satisfies FormState).status === "failed";
attached.detach();
const texts: Partial<FormTexts> = { starting: "…", counts: (errors, warnings) => `${errors}/${warnings}` };
attach(document.forms[0]!, {
  toDocument: async () => "[]",
  contracts: { timeouts: "{}" },
  messages: ({ code }) => (code === "CX102" ? "no underscore" : undefined),
  texts,
});
const schema = standardSchema<{ rows: string[] }>({
  toDocument: ({ rows }) => JSON.stringify(rows),
  failLevel: "warning",
});
const result = await schema["~standard"].validate({ rows: [] });
const where: PropertyKey | undefined = result.issues?.[0]?.path[0];
const field: CxvarsField | null = document.querySelector<CxvarsField>("cxvars-field");
const isField: boolean = field instanceof CxvarsField;

// @ts-expect-error: there is no such format
check("", { format: "toml" });
// @ts-expect-error: a misspelt option
check("", { max_variable: 3 });
// @ts-expect-error: contracts need the other build
check("", { contracts: {} });
// @ts-expect-error: unsafe fixes are no matter of a check
check("", { unsafe: true });
// @ts-expect-error: neither a text nor bytes
check(3);

export {
  applied,
  documentation,
  fixed,
  fixedBytes,
  held,
  isField,
  leftOut,
  lengths,
  names,
  rate,
  rows,
  severity,
  status,
  where,
};
