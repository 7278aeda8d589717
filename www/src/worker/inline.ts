import EngineWorker from "./engine.ts?worker&inline";

/** The worker from within the page. */
export const startWorker = (): Worker => new EngineWorker();
