// Starts the thread of a policy from its own file, for the page that is served.

import type { StartThread } from "@cxvars/validator/project";

/** Nothing but the package's own way. */
export const startPolicyThread: StartThread | undefined = undefined;
