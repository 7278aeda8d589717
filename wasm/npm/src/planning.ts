// A plan, made in an instance of the engine that has that part.

import { withMisuse } from "./misuse.js";
import type { PlanOptions, PlanReport } from "./types.js";

interface PlanGlue {
  plan(manifest: string, remote: string, options: unknown): unknown;
}

/** Plans in the instance that `ready` returns. */
export async function planIn(
  ready: () => Promise<{ call(run: (glue: PlanGlue) => unknown): unknown }>,
  manifest: string,
  remote: string,
  options: PlanOptions,
): Promise<PlanReport> {
  if (typeof manifest !== "string") throw new TypeError("plan: the manifest must be a string");
  if (typeof remote !== "string") throw new TypeError("plan: the answer of the service must be a string");
  const instance = await ready();
  return withMisuse("plan", async () => instance.call((glue) => glue.plan(manifest, remote, options)) as PlanReport);
}
