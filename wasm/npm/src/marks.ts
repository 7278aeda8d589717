// Shows findings at controls: to the browser's validation, to styles and to screen readers.

import { isShown } from "./form_dom.js";
import { type Control, claim } from "./validity.js";

/** What is said at a control. */
export interface Mark {
  /** The text beside the control. */
  text: string;
  /** What the browser says when it holds the form; empty if nothing holds it here. */
  message: string;
}

interface Placed {
  readonly note: HTMLElement;
  /** The `aria-invalid` of the page, if ours replaces it. */
  ariaInvalid: string | null | undefined;
}

let noteCount = 0;

/** The marks of one form. */
export class Marks {
  readonly #placed = new Map<Control, Placed>();
  readonly #claimed = new Set<Control>();
  /** Notices what the page writes to an `aria-invalid` that we have set. */
  readonly #watch = new MutationObserver((records) => this.#onPage(records));

  /** The controls where something holds the form, in the order of the document. */
  held(): Control[] {
    return [...this.#placed.keys()]
      .filter((control) => control.hasAttribute("data-cxvars-invalid"))
      .sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  }

  /** Whether something is shown at a control that the page has removed. */
  hasOrphans(): boolean {
    return [...this.#placed.keys()].some((control) => !control.isConnected);
  }

  /** Shows these marks and removes all others. */
  show(marks: ReadonlyMap<Control, Mark>): void {
    for (const control of [...this.#placed.keys()]) if (!marks.has(control)) this.#remove(control);
    const messages = new Map([...marks].map(([control, { message }]) => [control, message]));
    this.claim(messages);
    for (const [control, mark] of marks) this.#put(control, mark);
  }

  /** Puts these messages on the controls, for the browser's validation, and takes all others off. */
  claim(messages: ReadonlyMap<Control, string>): void {
    for (const control of this.#claimed) if (!messages.get(control)) claim(control, this, "");
    this.#claimed.clear();
    for (const [control, message] of messages) {
      if (message === "" || !isReachable(control)) {
        claim(control, this, "");
        continue;
      }
      claim(control, this, message);
      this.#claimed.add(control);
    }
  }

  clear(): void {
    this.show(new Map());
  }

  #put(control: Control, { text, message }: Mark): void {
    let placed = this.#placed.get(control);
    if (placed === undefined) {
      placed = { note: this.#newNote(), ariaInvalid: undefined };
      this.#placed.set(control, placed);
      addId(control, "aria-describedby", placed.note.id);
    }
    const { note } = placed;
    // Within its label, the text would become a part of the control's name.
    const after = control.closest("label") ?? control;
    if (note.parentNode !== after.parentNode) after.after(note);
    if (note.textContent !== text) note.textContent = text;
    const isInvalid = message !== "";
    control.toggleAttribute("data-cxvars-invalid", isInvalid);
    if (!isInvalid) this.#restore(control, placed);
    else if (placed.ariaInvalid === undefined) {
      this.#onPage(this.#watch.takeRecords());
      placed.ariaInvalid = control.getAttribute("aria-invalid");
      control.setAttribute("aria-invalid", "true");
      // A control that was marked before is still watched.
      this.#watch.takeRecords();
      this.#watch.observe(control, { attributeFilter: ["aria-invalid"] });
    }
  }

  /** The page's own value comes back when ours goes. */
  #onPage(records: MutationRecord[]): void {
    for (const { target } of records) {
      const control = target as Control;
      const placed = this.#placed.get(control);
      if (placed?.ariaInvalid === undefined) continue;
      placed.ariaInvalid = control.getAttribute("aria-invalid");
      control.setAttribute("aria-invalid", "true");
    }
    // Those of the line above.
    this.#watch.takeRecords();
  }

  #restore(control: Control, placed: Placed): void {
    this.#onPage(this.#watch.takeRecords());
    const before = placed.ariaInvalid;
    placed.ariaInvalid = undefined;
    if (before === null) control.removeAttribute("aria-invalid");
    else if (before !== undefined) control.setAttribute("aria-invalid", before);
    this.#watch.takeRecords();
  }

  #newNote(): HTMLElement {
    const note = document.createElement("span");
    noteCount += 1;
    note.id = `cxvars-message-${noteCount}`;
    note.className = "cxvars-message";
    return note;
  }

  #remove(control: Control): void {
    const placed = this.#placed.get(control);
    if (placed === undefined) return;
    this.#restore(control, placed);
    this.#placed.delete(control);
    placed.note.remove();
    removeId(control, "aria-describedby", placed.note.id);
    control.removeAttribute("data-cxvars-invalid");
  }
}

/** Whether the browser can show its message at a control and move the focus there. */
export function isReachable(control: Control): boolean {
  return control.willValidate && isShown(control) && control.closest("[inert]") === null;
}

function addId(control: Control, attribute: string, id: string): void {
  control.setAttribute(attribute, [...idsOf(control, attribute), id].join(" "));
}

function removeId(control: Control, attribute: string, id: string): void {
  const others = idsOf(control, attribute).filter((other) => other !== id);
  if (others.length > 0) control.setAttribute(attribute, others.join(" "));
  else control.removeAttribute(attribute);
}

function idsOf(control: Control, attribute: string): string[] {
  return (control.getAttribute(attribute) ?? "").split(/\s+/).filter((id) => id !== "");
}
