// Entry point of the larger build for bundlers: the engine has started once this module is imported. Import it lazily.

import { init } from "./contracts-web.js";

await init();

export * from "./contracts-web.js";
