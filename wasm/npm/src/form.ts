// Holds a form back while its document has mistakes, by the browser's own constraint validation.
//
// `form.submit()` and a request that does not come from the form pass by any check in the browser: repeat it on the server.
import { applyFixes, check, init } from "./web.js";
import type { CheckOptions, Diagnostic, FileReport, Fix } from "./types.js";

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

/** What is known of a form's document. */
export interface FormState {
  /** The findings; null while nothing has been checked. */
  report: FileReport | null;
  /** Why nothing could be checked. */
  problem: string | null;
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

/** The event that a form and a `<cxvars-field>` dispatch after every check; its detail is a FormState. */
export const REPORT_EVENT = "cxvars-report";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | HTMLButtonElement;

const STARTING = "the check is still starting; try again in a moment";
const UNAVAILABLE = "the checker could not start, so nothing has been checked; reload the page";

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
    const held = state.report === null
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

/** Starts the engine, and says what kept it from starting. */
async function started(): Promise<string | null> {
  try {
    await init();
    return null;
  } catch {
    return UNAVAILABLE;
  }
}

function run(toDocument: FormOptions["toDocument"], form: HTMLFormElement, options: CheckOptions): FormState {
  try {
    return { report: check(toDocument(form), options), problem: null };
  } catch (error) {
    return { report: null, problem: `nothing has been checked: ${error instanceof Error ? error.message : "unknown"}` };
  }
}

function blocks(diagnostic: Diagnostic, failLevel: "error" | "warning"): boolean {
  return diagnostic.severity === "error" || failLevel === "warning";
}

function sentence({ code, message, help }: Diagnostic): string {
  return `${message}${help === null ? "" : `; ${help}`} (${code})`;
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
    note.id = `cxvars-message-${(nextNote += 1)}`;
    note.setAttribute("role", "status");
    notes.set(control, note);
    control.after(note);
    describe(control, note.id, true);
  }
  if (note.textContent !== text) note.textContent = text;
}

const notes = new WeakMap<Control, HTMLElement>();
let nextNote = 0;

/** Adds an id to what describes a control, or takes it away, and leaves others alone. */
function describe(control: Control, id: string | undefined, wanted: boolean): void {
  const others = (control.getAttribute("aria-describedby") ?? "").split(/\s+/).filter((other) => other !== "" && other !== id);
  const ids = wanted && id !== undefined ? [...others, id] : others;
  if (ids.length > 0) control.setAttribute("aria-describedby", ids.join(" "));
  else control.removeAttribute("aria-describedby");
}

const STYLE = `
:host { display: block; }
label { display: block; font-weight: 600; margin-block-end: 0.3em; }
textarea { box-sizing: border-box; width: 100%; min-height: 14em; font: 0.9em/1.45 ui-monospace, monospace;
  color: inherit; background: transparent; border: 1px solid currentcolor; border-radius: 4px; padding: 0.6em; tab-size: 2; }
textarea:focus-visible { outline: 2px solid #2563eb; outline-offset: 1px; }
textarea[aria-invalid] { border-color: #b91c1c; }
p { margin-block: 0.5em; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-inline-start: 3px solid #b91c1c; padding: 0.15em 0.7em; margin-block: 0.35em; }
li.warning { border-color: #a16207; }
button { font: inherit; }
.place { background: none; border: 0; padding: 0; color: inherit; text-decoration: underline; cursor: pointer; }
`;

/** Without a page, as on a server, there are no elements to define. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/**
 * `<cxvars-field name="variables" format="json" label="Variables">`: a text of a form that has to be a valid document.
 *
 * Attributes: `name`, `format`, `filename`, `label`, `parent-scope`, `fail-level` (`error` or `warning`), `on-unavailable`
 * (`block` or `allow`), `required`, `disabled`. Its first text is what stands between its tags. The property `options`
 * takes the other keys of `check`.
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

  /** Settles when the engine has started, or could not be. */
  readonly ready: Promise<void>;

  constructor() {
    super();
    this.#internals = this.attachInternals();
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    // Not an inline style, which a strict policy would refuse.
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
    this.ready = started().then((problem) => {
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

  /** Keys of `check` beside those that attributes give. */
  get options(): CheckOptions {
    return this.#options;
  }

  set options(options: CheckOptions) {
    this.#options = options;
    this.refresh();
  }

  /** The findings; null while nothing has been checked. */
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
    try {
      return { report: check(this.value, { ...attributes, ...this.#options }), problem: null };
    } catch (error) {
      return { report: null, problem: `nothing has been checked: ${error instanceof Error ? error.message : "unknown"}` };
    }
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
    this.#status.textContent = report === null
      ? (problem ?? UNAVAILABLE)
      : found.length === 0
        ? this.value === "" ? "" : "no findings"
        : `${count(errors, "error")}, ${count(found.length - errors, "warning")}`;
    this.#list.replaceChildren(...found.map((diagnostic) => this.#item(diagnostic)));
  }

  #item(diagnostic: Diagnostic): HTMLLIElement {
    const item = document.createElement("li");
    item.className = diagnostic.severity;
    const { start, end } = diagnostic.range;
    const place = document.createElement("button");
    Object.assign(place, { type: "button", className: "place", textContent: `line ${start.line}, column ${start.column}` });
    place.addEventListener("click", () => {
      this.#text.focus();
      this.#text.setSelectionRange(start.offset, end.offset);
    });
    item.append(`${diagnostic.severity} `, place, `: ${sentence(diagnostic)} `);
    const fix = diagnostic.fixes.find((fix: Fix) => fix.applicability === "safe");
    if (fix !== undefined) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", textContent: `Fix: ${fix.message}` });
      button.addEventListener("click", () => {
        this.value = applyFixes(this.value, [fix]);
        this.#text.focus();
      });
      item.append(button);
    }
    return item;
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

if (globalThis.customElements !== undefined && customElements.get("cxvars-field") === undefined) {
  customElements.define("cxvars-field", CxvarsField);
}
