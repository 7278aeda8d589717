// The gate of a form: asks before each submit whether it may pass, and lets it pass later if the answer takes a while.
//
// A browser validates controls before it dispatches `submit`, so what was said of a control earlier would hold a form
// whose values are right by now. The gate therefore takes our messages off the controls before the browser looks, and
// asks when the event comes.

import { requestSubmit, skipsChecks, submitterOf, valuesOf } from "./form_dom.js";
import { pageError } from "./page_code.js";

/** May the submit pass? `ask again`: the answer is there at once from now on. */
export type Answer = boolean | "ask again";

/** One that is asked before a form is submitted. */
export interface Keeper {
  /** Takes its message off the controls, so that the browser lets the submit come. */
  lift(): void;
  /**
   * Checks again and puts its message on the controls, or takes it off; `asks` if somebody wants to see it. Returns
   * whether a submit would pass at once.
   */
  renew(asks: boolean): boolean;
  /** Whether a submit may pass. */
  admits(): boolean | Promise<Answer>;
  /** Shows why a submit does not pass. */
  refuse(): void;
  /** Shows that a submit waits, or does not any more. */
  wait(isWaiting: boolean): void;
}

const gates = new WeakMap<HTMLFormElement, Gate>();

/** Asks the keeper before each submit of the form, until the returned function is called. */
export function guard(form: HTMLFormElement, keeper: Keeper): () => void {
  const gate = gates.get(form) ?? new Gate(form);
  gates.set(form, gate);
  gate.add(keeper);
  return () => gate.remove(keeper);
}

/** The methods of a form that look at its controls at once. */
const METHODS = ["requestSubmit", "checkValidity", "reportValidity"] as const;

