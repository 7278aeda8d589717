// What forms read from the document.

/** The element's own method or property, also if a control of the form has its name. */
function native(form: HTMLFormElement, name: "requestSubmit" | "elements"): unknown {
  return Reflect.get(HTMLFormElement.prototype, name, form);
}

/** The controls of a form, in the order of the document, also those outside of it with `form="…"`. */
export function elementsOf(form: HTMLFormElement): Element[] {
  return [...(native(form, "elements") as HTMLFormControlsCollection)];
}

/** Submits as if the submitter had been pressed; without it if it is not the form's button any more. */
export function requestSubmit(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const isOurs = submitter !== null && "form" in submitter && submitter.form === form;
  (native(form, "requestSubmit") as HTMLFormElement["requestSubmit"]).call(form, isOurs ? submitter : null);
}

/** The submit button that an event goes through. */
export function submitterOf(event: Event): HTMLButtonElement | HTMLInputElement | undefined {
  return event.composedPath().find((target) => isSubmitter(target));
}

function isSubmitter(target: EventTarget): target is HTMLButtonElement | HTMLInputElement {
  if (target instanceof HTMLButtonElement) return target.type === "submit";
  return target instanceof HTMLInputElement && (target.type === "submit" || target.type === "image");
}

/** Whether pressing a button sends the form without a check, as the page asked for. */
export function skipsChecks(submitter: Element | null | undefined): boolean {
  return submitter?.hasAttribute("formnovalidate") ?? false;
}

/** What the form would send, as a text to compare: it differs if any value does. */
export function valuesOf(form: HTMLFormElement): string {
  return JSON.stringify(elementsOf(form).map(contentOf));
}

function contentOf(control: Element): unknown {
  if (control instanceof HTMLButtonElement || control instanceof HTMLFieldSetElement) return null;
  if (control instanceof HTMLSelectElement)
    return [control.name, [...control.selectedOptions].map(({ value }) => value)];
  if (control instanceof HTMLInputElement) return [control.name, control.value, control.checked, control.disabled];
  return "value" in control ? [control.getAttribute("name"), String(control.value)] : null;
}

/** Whether a person can see the element. */
export function isShown(element: Element): boolean {
  if (element instanceof HTMLInputElement && element.type === "hidden") return false;
  return element.isConnected && (element.checkVisibility?.({ visibilityProperty: true }) ?? true);
}
