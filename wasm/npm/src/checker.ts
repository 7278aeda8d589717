// Checks the document of a form or a field whenever it changes, and decides whether a submit may pass.

import { engine } from "./form_engine.js";
import type { Settings } from "./form_options.js";
import { blocks, checked, type FormState, failed, REPORT_EVENT, unavailable, waiting } from "./form_state.js";
import { ENGLISH, type FormTexts } from "./form_texts.js";
import { fromPage, pageError } from "./page_code.js";
import type { Answer, Keeper } from "./submit_gate.js";

/** What a form or a field shows. */
export interface Picture {
  state: FormState;
  settings: Settings | null;
  /** Whether a submit is held back. */
  isHeld: boolean;
  /** Whether a person is in the middle of typing. */
  isTyping: boolean;
}

/** What is checked: a form, or a field. */
export interface Subject {
  /** Dispatches our event. */
  readonly element: HTMLElement;
  /** @throws PageError if what the page has set cannot be read. */
  settings(): Settings;
  /** Returns a text or a promise of one; null if there is nothing to check. */
  document(settings: Settings): unknown;
  /** The values that the document is made of, to notice that they have changed. */
  values(): string;
  /** Shows the findings. Returns the function of the page that failed meanwhile. */
  show(picture: Picture): string | null;
  /** Shows what holds the form, if it is nothing that was found. */
  showProblem(problem: string): void;
  /** Shows nothing, as nobody has begun. Returns the function of the page that would fail. */
  hide(picture: Picture): string | null;
  lift(): void;
  refuse(state: FormState, texts: FormTexts): void;
  wait(text: string): void;
}

/** What is known of a document, and the options that it was checked with. */
interface Result {
  state: FormState;
  settings: Settings | null;
}

/** How often a listener may change the values while it is told of a check. */
const MOST_ROUNDS = 5;

/** Nothing to check. */
const EMPTY: FormState = { status: "checked", report: { path: "", diagnostics: [] }, problem: null };

export class Checker implements Keeper {
  /** Whether a person has begun: nothing is marked before. */
  hasBegun = false;
  readonly #subject: Subject;
  #result: Result = { state: waiting(ENGLISH), settings: null };
  #isHeld = true;
  #isStopped = false;
  #isTelling = false;
  /** Counts the checks, so that an answer that comes late is not taken for the latest. */
  #round = 0;
  /** The values of the last check, and those of the last answer. */
  #checkedValues = "";
  #answeredValues = "";

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  get state(): FormState {
    return this.#result.state;
  }

  /** Whether values have changed since the last check. */
  get isOutdated(): boolean {
    return this.#subject.values() !== this.#checkedValues;
  }

  /** The first check. Resolves once the engine has started, or has failed to. */
  async start(): Promise<void> {
    const result = await this.#evaluate();
    if (result === null) await this.start();
    else this.#conclude(result);
  }

