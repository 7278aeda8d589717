const contracts = require("@cxvars/validator/contracts");
const editor = require("@cxvars/validator/editor");
const { openProject } = require("@cxvars/validator/project");
const validator = require("@cxvars/validator");
const { use } = require("./use.cjs");

async function main() {
const answer = await use(validator);
const object = '[{"name": "t", "type": "object", "value": "{}"}]';
const [found] = contracts.check(object, { contracts: { t: '{"required": ["a"]}' } }).diagnostics;
const files = new Map([["a.json", async () => new TextEncoder().encode('{"variables": []}')]]);
const reports = await (await openProject(files, ["a.json"])).validate();
answer.push(found.code, editor.outline(object).variables.length, reports.length);
console.log(JSON.stringify(answer));
}
main();
