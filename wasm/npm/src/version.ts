/** The version of the package, and of the engine. */
export const VERSION = "0.1.0";
