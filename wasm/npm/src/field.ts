// The element `<cxvars-field>`: a whole document as one control of a form.

import { findingItem, STYLE } from "./field_view.js";
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
import type { CheckOptions, FileReport, Fix, Range } from "./types.js";
import { applyFixes, check, init } from "./web.js";

/** A server that renders pages imports this module too, and has no elements. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/**
 * `<cxvars-field name="variables" format="json" label="Variables">`: a text field whose text has to be a valid
 * document.
 *
 * Attributes: `name`, `format`, `filename`, `label`, `parent-scope`, `fail-level` (`error` or `warning`),
 * `on-unavailable` (`block` or `allow`), `required`, `disabled`. The text between its tags is its first value. The
 * property `options` takes the other keys of `check`.
 */
export class CxvarsField extends Base {
  static readonly formAssociated = true;
  static readonly observedAttributes = ["format", "filename", "label", "parent-scope", "required", "fail-level"];

  readonly #internals: ElementInternals;
  readonly #text: HTMLTextAreaElement;
  readonly #label: HTMLLabelElement;
  readonly #status: HTMLParagraphElement;
  readonly #list: HTMLUListElement;
  #options: CheckOptions = {};
  #state: FormState = { report: null, problem: STARTING };
  #initial = "";
  #isReady = false;

  /** Resolves once the engine has started, or has failed to. */
  readonly ready: Promise<void>;

  constructor() {
    super();
    this.#internals = this.attachInternals();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    // A strict Content-Security-Policy would refuse an inline style.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    this.#label = document.createElement("label");
    this.#label.htmlFor = "text";
    this.#text = document.createElement("textarea");
    Object.assign(this.#text, { id: "text", spellcheck: false, autocomplete: "off", autocapitalize: "off" });
    this.#text.setAttribute("autocorrect", "off");
    this.#text.setAttribute("aria-describedby", "status findings");
    this.#status = document.createElement("p");
    this.#status.id = "status";
    this.#status.setAttribute("role", "status");
    this.#list = document.createElement("ul");
    this.#list.id = "findings";
    root.append(this.#label, this.#text, this.#status, this.#list);
    this.#text.addEventListener("input", () => this.refresh());
    this.ready = started(init).then((problem) => {
      this.#isReady = problem === null;
      this.#state = { report: null, problem };
      this.refresh();
    });
  }

  connectedCallback(): void {
    if (this.#initial === "" && this.#text.value === "") {
      this.#initial = (this.textContent ?? "").trim();
      this.#text.value = this.#initial;
    }
    this.refresh();
  }

  attributeChangedCallback(): void {
    this.refresh();
  }

  formResetCallback(): void {
    this.value = this.#initial;
  }

  formDisabledCallback(disabled: boolean): void {
    this.#text.disabled = disabled;
  }

  formStateRestoreCallback(state: string): void {
    this.value = state;
  }

  /** The text. */
  get value(): string {
    return this.#text.value;
  }

  set value(text: string) {
    this.#text.value = text;
    this.refresh();
  }

  /** Options of `check`; they override the attributes. */
  get options(): CheckOptions {
    return this.#options;
  }

  set options(options: CheckOptions) {
    this.#options = options;
    this.refresh();
  }

  /** The findings; null if nothing has been checked. */
  get report(): FileReport | null {
    return this.#state.report;
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  checkValidity(): boolean {
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.#internals.reportValidity();
  }

  /** Checks now. */
  refresh(): FormState {
    this.#label.textContent = this.getAttribute("label") ?? "Variables";
    if (this.#isReady) this.#state = this.#check();
    this.#internals.setFormValue(this.value);
    this.#show();
    this.dispatchEvent(new CustomEvent<FormState>(REPORT_EVENT, { detail: this.#state, bubbles: true }));
    return this.#state;
  }

  #check(): FormState {
    if (this.value === "" && !this.hasAttribute("required")) {
      return { report: { path: "", diagnostics: [] }, problem: null };
    }
    const attributes: Record<string, string> = {};
    for (const key of ["format", "filename", "parent-scope"]) {
      const value = this.getAttribute(key);
      if (value !== null) attributes[key.replace("-", "_")] = value;
    }
    return checked(() => check(this.value, { ...attributes, ...this.#options }));
  }

  #show(): void {
    const { report, problem } = this.#state;
    const failLevel = this.getAttribute("fail-level") === "warning" ? "warning" : "error";
    const found = report?.diagnostics ?? [];
    const worst = found.find((diagnostic) => blocks(diagnostic, failLevel));
    const held = report === null && this.getAttribute("on-unavailable") !== "allow" ? (problem ?? UNAVAILABLE) : "";
    const message = worst === undefined ? held : sentence(worst);
    if (message === "") this.#internals.setValidity({});
    else this.#internals.setValidity({ customError: true }, message, this.#text);
    if (message === "") this.#text.removeAttribute("aria-invalid");
    else this.#text.setAttribute("aria-invalid", "true");
    const errors = found.filter((diagnostic) => diagnostic.severity === "error").length;
    this.#status.textContent =
      report === null
        ? (problem ?? UNAVAILABLE)
        : found.length === 0
          ? this.value === ""
            ? ""
            : "no findings"
          : `${count(errors, "error")}, ${count(found.length - errors, "warning")}`;
    const reveal = (range: Range): void => this.#reveal(range);
    const apply = (fix: Fix): void => this.#fix(fix);
    this.#list.replaceChildren(...found.map((diagnostic) => findingItem(diagnostic, reveal, apply)));
  }

  #reveal({ start, end }: Range): void {
    this.#text.focus();
    this.#text.setSelectionRange(start.offset, end.offset);
  }

  #fix(fix: Fix): void {
    this.value = applyFixes(this.value, [fix]);
    this.#text.focus();
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

if (globalThis.customElements !== undefined && customElements.get("cxvars-field") === undefined) {
  customElements.define("cxvars-field", CxvarsField);
}
