// What the entry points of the small build have in common, besides the functions that are bound to an instance.

export * from "./audit.js";
export * from "./errors.js";
export * from "./fixes.js";
export * from "./plan.js";
export type * from "./types.js";
