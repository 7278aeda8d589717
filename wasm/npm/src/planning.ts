// A plan, made in whichever instance of the engine has that part.

import { withMisuse } from "./misuse.js";
import type { PlanOptions, PlanReport } from "./types.js";

interface PlanGlue {
  plan(manifest: string, remote: string, options: unknown): unknown;
}

/** Plans in the instance that `call` calls into. */
export function planIn(
  call: (run: (glue: PlanGlue) => unknown) => unknown,
  manifest: string,
  remote: string,
  options: PlanOptions,
): Promise<PlanReport> {
  return withMisuse("plan", async () => {
    if (typeof manifest !== "string") throw new TypeError("plan: the manifest must be a string");
    if (typeof remote !== "string") throw new TypeError("plan: the answer of the service must be a string");
    return (await call((glue) => glue.plan(manifest, remote, options))) as PlanReport;
  });
}
