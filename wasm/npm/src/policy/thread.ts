// The thread of a policy, seen from outside. A call that takes too long ends the thread; the next one starts another.

import type { Call, Outcome } from "./run.js";
import type { Answer, Request } from "./worker.js";

/** A worker of a browser, or a thread of Node. */
export interface ThreadHandle {
  postMessage(request: unknown): void;
  terminate(): unknown;
  addEventListener?(event: string, listener: (event: never) => void): void;
  on?(event: string, listener: (data: never) => void): void;
  ref?(): void;
  unref?(): void;
}

/** Starts a thread with the code of `worker.ts`. */
export type StartThread = () => ThreadHandle;

/** Time limit of a call, in milliseconds, as in `cxvars`. */
export const DEADLINE_MS = 5_000;

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
    return this.#inTurn(async () => {
      if (this.#running === undefined) {
        const opened = await this.#open();
        if ("refused" in opened) return { failure: opened.refused };
      }
      const answer = await this.#ask({ call });
      return answer === undefined ? { failure: `it ran for longer than ${this.#deadlineMs} ms` } : outcomeOf(answer);
    });
  }

  close(): void {
    this.#running?.waiting?.reject(new Error("the policies have been closed"));
    this.#end();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
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
      running.waiting?.reject(new Error(`the thread of a policy failed: ${event.message ?? "it did not start"}`));
      if (this.#running === running) this.#end();
    };
    if (handle.on !== undefined) {
      handle.on("message", (answer: Answer) => running.waiting?.resolve(answer));
      handle.on("error", failed);
    } else {
      handle.addEventListener!("message", ({ data }: { data: Answer }) => running.waiting?.resolve(data));
      handle.addEventListener!("error", failed);
    }
    await started;
  }

  /** Sends a request. The answer is undefined if it does not come in time; then the thread has been ended. */
  async #ask(request: Request): Promise<Answer | undefined> {
    const running = this.#running!;
    const answer = this.#next(running);
    running.handle.postMessage(request);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, this.#deadlineMs, undefined);
    });
    const first = await Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
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

function outcomeOf(answer: Answer): Outcome {
  if (typeof answer !== "object" || !("outcome" in answer))
    throw new Error("the thread of a policy gave another answer");
  return answer.outcome;
}
