/** @jest-environment jsdom */
const { check } = require("@cxvars/validator");
const { attach } = require("@cxvars/validator/form");

test("a form is checked", async () => {
  const form = document.createElement("form");
  form.append(document.createElement("input"));
  document.body.append(form);
  const toDocument = () => '[{"name": "_a", "type": "string", "value": "x"}]';
  expect(check(toDocument()).diagnostics[0].code).toBe("CX102");
  const attached = attach(form, { toDocument });
  await attached.ready;
  expect(attached.refresh().report.diagnostics[0].code).toBe("CX102");
});
