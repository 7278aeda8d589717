// The part of a form that says what no control can say: why nothing is sent, and findings of controls nobody sees.

/** An element at the end of a form, which screen readers announce when its text changes. */
export class Summary {
  readonly element: HTMLElement;
  readonly #form: HTMLFormElement;

  constructor(form: HTMLFormElement) {
    this.#form = form;
    this.element = document.createElement("div");
    this.element.className = "cxvars-summary";
    this.element.setAttribute("role", "status");
    this.element.tabIndex = -1;
  }

  /** Shows a line and a list; nothing if both are empty. */
  show(line: string, items: readonly string[] = []): void {
    // The page may have replaced the content of the form.
    if (this.element.parentNode !== this.#form) this.#form.append(this.element);
    const lines = [line, ...items].filter((text) => text !== "");
    const shown = [...this.element.children].flatMap(({ localName, children, textContent }) =>
      localName === "ul" ? [...children].map((item) => item.textContent) : [textContent],
    );
    // Writing the same text again would announce it again.
    if (JSON.stringify(shown) === JSON.stringify(lines)) return;
    this.element.replaceChildren(...(line === "" ? [] : [withText("p", line)]), ...list(items));
  }

  focus(): void {
    this.element.focus();
  }

  remove(): void {
    this.element.remove();
  }
}

function list(items: readonly string[]): HTMLElement[] {
  if (items.length === 0) return [];
  const element = document.createElement("ul");
  element.append(...items.map((text) => withText("li", text)));
  return [element];
}

function withText(name: "li" | "p", text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}
