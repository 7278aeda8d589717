// What attach() and the element share: whether a document has been checked, and what keeps a form from being submitted.

import type { Diagnostic, FileReport } from "./types.js";
import { init } from "./web.js";

/** What is known of a form's document. */
export interface FormState {
  /** The findings; null while nothing has been checked. */
  report: FileReport | null;
  /** Why nothing could be checked. */
  problem: string | null;
}

/** The event that a form and a `<cxvars-field>` dispatch after every check; its detail is a FormState. */
export const REPORT_EVENT = "cxvars-report";

/** Said until the engine has started. */
export const STARTING = "the check is still starting; try again in a moment";
/** Said when it cannot be. */
export const UNAVAILABLE = "the checker could not start, so nothing has been checked; reload the page";

/** Starts the engine, and says what kept it from starting. */
export async function started(): Promise<string | null> {
  try {
    await init();
    return null;
  } catch {
    return UNAVAILABLE;
  }
}

/** Why a check could not be made. */
export function notChecked(error: unknown): FormState {
  return { report: null, problem: `nothing has been checked: ${error instanceof Error ? error.message : "unknown"}` };
}

/** Whether a finding holds a submit back. */
export function blocks(diagnostic: Diagnostic, failLevel: "error" | "warning"): boolean {
  return diagnostic.severity === "error" || failLevel === "warning";
}

/** A finding in one sentence. */
export function sentence({ code, message, help }: Diagnostic): string {
  return `${message}${help === null ? "" : `; ${help}`} (${code})`;
}
