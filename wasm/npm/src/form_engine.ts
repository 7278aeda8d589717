// How forms reach the engine. No other module of the forms imports it.

import { NotReadyError } from "./errors.js";
import type { FormEngine } from "./form_state.js";
import type { ContractOptions, FileReport } from "./types.js";
import * as plain from "./web.js";

type Contracts = typeof import("./contracts.js");

let contracts: Contracts | undefined;
/** What is being loaded, with contracts and without, so that it is loaded once. */
const loading = new Map<boolean, Promise<void>>();

function start(options: ContractOptions): Promise<void> {
  const hasContracts = options.contracts !== undefined;
  const pending = loading.get(hasContracts);
  // What is being loaded may be for other options.
  if (pending !== undefined) return pending.then(() => start(options));
  const started = hasContracts ? loadContracts() : loadParts(options);
  loading.set(hasContracts, started);
  // What failed is loaded again by the next call.
  const forget = () => loading.delete(hasContracts);
  started.then(forget, forget);
  return started;
}

async function loadContracts(): Promise<void> {
  const module = await import("./contracts.js");
  await module.init();
  contracts = module;
}

/** Loads what a check of a text with these options says that it needs. */
async function loadParts(options: ContractOptions): Promise<void> {
  await plain.init();
  let last: unknown;
  for (;;) {
    try {
      check("", options);
      return;
    } catch (error) {
      // Wrong options are for the check to say.
      if (!(error instanceof NotReadyError)) return;
      if (error.part === null || error.part === last) throw error;
      await plain.load(error.part);
      last = error.part;
    }
  }
}

function check(text: string, options: ContractOptions): FileReport {
  const { contracts: schemas, ...others } = options;
  if (schemas === undefined) return plain.check(text, others);
  if (contracts === undefined) throw new NotReadyError("contracts are not loaded");
  return contracts.check(text, options);
}

/** The engine in a browser. */
export const engine: FormEngine = { start, check };
