// A cell of the table that shows a text.

import { merged } from "./merged_text.ts";

/** Lines of a value that are shown at once; the others scroll. */
const MOST_LINES = 8;

/** A text control and the text of the field that it shows. */
export class TextCell {
  readonly control: HTMLInputElement | HTMLTextAreaElement;
  #text = "";
  /** What the control made of the text. */
  #shown = "";
  /** The text of the field when the document refused what was typed. */
  #refusedAt: string | undefined;

  constructor(control: HTMLInputElement | HTMLTextAreaElement) {
    this.control = control;
    if (control instanceof HTMLTextAreaElement) control.addEventListener("keydown", (event) => confine(event, control));
  }

  /** Shows the text of the field. What was typed and refused stays until the field changes. */
  show(text: string): void {
    if (this.#refusedAt === text) return;
    this.#refusedAt = undefined;
    if (text === this.#text && this.control.value === this.#shown) return;
    this.#text = text;
    this.control.value = text;
    this.#shown = this.control.value;
    this.#fit();
  }

  /** The text of the field after the user has typed in the control. */
  typed(): string {
    this.#text = merged(this.#text, this.#shown, this.control.value);
    this.#shown = this.control.value;
    this.#refusedAt = undefined;
    this.#fit();
    return this.#text;
  }

  /** Notes that the document did not take what was typed, and still has another text. */
  refuse(text: string): void {
    this.#refusedAt = text;
  }

  get isRefused(): boolean {
    return this.#refusedAt !== undefined;
  }

  #fit(): void {
    if (this.control instanceof HTMLTextAreaElement) {
      this.control.rows = Math.min(this.#shown.split("\n").length, MOST_LINES);
    }
  }
}

/** In a value of one line, Enter adds no line break by accident; Shift+Enter does. */
function confine(event: KeyboardEvent, { value }: HTMLTextAreaElement): void {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !value.includes("\n")) event.preventDefault();
}
