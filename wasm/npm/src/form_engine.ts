// How forms reach the engine. No other module of the forms imports it.

import { NotReadyError } from "./errors.js";
import type { FormEngine } from "./form_state.js";
import * as web from "./web.js";
import { withParts } from "./with_parts.js";

type Contracts = typeof import("./contracts.js");

let contracts: Contracts | undefined;

const plain = withParts(web);

/** The engine in a browser. Contracts are a build of their own, which is loaded by the first form that has some. */
export const engine: FormEngine = {
  async start(options) {
    if (options.contracts === undefined) return plain.start(options);
    const module = await import("./contracts.js");
    await module.init();
    contracts = module;
  },
  check(text, options) {
    const { contracts: schemas, ...others } = options;
    if (schemas === undefined) return plain.check(text, others);
    if (contracts === undefined) throw new NotReadyError("contracts are not loaded");
    return contracts.check(text, options);
  },
};
