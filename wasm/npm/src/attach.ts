// Checks a form: the document that its fields make up.

import { FormCheck } from "./form_check.js";
import type { FormOptions } from "./form_options.js";
import type { FormState } from "./form_state.js";

/** A form that is being checked. */
export interface AttachedForm {
  /** Resolves once the engine has started, or has failed to. */
  readonly ready: Promise<void>;
  /** Checks now, for a change that dispatched no event, and shows the result. */
  refresh(): FormState;
  /** Stops checking the form. */
  detach(): void;
}

/**
 * Checks a form's document as it is filled in, shows each finding at its control, and holds a submit back while there
 * are errors. Nothing is shown before the first input. An element of class `cxvars-message` after each control has the
 * text; one of class `cxvars-summary` at the end of the form says what no control can show.
 *
 * While a form is attached, its `requestSubmit`, `checkValidity` and `reportValidity` check first. A submit button with
 * `formnovalidate` submits without a check.
 *
 * @throws TypeError if an argument is not what it has to be.
 */
export function attach(form: HTMLFormElement, options: FormOptions): AttachedForm {
  if (!(form instanceof HTMLFormElement)) throw new TypeError("attach: the form must be a form element");
  if (!hasDocument(options)) throw new TypeError("attach: toDocument must be a function");
  const check = new FormCheck(form, options);
  return {
    ready: check.ready,
    refresh: () => check.refresh(),
    detach: () => check.detach(),
  };
}

function hasDocument(options: FormOptions): boolean {
  try {
    return typeof options?.toDocument === "function";
  } catch {
    // A getter that fails now may answer later. Until then, the form is held and says so.
    return true;
  }
}
