// Checks the document that a form's fields make up.

import {
  blocks,
  type FormState,
  notChecked,
  REPORT_EVENT,
  STARTING,
  sentence,
  started,
  UNAVAILABLE,
} from "./form_state.js";
import type { CheckOptions, Diagnostic } from "./types.js";
import { check } from "./web.js";

/** What a form is checked by. The other keys are those of `check`. */
export interface FormOptions extends CheckOptions {
  /** The document that the form would submit. */
  toDocument(form: HTMLFormElement): string;
  /** The control that a finding is shown at; without one it is shown at the first control of the form. */
  locate?(diagnostic: Diagnostic, form: HTMLFormElement): Element | null | undefined;
  /** What becomes of a submit when the engine could not be started; `block`. */
  onUnavailable?: "block" | "allow";
  /** From which severity on a submit is held back; `error`. */
  failLevel?: "error" | "warning";
}

/** A form that is being checked. */
export interface AttachedForm {
  /** Settles when the engine has started, or could not be. */
  readonly ready: Promise<void>;
  /** Checks now, as after a change that made no event. */
  refresh(): FormState;
  /** Lets the form go. */
  detach(): void;
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | HTMLButtonElement;

/**
 * Checks a form's document as it is filled in, shows each finding at its control, and holds a submit back while there are
 * errors. Text for screen readers goes into an element behind each control, of class `cxvars-message`.
 */
export function attach(form: HTMLFormElement, options: FormOptions): AttachedForm {
  if (!(form instanceof HTMLFormElement)) throw new TypeError("attach: the form must be a form element");
  if (typeof options?.toDocument !== "function") throw new TypeError("attach: toDocument must be a function");
  const { toDocument, locate, onUnavailable = "block", failLevel = "error", ...checkOptions } = options;
  const marked = new Set<Control>();
  let state: FormState = { report: null, problem: STARTING };

  function refresh(): FormState {
    if (state.problem !== STARTING || state.report !== null) state = run(toDocument, form, checkOptions);
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
    // Also for a form with `novalidate`, and for a document that changed without an event.
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
  const ready = started().then((problem) => {
    state = { report: null, problem };
    if (problem === null) state = run(toDocument, form, checkOptions);
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

function run(toDocument: FormOptions["toDocument"], form: HTMLFormElement, options: CheckOptions): FormState {
  try {
    return { report: check(toDocument(form), options), problem: null };
  } catch (error) {
    return notChecked(error);
  }
}

function asControl(element: Element | null | undefined): Control | undefined {
  return element !== null && element !== undefined && "setCustomValidity" in element ? (element as Control) : undefined;
}

/** The first control that a person can reach, which the browser can point its bubble at. */
function firstControl(form: HTMLFormElement): Control | undefined {
  const controls = [...form.elements].map(asControl).filter((control) => control !== undefined);
  return controls.find((control) => control.willValidate && control.type !== "hidden") ?? controls[0];
}

/** Shows findings at a control, or takes away what was shown. */
function mark(control: Control, found: Diagnostic[], message: string): void {
  control.setCustomValidity(message);
  control.toggleAttribute("data-cxvars-invalid", message !== "");
  if (message === "") control.removeAttribute("aria-invalid");
  else control.setAttribute("aria-invalid", "true");
  const text = found.map((diagnostic) => `${diagnostic.severity}: ${sentence(diagnostic)}`).join("\n") || message;
  let note = notes.get(control);
  if (text === "") {
    note?.remove();
    notes.delete(control);
    describe(control, note?.id, false);
    return;
  }
  if (note === undefined) {
    note = document.createElement("span");
    note.className = "cxvars-message";
    noteCount += 1;
    note.id = `cxvars-message-${noteCount}`;
    note.setAttribute("role", "status");
    notes.set(control, note);
    control.after(note);
    describe(control, note.id, true);
  }
  if (note.textContent !== text) note.textContent = text;
}

const notes = new WeakMap<Control, HTMLElement>();
let noteCount = 0;

/** Adds an id to what describes a control, or takes it away, and leaves others alone. */
function describe(control: Control, id: string | undefined, wanted: boolean): void {
  const others = (control.getAttribute("aria-describedby") ?? "")
    .split(/\s+/)
    .filter((other) => other !== "" && other !== id);
  const ids = wanted && id !== undefined ? [...others, id] : others;
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}
