// In place of `inline.ts` in the CommonJS build, which runs in Node and its test runners: the engine is read from disk.

export * from "./node.js";
