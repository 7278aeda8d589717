// Turns what the engine says about wrong arguments into a TypeError that names the function.

/** Runs an asynchronous call and converts its errors. */
export async function withMisuse<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asMisuse(what, error);
  }
}

/** The engine reports wrong options as a plain Error; every other error has a class of its own and stays as it is. */
export function asMisuse(what: string, error: unknown): unknown {
  const isPlain = error instanceof Error && error.constructor === Error;
  return isPlain ? new TypeError(`${what}: ${error.message}`) : error;
}
