// For bundlers: the larger build, ready once the module is. Import it lazily.
import { init } from "./contracts-web.js";

await init();

export * from "./contracts-web.js";
