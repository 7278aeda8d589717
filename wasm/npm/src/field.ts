// The element `<cxvars-field>`: a whole document as one control of a form.

import { FieldCheck } from "./field_check.js";
import { FieldView } from "./field_view.js";
import type { FormState } from "./form_state.js";
import type { FormTexts, Messages } from "./form_texts.js";
import { guard } from "./submit_gate.js";
import type { ContractOptions, FileReport } from "./types.js";

/** A server that renders pages imports this module too, and has no elements. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as unknown as typeof HTMLElement);

/** What a page may have set before the element was defined. */
const PROPERTIES = [
  "defaultValue",
  "value",
  "options",
  "messages",
  "texts",
  "name",
  "disabled",
  "required",
  "readOnly",
];

/**
 * `<cxvars-field name="variables" format="json" label="Variables">`: a text field whose text has to be a valid
 * document.
 *
 * Attributes: `name`, `format`, `filename`, `label`, `parent-scope`, `fail-level` (`error` or `warning`),
 * `on-unavailable` (`block` or `allow`), `required`, `disabled`, `readonly`. The text between its tags is its first
 * value. Parts for styles: `label`, `text`, `status`, `findings`, `finding`, `place`, `fix`.
 */
export class CxvarsField extends Base {
  static readonly formAssociated = true;
  static readonly observedAttributes = [
    ...["format", "filename", "label", "parent-scope", "required", "readonly", "fail-level", "on-unavailable"],
  ];

  readonly #internals: ElementInternals;
  readonly #view: FieldView;
  readonly #check: FieldCheck;
  readonly #children: MutationObserver;
  /** Whether the value is another one than the text between the tags: somebody typed it, or a script set it. */
  #isChanged = false;
  #options: ContractOptions = {};
  #messages: Messages | undefined;
  #texts: Partial<FormTexts> = {};
  #unguard: (() => void) | undefined;

  /** Resolves once the engine has started, or has failed to. */
  readonly ready: Promise<void>;

