// Plans, in a part of the engine that is loaded with the first one.

import { editorFile } from "./files.js";
import { withMisuse } from "./misuse.js";
import { editor } from "./parts.js";
import type { PlanOptions, PlanReport } from "./types.js";

/**
 * Says what an update would change, from a manifest and the service's answer to a GET of the action. Values that the
 * manifest refers to are not fetched, so they count as not comparable.
 *
 * @throws TypeError if an argument is not what it has to be.
 */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  if (typeof manifest !== "string") throw new TypeError("plan: the manifest must be a string");
  if (typeof remote !== "string") throw new TypeError("plan: the answer of the service must be a string");
  await editor.start(editorFile);
  return withMisuse("plan", async () => editor.call((glue) => glue.plan(manifest, remote, options) as PlanReport));
}
