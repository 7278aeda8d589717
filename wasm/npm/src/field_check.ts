// When a `<cxvars-field>` is checked, and what it shows.

import { Checker, type Picture, problemOf, type Subject } from "./checker.js";
import type { CxvarsField } from "./field.js";
import { retype } from "./field_text.js";
import type { FieldView, Item } from "./field_view.js";
import { applyFixes } from "./fixes.js";
import { isShown } from "./form_dom.js";
import { type Settings, textsWith } from "./form_options.js";
import { blocks, type FormState, wording } from "./form_state.js";
import { ENGLISH, type FormTexts } from "./form_texts.js";
import { fromPage, PageError } from "./page_code.js";
import { Summary } from "./summary.js";
import type { Diagnostic } from "./types.js";

const ATTRIBUTES = { format: "format", filename: "filename", "parent-scope": "parent_scope" };

/** The findings in words. */
interface Words {
  items: Item[];
  /** Of the first finding that holds a submit; empty if none does. */
  held: string;
  /** The function of the page that failed. */
  fault: string | null;
}

export class FieldCheck implements Subject {
  readonly element: CxvarsField;
  readonly checker: Checker;
  readonly #internals: ElementInternals;
  readonly #view: FieldView;
  #summary: Summary | undefined;
  /** The message of the page, by `setCustomValidity`. */
  #ownMessage = "";
  /** The message of the check. */
  #message: string = ENGLISH.starting;
  #status = "";

  constructor(element: CxvarsField, internals: ElementInternals, view: FieldView) {
    this.element = element;
    this.#internals = internals;
    this.#view = view;
    this.checker = new Checker(this);
    this.#putValidity();
  }

  set ownMessage(message: string) {
    this.#ownMessage = message;
    this.#putValidity();
  }

  settings(): Settings {
    return fromPage("options", () => this.#read(), isSettings);
  }

  #read(): Settings {
    const { element } = this;
    const attributes = Object.entries(ATTRIBUTES)
      .map(([attribute, key]) => [key, element.getAttribute(attribute)] as const)
      .filter(([, value]) => value !== null);
    return {
      locate: undefined,
      messages: element.messages,
      isAllowedUnchecked: element.getAttribute("on-unavailable") === "allow",
      failLevel: element.getAttribute("fail-level") === "warning" ? "warning" : "error",
      texts: textsWith(element.texts),
      check: { ...Object.fromEntries(attributes), ...element.options },
    };
  }

  /** A disabled field is not submitted, and one that is not required may be empty. */
  document(): string | null {
    const { value, required } = this.element;
    return this.#view.text.disabled || (value === "" && !required) ? null : value;
  }

  values(): string {
    return this.#view.text.disabled ? "" : this.element.value;
  }

  show(picture: Picture): string | null {
    const { settings, isHeld, state } = picture;
    const words = this.#words(picture);
    const texts = settings?.texts ?? ENGLISH;
    const problem = words.fault === null ? state.problem : problemOf(words.fault, settings);
    this.#message = isHeld || words.fault !== null ? words.held || (problem ?? "") : "";
    this.#putValidity();
    this.#view.showInvalid(this.#message !== "" && state.status !== "waiting");
    this.#showStatus(problem ?? this.#statusOf(words.items, texts));
    this.#view.showFindings(words.items, texts, {
      reveal: ({ start, end }) => {
        this.#view.text.focus();
        this.#view.text.setSelectionRange(start.offset, end.offset);
      },
      apply: (fix) => retype(this.#view.text, applyFixes(this.element.value, [fix])),
    });
    if (!isHeld) this.#summary?.show("");
    return words.fault;
  }

  hide(picture: Picture): string | null {
    const words = this.#words(picture);
    // A field is invalid before anybody has begun, as one that is required and empty is.
    this.#message = picture.isHeld ? words.held || (picture.state.problem ?? "") : "";
    this.#putValidity();
    this.#view.showInvalid(false);
    this.#showStatus("");
    this.#view.showFindings([], ENGLISH, { reveal() {}, apply() {} });
    this.#summary?.show("");
    return words.fault;
  }

  showProblem(problem: string): void {
    this.#message = problem;
    this.#putValidity();
    this.#view.showInvalid(true);
    this.#showStatus(problem);
  }

  lift(): void {
    this.#setValidity("");
  }

  refuse(state: FormState, texts: FormTexts): void {
    this.#putValidity();
    if (isShown(this.element)) {
      this.element.focus();
      if (this.#internals.willValidate) this.#internals.reportValidity();
      return;
    }
    const form = this.#internals.form;
    if (form === null) return;
    this.#summary ??= new Summary(form);
    this.#summary.show(state.problem ?? texts.finding("error", this.#message));
    this.#summary.focus();
  }

  wait(text: string): void {
    this.#view.showStatus(text || this.#status);
  }

  /** The field has left its form. */
  leave(): void {
    this.#summary?.remove();
    this.#summary = undefined;
  }

  #showStatus(text: string): void {
    this.#status = text;
    this.#view.showStatus(text);
  }

  #statusOf(items: readonly Item[], texts: FormTexts): string {
    if (items.length === 0) return this.element.value === "" ? "" : texts.noFindings;
    const errors = items.filter(({ diagnostic }) => diagnostic.severity === "error").length;
    return texts.counts(errors, items.length - errors);
  }

  #words({ state, settings }: Picture): Words {
    const words: Words = { items: [], held: "", fault: null };
    for (const diagnostic of state.report?.diagnostics ?? []) {
      const text = this.#wording(diagnostic, settings, words);
      words.items.push({ diagnostic, text });
      if (words.held === "" && settings !== null && blocks(diagnostic, settings.failLevel)) words.held = text;
    }
    return words;
  }

  #wording(diagnostic: Diagnostic, settings: Settings | null, words: Words): string {
    try {
      return wording(diagnostic, settings?.messages);
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      words.fault ??= error.where;
      return wording(diagnostic, undefined);
    }
  }

  /** The message of the page comes first. */
  #putValidity(): void {
    this.#setValidity(this.#message);
  }

  #setValidity(message: string): void {
    const shown = this.#ownMessage || message;
    if (shown === "") this.#internals.setValidity({});
    else this.#internals.setValidity({ customError: true }, shown, this.#view.text);
  }
}

function isSettings(value: unknown): value is Settings {
  const { messages } = value as Settings;
  return messages === undefined || typeof messages === "function";
}
