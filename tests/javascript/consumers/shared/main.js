// A page: the answer is its title.

import { check, explain, fixAll, init, load, plan, summarize, verifyAudit } from "@cxvars/validator";
import { use } from "./use.js";

async function main() {
  await init();
  return use({ check, explain, fixAll, load, plan, summarize, verifyAudit });
}

main().then(
  (answer) => {
    document.title = JSON.stringify(answer);
  },
  (error) => {
    document.title = JSON.stringify([error.name, error.message]);
  },
);
