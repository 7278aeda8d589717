// Starts the worker from its own file, for the page that is served.

export const startWorker = (): Worker => new Worker(new URL("engine.ts", import.meta.url), { type: "module" });
