/** The worker from a file of its own. */
export const startWorker = (): Worker => new Worker(new URL("engine.ts", import.meta.url), { type: "module" });
