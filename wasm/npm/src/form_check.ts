// One attached form: when it is checked, and what it shows.

import { Checker, type Picture, problemOf, type Subject } from "./checker.js";
import { valuesOf } from "./form_dom.js";
import { type FormOptions, type Settings, settingsOf } from "./form_options.js";
import type { FormState } from "./form_state.js";
import type { FormTexts } from "./form_texts.js";
import { FormView } from "./form_view.js";
import { placed } from "./placement.js";
import { guard } from "./submit_gate.js";

/** The attributes by which frameworks change what a form would send. */
const VALUE_ATTRIBUTES = ["value", "checked", "selected", "disabled", "type", "name", "form"];

export class FormCheck implements Subject {
  readonly element: HTMLFormElement;
  readonly ready: Promise<void>;
  readonly #options: FormOptions;
  readonly #view: FormView;
  readonly #checker: Checker;
  readonly #listening = new AbortController();
  readonly #observer: MutationObserver;
  readonly #unguard: () => void;
  #isDetached = false;

  constructor(form: HTMLFormElement, options: FormOptions) {
    this.element = form;
    this.#options = options;
    this.#view = new FormView(form);
    this.#checker = new Checker(this);
    const { signal } = this.#listening;
    for (const type of ["input", "change"] as const) {
      form.addEventListener(type, (event) => this.#onChange(event), { signal });
      // Controls with `form="…"` are elsewhere in the document.
      form.ownerDocument.addEventListener(type, (event) => this.#onChangeElsewhere(event), { signal, capture: true });
    }
    form.addEventListener("reset", (event) => this.#onReset(event), { signal });
    this.#observer = new MutationObserver(() => {
      if (this.#view.hasOrphans() || this.#checker.isOutdated) this.#checker.check();
    });
    this.#observer.observe(form, { childList: true, subtree: true, attributeFilter: VALUE_ATTRIBUTES });
    this.#unguard = guard(form, this.#checker);
    this.ready = this.#checker.start();
  }

  refresh(): FormState {
    this.#checker.hasBegun = true;
    this.#checker.check();
    return this.#checker.state;
  }

  detach(): void {
    if (this.#isDetached) return;
    this.#isDetached = true;
    this.#checker.stop();
    this.#listening.abort();
    this.#observer.disconnect();
    this.#unguard();
    this.#view.remove();
  }

  settings(): Settings {
    return settingsOf(this.#options);
  }

  document(): unknown {
    // `null` means that there is nothing to check, which a page cannot say.
    return this.#options.toDocument(this.element) ?? undefined;
  }

  values(): string {
    return valuesOf(this.element);
  }

  show({ state, settings, isHeld, isTyping }: Picture): string | null {
    if (state.report === null || settings === null) {
      if (isHeld && state.status !== "waiting") this.#view.showProblem(state.problem ?? "");
      else this.#view.clear();
      return null;
    }
    const found = placed(state.report.diagnostics, this.element, settings);
    const problem = found.fault === null ? null : problemOf(found.fault, settings);
    this.#view.showFindings(found, { problem, isHeld, isTyping }, settings.texts);
    return found.fault;
  }

  hide({ state, settings }: Picture): string | null {
    this.#view.clear();
    if (state.report === null || settings === null) return null;
    return placed(state.report.diagnostics, this.element, settings).fault;
  }

  showProblem(problem: string): void {
    this.#view.showProblem(problem);
  }

  lift(): void {
    this.#view.lift();
  }

  refuse(state: FormState, texts: FormTexts): void {
    this.#view.refuse(state.problem !== null, texts);
  }

  wait(text: string): void {
    this.#view.wait(text);
  }

  #onChange(event: Event): void {
    this.#checker.hasBegun = true;
    this.#checker.check(event.type === "input");
  }

  #onChangeElsewhere(event: Event): void {
    const { target } = event;
    if (!(target instanceof Element) || this.element.contains(target)) return;
    if ("form" in target && target.form === this.element) this.#onChange(event);
  }

  #onReset(event: Event): void {
    const { hasBegun } = this.#checker;
    this.#checker.hasBegun = false;
    // The values change after the event. Somebody may have begun again by then.
    setTimeout(() => {
      if (this.#isDetached) return;
      if (event.defaultPrevented) this.#checker.hasBegun ||= hasBegun;
      this.#checker.check();
    }, 0);
  }
}
