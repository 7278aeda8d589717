import * as validator from "@cxvars/validator";
import * as contracts from "@cxvars/validator/contracts";
import contractsModule from "@cxvars/validator/project_glue_bg.wasm";
import { use } from "./use.js";

export default {
  async fetch() {
    const answer = await use(validator);
    const failed = await contracts.init(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])).catch(({ name }) => name);
    await contracts.init(contractsModule);
    const options = { contracts: { t: '{"required": ["a"]}' } };
    const [found] = contracts.check('[{"name": "t", "type": "object", "value": "{}"}]', options).diagnostics;
    return Response.json([...answer, failed, found.code]);
  },
};
