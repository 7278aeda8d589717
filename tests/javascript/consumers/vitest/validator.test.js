import * as validator from "@cxvars/validator";
import { attach } from "@cxvars/validator/form";
import { expect, test } from "vitest";
import { use } from "./use.js";

test("the package works", async () => {
  expect(JSON.stringify(await use(validator))).toBe(process.env.EXPECTED);
});

test("a form is checked", async () => {
  const form = document.createElement("form");
  form.append(document.createElement("input"));
  document.body.append(form);
  const attached = attach(form, { toDocument: () => '[{"name": "_a", "type": "string", "value": "x"}]' });
  await attached.ready;
  expect(attached.refresh().report.diagnostics[0].code).toBe("CX102");
});
