// Starts the thread of a policy from its own file.

import type { ThreadHandle } from "./thread.js";

/** Written apart from the name of the file, so that bundlers of pages do not add the file as Node needs it. */
const HERE = import.meta.url;

interface Builtins {
  process?: { getBuiltinModule?(name: "node:worker_threads"): NodeThreads };
}

interface NodeThreads {
  Worker: new (file: URL, options: { execArgv: string[] }) => ThreadHandle;
}

/** Starts a thread. Bundlers find the file of a worker by an expression that is written in this form. */
export function startThread(): ThreadHandle {
  const threads = (globalThis as Builtins).process?.getBuiltinModule?.("node:worker_threads");
  // Options of the program, such as `--input-type`, are not for the thread.
  if (threads !== undefined) return new threads.Worker(new URL("./worker.js", HERE), { execArgv: [] });
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}