  /** Nothing is checked, shown or held any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Checks the document as it is now. Returns whether the answer is there already. */
  check(isTyping = false): boolean {
    if (this.#isStopped) return true;
    const result = this.#evaluate();
    if (!(result instanceof Promise)) {
      this.#conclude(result, this.#checkedValues, isTyping);
      return true;
    }
    const round = this.#round;
    const values = this.#checkedValues;
    void result.then((late) => {
      if (round !== this.#round) return;
      if (late === null) this.check(isTyping);
      else this.#conclude(late, values, isTyping);
    });
    return false;
  }

  lift(): void {
    this.#subject.lift();
  }

  renew(asks: boolean): boolean {
    if (asks) this.hasBegun = true;
    const isKnown = this.check() || this.#answeredValues === this.#checkedValues;
    return isKnown && !this.#isHeld;
  }

  admits(): boolean | Promise<Answer> {
    this.hasBegun = true;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const result = this.#evaluate();
      if (result instanceof Promise) return this.#admitsLater(result);
      this.#conclude(result);
      // A listener of our event may have changed what has just been checked.
      if (!this.isOutdated) return !this.#isHeld;
    }
    const { settings } = this.#result;
    this.#conclude({ state: failed(problemOf(REPORT_EVENT, settings)), settings });
    return false;
  }

  async #admitsLater(pending: Promise<Result | null>): Promise<Answer> {
    const before = this.#checkedValues;
    const result = await pending;
    if (this.#isStopped) return true;
    if (result === null) return "ask again";
    this.#conclude(result, before);
    return this.#subject.values() === before ? !this.#isHeld : "ask again";
  }

  refuse(): void {
    const { state, settings } = this.#result;
    try {
      this.#subject.refuse(state, settings?.texts ?? ENGLISH);
    } catch (error) {
      this.#subject.showProblem(this.#failure(error, settings).state.problem ?? "");
    }
  }

  wait(isWaiting: boolean): void {
    const texts = this.#result.settings?.texts ?? ENGLISH;
    this.#subject.wait(isWaiting ? texts.checking : "");
  }

  /** What is known of the document now; null, once the engine has started, if the document has to be made again. */
  #evaluate(): Result | Promise<Result | null> {
    this.#round += 1;
    let settings: Settings | null = null;
    try {
      this.#checkedValues = this.#subject.values();
      const current = this.#subject.settings();
      settings = current;
      const made = fromPage("toDocument", () => this.#subject.document(current), isDocument);
      if (made === null) return { state: EMPTY, settings };
      return typeof made === "string" ? this.#resultOf(made, current, true) : this.#later(made, current);
    } catch (error) {
      return this.#failure(error, settings);
    }
  }

  async #later(made: PromiseLike<unknown>, settings: Settings): Promise<Result | null> {
    try {
      const text = await made;
      if (typeof text !== "string") throw new TypeError("toDocument resolved to a value of a wrong type");
      return await this.#resultOf(text, settings, false);
    } catch (error) {
      return this.#failure(pageError("toDocument", error), settings);
    }
  }

  /** Checks a text, or starts the engine. A text that was made at once is made again after that. */
  #resultOf(text: string, settings: Settings, isMadeAtOnce: boolean): Result | Promise<Result | null> {
    const { check, texts } = settings;
    const state = checked(engine, text, check, texts);
    if (state !== null) return { state, settings };
    // What was found before may be with other options.
    const isUnavailable = this.state.status === "unavailable";
    this.#conclude({ state: isUnavailable ? unavailable(texts) : waiting(texts), settings });
    return engine.start(check).then(
      () => (isMadeAtOnce ? null : { state: checked(engine, text, check, texts) ?? waiting(texts), settings }),
      () => ({ state: unavailable(texts), settings }),
    );
  }

  #failure(error: unknown, settings: Settings | null): Result {
    return { state: failed(problemOf(pageError("page", error).where, settings)), settings };
  }

  #conclude(result: Result, values = this.#checkedValues, isTyping = false): void {
    if (this.#isStopped) return;
    this.#answeredValues = values;
    this.#result = result;
    this.#isHeld = holds(result);
    const picture: Picture = { ...result, isHeld: this.#isHeld, isTyping };
    try {
      const fault = this.hasBegun ? this.#subject.show(picture) : this.#subject.hide(picture);
      if (fault !== null) this.#fail(fault);
    } catch (error) {
      this.#fail(pageError("page", error).where);
      if (this.hasBegun) this.#subject.showProblem(this.state.problem ?? "");
    }
    this.#tell();
  }

  /** A function of the page failed after the check. The findings stay. */
  #fail(where: string): void {
    const { state, settings } = this.#result;
    this.#isHeld = true;
    this.#result = { state: { ...state, status: "failed", problem: problemOf(where, settings) }, settings };
  }

  /** A listener that checks again is not told of that once more. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const { element } = this.#subject;
    element.dispatchEvent(new CustomEvent<FormState>(REPORT_EVENT, { detail: this.state, bubbles: true }));
    this.#isTelling = false;
  }
}

/** Whether what is known holds a submit back. Only an engine that cannot be loaded may be overlooked. */
function holds({ state, settings }: Result): boolean {
  if (settings === null) return true;
  if (state.report === null) return state.status !== "unavailable" || !settings.isAllowedUnchecked;
  return state.report.diagnostics.some((diagnostic) => blocks(diagnostic, settings.failLevel));
}

function isDocument(value: unknown): value is string | null | PromiseLike<unknown> {
  if (typeof value === "string" || value === null) return true;
  return typeof value === "object" && "then" in value && typeof value.then === "function";
}

/** The problem that a function of the page failed. The texts may be what has failed. */
export function problemOf(where: string, settings: Settings | null): string {
  try {
    return (settings?.texts ?? ENGLISH).pageError(where);
  } catch {
    return ENGLISH.pageError(where);
  }
}
