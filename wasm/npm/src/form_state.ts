// What attach() and the element share: what is known about a form's document, and what holds a submit back.

import { EngineError, NotReadyError } from "./errors.js";
import { type FormTexts, sentence } from "./form_texts.js";
import { fromPage } from "./page_code.js";
import type { ContractOptions, Diagnostic, FileReport } from "./types.js";

/** The part of the engine that forms use. */
export interface FormEngine {
  /** Loads what a check with these options takes. After a failure the next call tries again. */
  start(options: ContractOptions): Promise<void>;
  /** @throws NotReadyError if what the options take has not been loaded. */
  check(text: string, options: ContractOptions): FileReport;
}

/** What is known about a form's document. */
export interface FormState {
  /**
   * `checked`: there is a report. `waiting`: the engine or the document is not there yet. `unavailable`: the engine
   * cannot be loaded. `failed`: a function of the page failed, or the engine refused to check.
   */
  status: "checked" | "waiting" | "unavailable" | "failed";
  /** The findings; null if nothing has been checked. */
  report: FileReport | null;
  /** What holds a submit back besides the findings. */
  problem: string | null;
}

/** The event that a form and a `<cxvars-field>` dispatch after every check; its detail is a FormState. */
export const REPORT_EVENT = "cxvars-report";

/** The lowest severity that holds a submit back. */
export type FailLevel = "error" | "warning";

/** Nothing is known yet. */
export function waiting(texts: FormTexts): FormState {
  return { status: "waiting", report: null, problem: texts.starting };
}

/** The engine cannot be loaded. */
export function unavailable(texts: FormTexts): FormState {
  return { status: "unavailable", report: null, problem: texts.unavailable };
}

/** Something prevents the check. */
export function failed(problem: string): FormState {
  return { status: "failed", report: null, problem };
}

/** Checks a text; null if the engine has to be started first. */
export function checked(
  engine: FormEngine,
  text: string,
  options: ContractOptions,
  texts: FormTexts,
): FormState | null {
  let error: unknown;
  // An engine that stopped has been replaced, so the second attempt can succeed.
  for (const _attempt of [1, 2]) {
    try {
      return { status: "checked", report: engine.check(text, options), problem: null };
    } catch (thrown) {
      if (thrown instanceof NotReadyError) return null;
      error = thrown;
      if (!(thrown instanceof EngineError)) break;
    }
  }
  return failed(texts.notChecked(error instanceof Error ? error.message : "unknown"));
}

/** Whether a finding holds a submit back. */
export function blocks(diagnostic: Diagnostic, failLevel: FailLevel): boolean {
  return diagnostic.severity === "error" || failLevel === "warning";
}

/** What the form says of a finding: the page's words, or ours. */
export function wording(diagnostic: Diagnostic, messages: ((diagnostic: Diagnostic) => unknown) | undefined): string {
  const own = fromPage("messages", () => messages?.(diagnostic), isTextOrNothing);
  return own ?? sentence(diagnostic);
}

function isTextOrNothing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}
