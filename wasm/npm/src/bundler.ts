// For bundlers: the engine is ready once the module is.
import { init } from "./web.js";

await init();

export * from "./web.js";
