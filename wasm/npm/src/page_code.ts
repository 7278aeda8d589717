// Calls functions of the page. Whatever they throw holds the submit; it is never taken for an answer.

/** A function of the page failed. What it threw may hold a value of a variable, so it only goes to the console. */
export class PageError extends Error {
  override name = "PageError";
  /** The name of the function. */
  readonly where: string;

  constructor(where: string) {
    super(`${where} failed`);
    this.where = where;
  }
}

/**
 * Runs a function of the page and makes sure of its answer's type.
 *
 * @throws PageError if it throws or returns something else.
 */
export function fromPage<T>(where: string, run: () => unknown, isRight: (value: unknown) => value is T): T {
  let value: unknown;
  try {
    value = run();
    if (isRight(value)) return value;
  } catch (error) {
    throw pageError(where, error);
  }
  throw pageError(where, new TypeError(`${where} returned a value of a wrong type`));
}

/** Shows what the page threw where developers look for it. */
export function pageError(where: string, error: unknown): PageError {
  if (error instanceof PageError) return error;
  // As if nobody had caught it: on the console, and in `window.onerror`.
  if (typeof reportError === "function") reportError(error);
  return new PageError(where);
}
