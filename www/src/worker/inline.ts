// Starts the worker from code within the page, for the page that is one file.

import EngineWorker from "./engine.ts?worker&inline";

export const startWorker = (): Worker => new EngineWorker();
