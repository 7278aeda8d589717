// Checks a form: the document that its fields make up.

import { asControl, type Control, firstControl, mark } from "./control.js";
import {
  blocks,
  checked,
  type FormState,
  REPORT_EVENT,
  STARTING,
  sentence,
  started,
  UNAVAILABLE,
} from "./form_state.js";
import type { CheckOptions, Diagnostic } from "./types.js";
import { check, init } from "./web.js";

/** How a form is checked. The other keys are those of `check`. */
export interface FormOptions extends CheckOptions {
  /** Returns the document that the form would submit. */
  toDocument(form: HTMLFormElement): string;
  /** Returns the control to show a finding at. If it returns none, the form's first control shows the finding. */
  locate?(diagnostic: Diagnostic, form: HTMLFormElement): Element | null | undefined;
  /** What happens to a submit if the engine cannot start; `block` by default. */
  onUnavailable?: "block" | "allow";
  /** The lowest severity that holds a submit back; `error` by default. */
  failLevel?: "error" | "warning";
}

/** A form that is being checked. */
export interface AttachedForm {
  /** Resolves once the engine has started, or has failed to. */
  readonly ready: Promise<void>;
  /** Checks now, for a change that dispatched no event. */
  refresh(): FormState;
  /** Stops checking the form. */
  detach(): void;
}

/**
 * Checks a form's document as it is filled in, shows each finding at its control, and holds a submit back while there
 * are errors. An element of class `cxvars-message` after each control has the text for screen readers.
 */
export function attach(form: HTMLFormElement, options: FormOptions): AttachedForm {
  if (!(form instanceof HTMLFormElement)) throw new TypeError("attach: the form must be a form element");
  if (typeof options?.toDocument !== "function") throw new TypeError("attach: toDocument must be a function");
  const { toDocument, locate, onUnavailable = "block", failLevel = "error", ...checkOptions } = options;
  const marked = new Set<Control>();
  let state: FormState = { report: null, problem: STARTING };

  const run = (): FormState => checked(() => check(toDocument(form), checkOptions));

  function refresh(): FormState {
    if (state.problem !== STARTING || state.report !== null) state = run();
    show();
    form.dispatchEvent(new CustomEvent<FormState>(REPORT_EVENT, { detail: state }));
    return state;
  }

  function show(): void {
    for (const control of marked) mark(control, [], "");
    marked.clear();
    if (state.report === null) {
      const first = firstControl(form);
      if (first !== undefined && onUnavailable === "block") hold(first, state.problem ?? UNAVAILABLE, []);
      return;
    }
    const byControl = new Map<Control, Diagnostic[]>();
    for (const diagnostic of state.report.diagnostics) {
      const control = asControl(locate?.(diagnostic, form)) ?? firstControl(form);
      if (control !== undefined) byControl.set(control, [...(byControl.get(control) ?? []), diagnostic]);
    }
    for (const [control, found] of byControl) {
      const worst = found.find((diagnostic) => blocks(diagnostic, failLevel));
      hold(control, worst === undefined ? "" : sentence(worst), found);
    }
  }

  function hold(control: Control, message: string, found: Diagnostic[]): void {
    marked.add(control);
    mark(control, found, message);
  }

  function onSubmit(event: SubmitEvent): void {
    // Checked again here for documents that changed without an event. A form with `novalidate` is held back as well.
    refresh();
    const held =
      state.report === null
        ? onUnavailable === "block"
        : state.report.diagnostics.some((diagnostic) => blocks(diagnostic, failLevel));
    if (held) {
      event.preventDefault();
      event.stopImmediatePropagation();
      form.reportValidity();
    }
  }

  const onChange = (): void => void refresh();
  form.addEventListener("input", onChange);
  form.addEventListener("change", onChange);
  form.addEventListener("submit", onSubmit, { capture: true });
  show();
  const ready = started(init).then((problem) => {
    state = { report: null, problem };
    if (problem === null) state = run();
    refresh();
  });
  return {
    ready,
    refresh,
    detach() {
      form.removeEventListener("input", onChange);
      form.removeEventListener("change", onChange);
      form.removeEventListener("submit", onSubmit, { capture: true });
      for (const control of marked) mark(control, [], "");
      marked.clear();
    },
  };
}