class Gate {
  readonly #form: HTMLFormElement;
  readonly #keepers = new Set<Keeper>();
  /** Ends what `#listen` began. */
  #listening: AbortController | undefined;
  /** The keepers that have admitted the submit in hand, for an answer that took a while. */
  #admitted: ReadonlySet<Keeper> = new Set();
  /** The submit that waits. */
  #waiting: { submitter: HTMLElement | null } | undefined;
  #seen: Event | undefined;
  #renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(form: HTMLFormElement) {
    this.#form = form;
  }

  add(keeper: Keeper): void {
    if (this.#keepers.size === 0) this.#listen();
    this.#keepers.add(keeper);
  }

  remove(keeper: Keeper): void {
    this.#keepers.delete(keeper);
    if (this.#keepers.size > 0) return;
    this.#cancel();
    clearTimeout(this.#renewal);
    this.#listening?.abort();
  }

  #listen(): void {
    const form = this.#form;
    const page = form.ownerDocument;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const capture = { capture: true, signal };
    // The window comes first. What happens in a closed shadow tree is only seen at the form.
    for (const target of [page.defaultView ?? page, form]) {
      target.addEventListener("submit", (event) => this.#onSubmit(event as SubmitEvent), capture);
      target.addEventListener("click", (event) => this.#onClick(event), capture);
      target.addEventListener("keydown", (event) => this.#onKey(event as KeyboardEvent), capture);
      target.addEventListener("keypress", (event) => this.#onKey(event as KeyboardEvent), capture);
      target.addEventListener("invalid", (event) => this.#onInvalid(event), capture);
    }
    form.addEventListener("reset", () => this.#cancel(), { signal });
    for (const name of METHODS) this.#shadow(name, signal);
  }

  /** Looks at the controls anew before a script asks the form. */
  #shadow(name: (typeof METHODS)[number], signal: AbortSignal): void {
    const form = this.#form;
    const own = Object.getOwnPropertyDescriptor(form, name);
    const before = form[name] as (submitter?: HTMLElement | null) => boolean | undefined;
    // A control of this name hides the method from the page as well.
    if (typeof before !== "function") return;
    const value = (...given: [submitter?: HTMLElement | null]): boolean | undefined => {
      if (name === "requestSubmit") {
        if (!skipsChecks(given[0])) this.#lift();
        return before.call(form, ...given);
      }
      const passes = [...this.#keepers].map((keeper) => keeper.renew(name === "reportValidity"));
      return before.call(form, ...given) === true && passes.every(Boolean);
    };
    Object.defineProperty(form, name, { value, configurable: true, writable: true });
    signal.addEventListener("abort", () => {
      if (form[name] !== value) return;
      if (own === undefined) Reflect.deleteProperty(form, name);
      else Object.defineProperty(form, name, own);
    });
  }

  #onClick(event: Event): void {
    const button = submitterOf(event);
    if (button?.form === this.#form && !skipsChecks(button)) this.#lift();
  }

  /** Without a submit button, Enter submits a form and clicks nothing. */
  #onKey(event: KeyboardEvent): void {
    const control = event.composedPath()[0];
    if (event.key === "Enter" && control instanceof HTMLInputElement && control.form === this.#form) this.#lift();
  }

  /** Something looked at the controls in a way that could not be foreseen. */
  #onInvalid(event: Event): void {
    const control = event.target;
    if (control instanceof Element && "form" in control && control.form === this.#form) this.#renewSoon();
  }

  #lift(): void {
    for (const keeper of this.#keepers) keeper.lift();
    this.#renewSoon();
  }

  /** No submit comes if the page cancels the click, or if the browser finds something itself. */
  #renewSoon(): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => {
      if (this.#waiting === undefined) for (const keeper of this.#keepers) keeper.renew(false);
    }, 0);
  }

  #onSubmit(event: SubmitEvent): void {
    if (event.target !== this.#form || event === this.#seen) return;
    this.#seen = event;
    clearTimeout(this.#renewal);
    let isHeld = true;
    try {
      if (skipsChecks(event.submitter)) {
        this.#cancel();
        isHeld = false;
      } else {
        isHeld = this.#holds(event.submitter);
      }
    } finally {
      if (isHeld) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    }
  }

  #holds(submitter: HTMLElement | null): boolean {
    if (this.#waiting !== undefined) {
      this.#waiting.submitter = submitter;
      return true;
    }
    const answers = [...this.#keepers]
      .filter((keeper) => !this.#admitted.has(keeper))
      .map((keeper) => ({ keeper, answer: keeper.admits() }));
    const refusing = answers.filter(({ answer }) => answer === false);
    const pending = answers.filter(({ answer }) => answer instanceof Promise);
    if (refusing.length > 0) {
      for (const { keeper } of refusing.reverse()) keeper.refuse();
    } else if (pending.length > 0) {
      void this.#wait(pending as Pending[], submitter);
    }
    return refusing.length > 0 || pending.length > 0;
  }

  async #wait(pending: Pending[], submitter: HTMLElement | null): Promise<void> {
    const ticket = { submitter };
    this.#waiting = ticket;
    const before = valuesOf(this.#form);
    for (const { keeper } of pending) keeper.wait(true);
    const answers = await Promise.all(pending.map(answered));
    if (this.#waiting !== ticket) return;
    this.#cancel();
    const refusing = answers.filter(({ answer }) => answer === false);
    if (refusing.length > 0) {
      for (const { keeper } of refusing.reverse()) keeper.refuse();
      return;
    }
    // If a value has changed in the meantime, the answers are for another document.
    const isSame = before === valuesOf(this.#form);
    this.#admitted = new Set(isSame ? answers.filter(({ answer }) => answer === true).map(({ keeper }) => keeper) : []);
    try {
      this.#lift();
      requestSubmit(this.#form, ticket.submitter);
    } finally {
      this.#admitted = new Set();
    }
  }

  #cancel(): void {
    if (this.#waiting === undefined) return;
    this.#waiting = undefined;
    for (const keeper of this.#keepers) keeper.wait(false);
  }
}

interface Pending {
  keeper: Keeper;
  answer: Promise<Answer>;
}

async function answered({ keeper, answer }: Pending): Promise<{ keeper: Keeper; answer: Answer }> {
  try {
    return { keeper, answer: await answer };
  } catch (error) {
    pageError("submit", error);
    return { keeper, answer: false };
  }
}
