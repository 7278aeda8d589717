// Shows findings at a control of a form: to the browser's validation, to styles and to screen readers.

import { sentence } from "./form_state.js";
import type { Diagnostic } from "./types.js";

/** A control that can be invalid. */
export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | HTMLButtonElement;

/** The element with the text for screen readers, by the control that it belongs to. */
const notes = new WeakMap<Control, HTMLElement>();
let noteCount = 0;

/** The element as a control, if it is one. */
export function asControl(element: Element | null | undefined): Control | undefined {
  return element !== null && element !== undefined && "setCustomValidity" in element ? (element as Control) : undefined;
}

/** The first control that a person can reach, so that the browser can show its message there. */
export function firstControl(form: HTMLFormElement): Control | undefined {
  const controls = [...form.elements].map(asControl).filter((control) => control !== undefined);
  return controls.find((control) => control.willValidate && control.type !== "hidden") ?? controls[0];
}

/** Shows findings at a control; without findings and without a message, it removes what was shown before. */
export function mark(control: Control, found: Diagnostic[], message: string): void {
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

/** Adds an id to the control's `aria-describedby` or removes it; the other ids stay. */
function describe(control: Control, id: string | undefined, wanted: boolean): void {
  const others = (control.getAttribute("aria-describedby") ?? "")
    .split(/\s+/)
    .filter((other) => other !== "" && other !== id);
  const ids = wanted && id !== undefined ? [...others, id] : others;
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}
