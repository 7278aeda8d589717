// Entry point for bundlers: the engine has started once this module is imported.

import { init } from "./web.js";

await init();

export * from "./web.js";
