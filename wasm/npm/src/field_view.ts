// How a `<cxvars-field>` looks: its text, its status and its list of findings, in a shadow tree.

import type { FormTexts } from "./form_texts.js";
import type { Diagnostic, Fix, Range } from "./types.js";

const STYLE = `
:host { display: block; }
:host([hidden]), [hidden] { display: none; }
label { display: block; font-weight: 600; margin-block-end: 0.3em; }
textarea { box-sizing: border-box; width: 100%; min-height: 14em; font: 0.9em/1.45 ui-monospace, monospace;
  color: inherit; background: transparent; border: 1px solid currentcolor; border-radius: 4px; padding: 0.6em;
  tab-size: 2; }
textarea:focus-visible { outline: 2px solid #2563eb; outline-offset: 1px; }
textarea[aria-invalid] { border-color: #b91c1c; }
p { margin-block: 0.5em; }
p:empty { margin: 0; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-inline-start: 3px solid #b91c1c; padding: 0.15em 0.7em; margin-block: 0.35em; }
li.warning { border-color: #a16207; }
button { font: inherit; }
.place { background: none; border: 0; padding: 0; color: inherit; text-decoration: underline; cursor: pointer; }
`;

/** One finding as the list shows it. */
export interface Item {
  diagnostic: Diagnostic;
  text: string;
}

/** What a person can do in the list. */
export interface Actions {
  reveal(range: Range): void;
  apply(fix: Fix): void;
}

export class FieldView {
  readonly text = document.createElement("textarea");
  readonly #label = document.createElement("label");
  readonly #status = document.createElement("p");
  readonly #list = document.createElement("ul");

  constructor(host: HTMLElement) {
    const root = host.attachShadow({ mode: "open", delegatesFocus: true });
    // A strict Content-Security-Policy would refuse an inline style.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#label.htmlFor = "text";
    Object.assign(this.text, { id: "text", spellcheck: false, autocomplete: "off", autocapitalize: "off" });
    this.text.setAttribute("autocorrect", "off");
    this.text.setAttribute("aria-describedby", "status findings");
    this.#status.setAttribute("role", "status");
    for (const [part, element] of Object.entries({
      label: this.#label,
      text: this.text,
      status: this.#status,
      findings: this.#list,
    })) {
      element.id = part;
      element.setAttribute("part", part);
    }
    root.append(this.#label, this.text, this.#status, this.#list);
  }

  /** Names the text field: by a label of its own, or by the labels that the page has for it. */
  showLabel(own: string | null, labels: readonly string[]): void {
    this.#label.hidden = own === null && labels.length > 0;
    this.#label.textContent = own ?? "Variables";
    if (this.#label.hidden) this.text.setAttribute("aria-label", labels.join(" "));
    else this.text.removeAttribute("aria-label");
  }

  showStatus(text: string): void {
    // Writing the same text again would announce it again.
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  showInvalid(isInvalid: boolean): void {
    if (isInvalid) this.text.setAttribute("aria-invalid", "true");
    else this.text.removeAttribute("aria-invalid");
  }

  /** Shows the findings. A text that cannot be changed has no buttons for fixes. */
  showFindings(items: readonly Item[], texts: FormTexts, actions: Actions): void {
    const canFix = !this.text.disabled && !this.text.readOnly;
    this.#list.replaceChildren(...items.map((item) => listItem(item, texts, actions, canFix)));
  }
}

function listItem({ diagnostic, text }: Item, texts: FormTexts, actions: Actions, canFix: boolean): HTMLLIElement {
  const { fixes, range, severity } = diagnostic;
  const item = document.createElement("li");
  item.className = severity;
  item.setAttribute("part", `finding ${severity}`);
  const place = button(texts.place(range.start.line, range.start.column), "place", () => actions.reveal(range));
  place.className = "place";
  item.append(place, " ", texts.finding(severity, text), " ");
  const fix = fixes.find(({ applicability }) => applicability === "safe");
  if (fix !== undefined && canFix) item.append(button(texts.fix(fix), "fix", () => actions.apply(fix)));
  return item;
}

function button(label: string, part: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.setAttribute("part", part);
  element.addEventListener("click", onClick);
  return element;
}
