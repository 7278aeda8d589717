// The page's side of the worker.

import { type CheckOptions, check, init, outline } from "@cxvars/validator/full/shared";
import { startWorker } from "#worker";
import type { Answer, Operations, Request } from "./worker/engine.ts";

/** Up to this length a text is checked here, which takes a fraction of a millisecond; to the worker and back takes a frame. */
const SHORT = 64 * 1024;

type Waiting = { resolve(result: unknown): void; reject(problem: Error): void };

/** Asks the worker. Every question is answered once; a worker that has broken down answers all with the reason. */
export class Engine {
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

  /** Starts both, the page's own with what the worker has compiled. */
  async start(): Promise<void> {
    await init(await this.ask("start"));
    this.#isReady = true;
  }

  /** What a document has to be shown with. */
  look(text: string, options: CheckOptions): ReturnType<Operations["look"]> | Promise<ReturnType<Operations["look"]>> {
    if (!this.#isReady || text.length > SHORT) return this.ask("look", text, options);
    return { report: check(text, options), outline: outline(text, options) };
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
