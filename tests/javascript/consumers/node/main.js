import * as validator from "@cxvars/validator";
import * as contracts from "@cxvars/validator/contracts";
import * as editor from "@cxvars/validator/editor";
import { openProject } from "@cxvars/validator/project";
import { use } from "./use.js";

const answer = await use(validator);
const object = '[{"name": "t", "type": "object", "value": "{}"}]';
const [found] = contracts.check(object, { contracts: { t: '{"required": ["a"]}' } }).diagnostics;
const files = new Map([["a.json", async () => new TextEncoder().encode('{"variables": []}')]]);
const reports = await (await openProject(files, ["a.json"])).validate();
answer.push(found.code, editor.outline(object).variables.length, reports.length);
console.log(JSON.stringify(answer));
