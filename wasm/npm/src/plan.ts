// Plans, in a part of the engine that is loaded with the first one.

import { startEditor } from "./part_files.js";
import { editor } from "./parts.js";
import { planIn } from "./planning.js";
import type { PlanOptions, PlanReport } from "./types.js";

/**
 * Says what an update would change, from a manifest and the service's answer to a GET of the action. Values that the
 * manifest refers to are not fetched, so they count as not comparable.
 *
 * @throws TypeError if an argument is not what it has to be.
 */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  return planIn(() => startEditor().then(() => editor), manifest, remote, options);
}
