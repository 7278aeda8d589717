// The thread that runs one policy: opens it once, then runs calls in their order.

import { Unusable } from "./binary.js";
import { type Call, type Outcome, Program } from "./run.js";

/** A message to the thread. The first one opens the policy. */
export type Request = { bytes: Uint8Array; memoryMib: number } | { call: Call };

/** A message from the thread: that it has started, and then an answer to each message. */
export type Answer = { started: true } | { hasSetup: boolean } | { refused: string } | { outcome: Outcome };

interface Port {
  postMessage(answer: Answer): void;
  on?(event: "message", listener: (request: Request) => void): void;
  addEventListener?(event: "message", listener: (event: { data: Request }) => void): void;
}

interface Threads {
  process?: { getBuiltinModule?(name: "node:worker_threads"): { parentPort: Port | null } };
}

/** The other end: of Node's threads, or of a browser's worker. */
function otherEnd(): Port {
  const port = (globalThis as Threads).process?.getBuiltinModule?.("node:worker_threads").parentPort;
  return port ?? (globalThis as unknown as Port);
}

let program: Program | undefined;

function answerTo(request: Request): Answer {
  if ("call" in request) return { outcome: program!.run(request.call) };
  try {
    program = new Program(request.bytes, request.memoryMib);
    return { hasSetup: program.hasSetup };
  } catch (error) {
    if (error instanceof Unusable) return { refused: error.message };
    throw error;
  }
}

const port = otherEnd();
const take = (request: Request) => port.postMessage(answerTo(request));
if (port.on !== undefined) port.on("message", take);
else port.addEventListener!("message", ({ data }) => take(data));
port.postMessage({ started: true });
