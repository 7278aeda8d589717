// What a form shows of its state: marks at controls, and the summary.

import { isShown } from "./form_dom.js";
import type { FormTexts } from "./form_texts.js";
import { isReachable, Marks } from "./marks.js";
import { firstControl, type Placed } from "./placement.js";
import { Summary } from "./summary.js";

/** What the findings mean for a submit. */
interface Situation {
  problem: string | null;
  isHeld: boolean;
  isTyping: boolean;
}

export class FormView {
  readonly #form: HTMLFormElement;
  readonly #marks = new Marks();
  readonly #summary: Summary;
  #line = "";
  #others: string[] = [];
  #waiting = "";
  #tally: Placed["tally"] = [0, 0];

  constructor(form: HTMLFormElement) {
    this.#form = form;
    this.#summary = new Summary(form);
    this.#render();
  }

  /** Shows the findings, and the problem beside them if there is one. */
  showFindings(placed: Placed, { problem, isHeld, isTyping }: Situation, texts: FormTexts): void {
    this.#marks.show(placed.marks);
    this.#others = placed.others;
    this.#tally = placed.tally;
    if (problem !== null) this.#line = problem;
    else if (!isHeld) this.#line = "";
    // The number changes with the keys; it is announced when the control is left.
    else if (this.#line !== "" && !isTyping) this.#line = texts.notSent(...placed.tally);
    this.#render();
  }

  /** Shows why nothing has been checked. */
  showProblem(problem: string): void {
    this.#marks.clear();
    const first = firstControl(this.#form);
    if (first !== undefined) this.#marks.claim(new Map([[first, problem]]));
    this.#others = [];
    this.#line = problem;
    this.#render();
  }

  /** Shows that a submit was held, and moves the focus to the first reason. */
  refuse(hasProblem: boolean, texts: FormTexts): void {
    if (!hasProblem) this.#line = texts.notSent(...this.#tally);
    this.#render();
    const held = this.#marks.held();
    const control = held.find(isReachable) ?? held.find((one) => isShown(one) && !one.matches(":disabled"));
    if (hasProblem || control === undefined) {
      this.#summary.focus();
      return;
    }
    control.focus();
    if (isReachable(control)) control.reportValidity();
  }

  /** Shows that a submit waits; by an empty text, that it does not any more. */
  wait(text: string): void {
    this.#waiting = text;
    this.#render();
  }

  /** Takes the messages off the controls, for the browser's validation alone. */
  lift(): void {
    this.#marks.claim(new Map());
  }

  clear(): void {
    this.#marks.clear();
    this.#line = "";
    this.#others = [];
    this.#render();
  }

  /** Whether something is shown at a control that the page has removed. */
  hasOrphans(): boolean {
    return this.#marks.hasOrphans();
  }

  remove(): void {
    this.#marks.clear();
    this.#summary.remove();
  }

  #render(): void {
    this.#summary.show(this.#waiting || this.#line, this.#others);
  }
}
