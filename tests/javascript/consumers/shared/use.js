// What every consumer does with the package, and what it answers.

const JSON_DOCUMENT =
  '{"variables": [{"name": "a", "type": "string", "value": "x"},\n' +
  ' {"name": "a", "type": "string", "value": "é😀"}]}';
const YAML_DOCUMENT = "variables:\n  - name: _é\n    type: string\n    value: x\n";

export async function use({ check, explain, fixAll, load, plan, summarize, verifyAudit }) {
  const place = ({ diagnostics: [{ code, range }] }) => [
    code,
    range.start.line,
    range.start.column,
    range.start.offset,
  ];
  const json = place(check(JSON_DOCUMENT));
  await load("yaml");
  const yaml = place(check(YAML_DOCUMENT, { format: "yaml" }));
  return [
    json,
    yaml,
    (await plan("[]", '{"variables": []}')).changes_pending,
    (await verifyAudit("")).status,
    (await summarize("")).success_count,
    explain("CX103").length > 100,
    fixAll('[{"name": "a", "type": "integer", "value": 3}]').applied.length,
  ];
}
