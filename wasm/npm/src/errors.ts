// The errors that the engine's functions throw, besides TypeError for misuse.

/** The engine was used before `init()` had finished. */
export class NotReadyError extends Error {
  override name = "NotReadyError";
}

/** The engine stopped unexpectedly. It has been replaced, so the next call can succeed. */
export class EngineError extends Error {
  override name = "EngineError";
}
