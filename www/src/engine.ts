// The page's side of the worker.
import { startWorker } from "#worker";
import type { Answer, Operations, Request } from "./worker/engine.ts";

type Waiting = { resolve(result: unknown): void; reject(problem: Error): void };

/** Asks the worker. Every question is answered once; a worker that has broken down answers all with the reason. */
export class Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
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

  ask<O extends keyof Operations>(operation: O, ...parameters: Parameters<Operations[O]>): Promise<Awaited<ReturnType<Operations[O]>>> {
    return new Promise((resolve, reject) => {
      if (this.#broken !== undefined) return reject(this.#broken);
      const id = (this.#next += 1);
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      const request: Request = { id, operation, parameters };
      this.#worker.postMessage(request);
    });
  }
}
