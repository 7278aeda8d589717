// Starts the thread of a policy from code within the page, for the page that is one file.

import code from "virtual:policy-thread";
import type { StartThread } from "@cxvars/validator/project";

export const startPolicyThread: StartThread | undefined = () => {
  const address = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const thread = new Worker(address);
  // It has its code once it says that it has started.
  thread.addEventListener("message", () => URL.revokeObjectURL(address), { once: true });
  return thread;
};
