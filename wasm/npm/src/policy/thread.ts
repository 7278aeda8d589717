// The thread of a policy, seen from outside. A call that takes too long ends the thread; the next one starts another.

import type { Call, Outcome } from "./run.js";
import type { Answer, Request } from "./worker.js";

/** A worker of a browser, or a thread of Node. */
export interface ThreadHandle {
  postMessage(request: unknown): void;
  terminate(): unknown;
  addEventListener?(event: string, listener: (event: object) => void): void;
  on?(event: string, listener: (data: object) => void): void;
  ref?(): void;
  unref?(): void;
}

/** Starts a thread with the code of `worker.ts`. */
export type StartThread = () => ThreadHandle;

/** The thread could not be started, or ended by itself. */
export class ThreadFailed extends Error {}

/** Time limit of a call, in milliseconds, as in `cxvars`. */
export const DEADLINE_MS = 5_000;

/** Time limit for the start of a thread. A machine that is busy takes a while. */
const START_MS = 60_000;

type Opened = { hasSetup: boolean } | { refused: string };

/** A thread that runs, and who waits for its next message. */
interface Running {
  handle: ThreadHandle;
  waiting: { resolve(answer: Answer): void; reject(problem: Error): void } | undefined;
}

/** Runs the calls of one policy, one at a time. */
export class PolicyThread {
  readonly #start: StartThread;
  readonly #opening: Request;
  readonly #deadlineMs: number;
  #running: Running | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(start: StartThread, bytes: Uint8Array, memoryMib: number, deadlineMs: number) {
    this.#start = start;
    this.#opening = { bytes, memoryMib };
    this.#deadlineMs = deadlineMs;
  }

  /** Starts the thread and compiles the policy. */
  open(): Promise<Opened> {
    return this.#inTurn(() => this.#open());
  }

  call(call: Call): Promise<Outcome> {
    return this.#inTurn(() => this.#outcome(call).catch(failure));
  }

  async #outcome(call: Call): Promise<Outcome> {
    if (this.#running === undefined) {
      const opened = await this.#open();
      if ("refused" in opened) return { failure: opened.refused };
    }
    const answer = await this.#ask({ call });
    return answer === undefined ? { failure: `it ran for longer than ${this.#deadlineMs} ms` } : outcomeOf(answer);
  }

  close(): void {
    this.#isClosed = true;
    this.#running?.waiting?.reject(closed());
    this.#end();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      if (this.#isClosed) throw closed();
      return work();
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async #open(): Promise<Opened> {
    await this.#begin();
    const answer = await this.#ask(this.#opening);
    if (answer === undefined) return { refused: `takes longer than ${this.#deadlineMs} ms to compile` };
    return answer as Opened;
  }

  /** Starts the thread. It says when it is ready; that is not a part of the time that a call may take. */
  async #begin(): Promise<void> {
    const running: Running = { handle: this.#start(), waiting: undefined };
    this.#running = running;
    const started = this.#next(running);
    const { handle } = running;
    const failed = (event: { message?: string }) => {
      running.waiting?.reject(new ThreadFailed(event.message ?? "its thread could not be started"));
      if (this.#running === running) this.#end();
    };
    if (handle.on !== undefined) {
      handle.on("message", (answer) => running.waiting?.resolve(answer as Answer));
      handle.on("error", failed);
    } else {
      handle.addEventListener!("message", (event) => running.waiting?.resolve((event as { data: Answer }).data));
      handle.addEventListener!("error", failed);
    }
    if ((await within(START_MS, started)) === undefined) {
      this.#end();
      throw new ThreadFailed("its thread did not start");
    }
  }

  /** Sends a request. The answer is undefined if it does not come in time; then the thread has been ended. */
  async #ask(request: Request): Promise<Answer | undefined> {
    const running = this.#running!;
    const answer = this.#next(running);
    running.handle.postMessage(request);
    const first = await within(this.#deadlineMs, answer);
    if (first === undefined) this.#end();
    return first;
  }

  /** The next message of the thread. A program may end while nobody waits for one. */
  #next(running: Running): Promise<Answer> {
    running.handle.ref?.();
    return new Promise<Answer>((resolve, reject) => {
      running.waiting = { resolve, reject };
    }).finally(() => {
      running.waiting = undefined;
      running.handle.unref?.();
    });
  }

  #end(): void {
    void this.#running?.handle.terminate();
    this.#running = undefined;
  }
}

/** What a promise comes to; undefined if that takes too long. */
async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  return Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}

function closed(): Error {
  return new Error("the policies have been closed");
}

/** A thread that ends by itself has used up the memory of the browser, for example. */
function failure(error: unknown): { failure: string } {
  if (error instanceof ThreadFailed) return { failure: `it broke off: ${error.message}` };
  throw error;
}

function outcomeOf(answer: Answer): Outcome {
  if (!("outcome" in answer)) throw new Error("the thread of a policy gave another answer");
  return answer.outcome;
}
