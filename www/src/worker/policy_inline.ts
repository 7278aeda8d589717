// Starts the thread of a policy from code within the page, for the page that is one file.

import PolicyWorker from "@cxvars/validator/policy/worker?worker&inline";
import type { StartThread } from "@cxvars/validator/project";

export const startPolicyThread: StartThread | undefined = () => new PolicyWorker();
