// The engine, as the page calls it: in a worker, and for short texts in the page itself.

import { type CheckOptions, check, type Fixed, init, outline } from "@cxvars/validator/editor/thread";
import { startWorker } from "#worker";
import type { Analysis, DocumentEngine } from "./document.ts";
import type { Answer, Operations, Request } from "./worker/engine.ts";

/**
 * Texts up to this length are analysed in the page itself. That takes a fraction of a millisecond, and the way to the
 * worker and back takes a frame.
 */
const MOST_UNITS_IN_PAGE = 64 * 1024;

type Waiting = { resolve(result: unknown): void; reject(problem: Error): void };

/** Asks the worker. Every question gets one answer; if the worker breaks down, the answer is the reason. */
export class Engine implements DocumentEngine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #isReady = false;
  #broken: Error | undefined;

  constructor() {
    this.#worker = startWorker();
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.problem === undefined) waiting?.resolve(data.result);
      else waiting?.reject(new Error(data.problem));
    });
    this.#worker.addEventListener("error", (event) => {
      this.#broken = new Error(event.message || "the browser did not run the checker's file");
      for (const { reject } of this.#waiting.values()) reject(this.#broken);
      this.#waiting.clear();
    });
  }

  /** Starts the worker's engine, and the page's own from the module that the worker has compiled. */
  async start(): Promise<void> {
    await init(await this.ask("start"));
    this.#isReady = true;
  }

  analyse(text: string, options: CheckOptions): Analysis | Promise<Analysis> {
    if (!this.#isReady || text.length > MOST_UNITS_IN_PAGE) return this.ask("analyse", text, options);
    return { report: check(text, options), outline: outline(text, options) };
  }

  /** Fixing takes many checks, so it always runs in the worker. */
  fixAll(text: string, options: CheckOptions): Promise<Fixed> {
    return this.ask("fixAll", text, options);
  }

  ask<O extends keyof Operations>(
    operation: O,
    ...parameters: Parameters<Operations[O]>
  ): Promise<Awaited<ReturnType<Operations[O]>>> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) return reject(this.#broken);
      this.#asked += 1;
      const id = this.#asked;
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      const request: Request = { id, operation, parameters };
      this.#worker.postMessage(request);
    });
  }
}
