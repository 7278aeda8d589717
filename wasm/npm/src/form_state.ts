// What attach() and the element share: what is known about a form's document, and what holds a submit back.

import type { Diagnostic, FileReport } from "./types.js";

/** What is known about a form's document. */
export interface FormState {
  /** The findings; null if nothing has been checked. */
  report: FileReport | null;
  /** Why nothing has been checked. */
  problem: string | null;
}

/** The event that a form and a `<cxvars-field>` dispatch after every check; its detail is a FormState. */
export const REPORT_EVENT = "cxvars-report";

/** The problem until the engine has started. */
export const STARTING = "the check is still starting; try again in a moment";
/** The problem if the engine cannot start. */
export const UNAVAILABLE = "the checker could not start, so nothing has been checked; reload the page";

/** Starts the engine with its `init`, and returns the problem if that fails. */
export async function started(init: () => Promise<void>): Promise<string | null> {
  try {
    await init();
    return null;
  } catch {
    return UNAVAILABLE;
  }
}

/** The state after a check, which may fail. */
export function checked(check: () => FileReport): FormState {
  try {
    return { report: check(), problem: null };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown";
    return { report: null, problem: `nothing has been checked: ${reason}` };
  }
}

/** Whether a finding holds a submit back. */
export function blocks(diagnostic: Diagnostic, failLevel: "error" | "warning"): boolean {
  return diagnostic.severity === "error" || failLevel === "warning";
}

/** A finding in one sentence. */
export function sentence({ code, message, help }: Diagnostic): string {
  return `${message}${help === null ? "" : `; ${help}`} (${code})`;
}
