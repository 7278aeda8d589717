// Turns what the engine says about a call into errors of this package.

import { NotReadyError } from "./errors.js";
import type { Part } from "./types.js";

/** What the engine says if a call needs a part that it does not have. */
const NOT_LOADED = /^\w+ is not loaded; call await load\("(\w+)"\) first$/;

/** Runs an asynchronous call and converts its errors. */
export async function withMisuse<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw asMisuse(what, error);
  }
}

/**
 * The engine reports wrong options, and parts that are not loaded, as a plain Error. Every other error has a class of
 * its own and stays as it is.
 */
export function asMisuse(what: string, error: unknown): unknown {
  const isPlain = error instanceof Error && error.constructor === Error;
  if (!isPlain) return error;
  const part = NOT_LOADED.exec(error.message)?.[1] as Part | undefined;
  return part === undefined ? new TypeError(`${what}: ${error.message}`) : new NotReadyError(error.message, part);
}

/** A function that the part of the engine that runs may not have; the named part has it. */
export function needed<T>(found: T | undefined, part: Part): T {
  if (found === undefined) throw new Error(`${part} is not loaded; call await load("${part}") first`);
  return found;
}
