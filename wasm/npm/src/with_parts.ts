// The functions of an entry point as the engine of forms and schemas.

import { NotReadyError } from "./errors.js";
import type { FormEngine } from "./form_state.js";
import type { CheckOptions, FileReport, Part } from "./types.js";

/** What an entry point checks and loads with. */
export interface Functions {
  init(): Promise<void>;
  load(part: Part): Promise<void>;
  check(text: string, options?: CheckOptions): FileReport;
}

/** An engine that loads each part when a check needs it. */
export function withParts({ init, load, check }: Functions): FormEngine {
  return {
    check,
    async start(options) {
      await init();
      for (let last: Part | null = null; ; ) {
        const part = missing(() => check("", options));
        if (part === null) return;
        if (part === last) throw new Error(`${part} has been loaded, and is still missing`);
        await load(part);
        last = part;
      }
    },
  };
}

/** The part that a check needs. Whatever else is wrong is for the check itself to say. */
function missing(check: () => unknown): Part | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof NotReadyError ? error.part : null;
  }
}
