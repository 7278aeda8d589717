// The errors that the engine's functions throw, besides TypeError for misuse.

import type { Part } from "./types.js";

/** The engine, or the part of it that the call needs, has not been loaded. */
export class NotReadyError extends Error {
  override name = "NotReadyError";

  /** The part to `load`; null if the engine itself has not been started by `init`. */
  readonly part: Part | null;

  constructor(message: string, part: Part | null = null) {
    super(message);
    this.part = part;
  }
}

/** A file of the engine could not be loaded. The next call tries again. */
export class LoadError extends Error {
  override name = "LoadError";
}

/** The engine stopped unexpectedly. It has been replaced, so the next call can succeed. */
export class EngineError extends Error {
  override name = "EngineError";
}