  constructor() {
    super();
    this.#internals = this.attachInternals();
    this.#view = new FieldView(this);
    this.#check = new FieldCheck(this, this.#internals, this.#view);
    this.#view.text.addEventListener("input", () => this.#onInput());
    // Unlike `input`, this event does not leave a shadow tree.
    this.#view.text.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
    this.addEventListener("invalid", () => this.#onInvalid());
    // A page that arrives in pieces has the element before its text.
    this.#children = new MutationObserver(() => this.#takeChildren());
    this.#children.observe(this, { childList: true, characterData: true, subtree: true });
    this.#takeChildren();
    this.#upgrade();
    this.ready = this.#check.checker.start();
  }

  /** Sets again, by the setters of this class, what was set before the class was there. */
  #upgrade(): void {
    const properties = this as unknown as Record<string, unknown>;
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value = properties[name];
      delete properties[name];
      properties[name] = value;
    }
  }

  connectedCallback(): void {
    this.#takeChildren();
    this.#refresh();
  }

  attributeChangedCallback(): void {
    this.#view.text.readOnly = this.readOnly;
    this.#view.text.required = this.required;
    this.#refresh();
  }

  formAssociatedCallback(form: HTMLFormElement | null): void {
    this.#unguard?.();
    this.#check.leave();
    this.#unguard = form === null ? undefined : guard(form, this.#check.checker);
  }

  formResetCallback(): void {
    this.#check.checker.hasBegun = false;
    this.#isChanged = false;
    this.#write(this.defaultValue);
  }

  formDisabledCallback(disabled: boolean): void {
    this.#view.text.disabled = disabled;
    this.#refresh();
  }

  formStateRestoreCallback(state: string | File | FormData | null): void {
    if (typeof state === "string") this.value = state;
  }

  get type(): string {
    return "cxvars-field";
  }

  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  set name(name: string) {
    this.setAttribute("name", name);
  }

  /** The text. */
  get value(): string {
    // The text between the tags may be newer than the last report of the observer.
    if (this.#children.takeRecords().length > 0) this.#takeChildren();
    return this.#view.text.value;
  }

  set value(text: string) {
    this.#isChanged = true;
    if (this.isConnected) this.#check.checker.hasBegun = true;
    this.#write(text);
  }

  /** The text between the tags, which a reset brings back. White space alone is no text. */
  get defaultValue(): string {
    const text = this.textContent ?? "";
    return text.trim() === "" ? "" : text;
  }

  set defaultValue(text: string) {
    this.textContent = text;
    this.#takeChildren();
  }

  get required(): boolean {
    return this.hasAttribute("required");
  }

  set required(required: boolean) {
    this.toggleAttribute("required", required);
  }

  get disabled(): boolean {
    return this.hasAttribute("disabled");
  }

  set disabled(disabled: boolean) {
    this.toggleAttribute("disabled", disabled);
  }

  get readOnly(): boolean {
    return this.hasAttribute("readonly");
  }

  set readOnly(readOnly: boolean) {
    this.toggleAttribute("readonly", readOnly);
  }

  /** Options of `check`; they override the attributes. */
  get options(): ContractOptions {
    return this.#options;
  }

  set options(options: ContractOptions) {
    this.#options = options;
    this.#refresh();
  }

  /** What the field says of a finding, such as a translation. */
  get messages(): Messages | undefined {
    return this.#messages;
  }

  set messages(messages: Messages | undefined) {
    this.#messages = messages;
    this.#refresh();
  }

  /** What else the field says. Those that are left out stay in English. */
  get texts(): Partial<FormTexts> {
    return this.#texts;
  }

  set texts(texts: Partial<FormTexts>) {
    this.#texts = texts;
    this.#refresh();
  }

  /** The findings; null if nothing has been checked. */
  get report(): FileReport | null {
    return this.#check.checker.state.report;
  }

  get form(): HTMLFormElement | null {
    return this.#internals.form;
  }

  get labels(): NodeList {
    return this.#internals.labels;
  }

  get willValidate(): boolean {
    return this.#internals.willValidate;
  }

  get validity(): ValidityState {
    return this.#internals.validity;
  }

  get validationMessage(): string {
    return this.#internals.validationMessage;
  }

  /** A message of the page's own. It stays until the page takes it back by an empty one. */
  setCustomValidity(message: string): void {
    this.#check.ownMessage = message;
  }

  checkValidity(): boolean {
    this.#refresh();
    return this.#internals.checkValidity();
  }

  reportValidity(): boolean {
    return this.checkValidity() && this.#internals.reportValidity();
  }

  /** Checks now, and shows the result. */
  refresh(): FormState {
    this.#check.checker.hasBegun = true;
    this.#refresh();
    return this.#check.checker.state;
  }

  #onInput(): void {
    this.#isChanged = true;
    this.#check.checker.hasBegun = true;
    this.#putFormValue();
    this.#check.checker.check(true);
  }

  /** The browser is about to say so to the person, or a script has asked. */
  #onInvalid(): void {
    this.#check.checker.hasBegun = true;
    this.#refresh();
  }

  #takeChildren(): void {
    if (!this.#isChanged) this.#write(this.defaultValue);
  }

  #write(text: string): void {
    const field = this.#view.text;
    const written = String(text ?? "");
    // Writing moves the cursor to the end.
    if (field.value !== written) field.value = written;
    this.#putFormValue();
    this.#refresh();
  }

  #putFormValue(): void {
    this.#internals.setFormValue(this.#view.text.value);
  }

  #refresh(): void {
    // Chromium has no list before the element has been in a document.
    const labels: Iterable<Node> = this.#internals.labels ?? [];
    const names = [...labels].map(({ textContent }) => (textContent ?? "").trim());
    this.#view.showLabel(this.getAttribute("label"), names);
    this.#check.checker.check();
  }
}

if (globalThis.customElements !== undefined && customElements.get("cxvars-field") === undefined) {
  customElements.define("cxvars-field", CxvarsField);
}
