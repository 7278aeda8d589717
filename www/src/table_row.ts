// One row of the table view: the controls of a variable, and below them its findings.

import type { Diagnostic, OutlineRow } from "@cxvars/validator/editor";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import { removeRow } from "./removed_row.ts";
import { isRemoved, isSet } from "./row_proof.ts";
import { EMPTY_ROW, type Key } from "./row_text.ts";
import { fieldOf, setField } from "./rows.ts";
import { TextCell } from "./table_cell.ts";
import { withCode } from "./wording.ts";

const TYPES = ["string", "integer", "boolean", "object"];
const SCOPES = ["action", "template", "global"];

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The row at an index of the document's list of variables. */
export class TableRow {
  /** The row of the controls. */
  readonly element: HTMLTableRowElement;
  /** The row of the findings. */
  readonly notes: HTMLTableRowElement;
  readonly #document: VariablesDocument;
  readonly #index: number;
  readonly #controls: ReadonlyMap<Key, Control>;
  readonly #cells: ReadonlyMap<Key, TextCell>;
  readonly #value: HTMLTextAreaElement;
  readonly #reveal: HTMLButtonElement;
  readonly #source = h("span", { class: "source" });
  readonly #note: HTMLElement;
  /** The fields that are shown. A row that has others is not the one that the user means. */
  #known = new Map<string, string>();
  #findings: Diagnostic[] = [];
  /** Shows again what was shown last. */
  #show: () => void = () => undefined;
  /** How many edits of each control have not reached the text yet. */
  readonly #waiting = new Map<Control, number>();

  constructor(document: VariablesDocument, index: number) {
    this.#document = document;
    this.#index = index;
    const number = index + 1;
    const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "off" };
    const label = (what: string) => ({
      "aria-label": `${what} of variable ${number}`,
      "aria-describedby": `note-${index}`,
    });
    const name = h("input", { type: "text", ...plain, ...label("Name") });
    const type = h("select", label("Type"));
    const scope = h("select", label("Scope"));
    const encrypted = h("input", { type: "checkbox", ...label("Encrypted") });
    this.#value = h("textarea", { ...plain, ...label("Value"), rows: 1, class: "cell" });
    this.#controls = new Map<Key, Control>([
      ["name", name],
      ["type", type],
      ["scope", scope],
      ["encrypted", encrypted],
      ["value", this.#value],
    ]);
    this.#cells = new Map([
      ["name", new TextCell(name)],
      ["value", new TextCell(this.#value)],
    ]);
    for (const [key, control] of this.#controls) {
      const event = this.#cells.has(key) ? "input" : "change";
      control.addEventListener(event, () => void this.#changed(key, control));
    }
    this.#reveal = button("Show", () => this.#toggle(), {
      class: "reveal",
      "aria-label": `Show the value of variable ${number}`,
    });
    const remove = button("Remove", () => this.#remove(), { "aria-label": `Remove variable ${number}` });
    const cell = (label: string, ...children: Node[]) => h("td", { "data-label": label }, ...children);
    this.element = h(
      "tr",
      {},
      cell("Name", name),
      cell("Type", type),
      cell("Scope", scope),
      cell("Encrypted", encrypted),
      cell("Value", h("div", { class: "value" }, this.#value, this.#reveal, this.#source)),
      cell("", remove),
    );
    this.#note = h("div", { class: "note", id: `note-${index}` });
    this.notes = h("tr", { class: "notes" }, h("td", { colSpan: 6 }, this.#note));
  }

  focus(key: Key): void {
    this.#controls.get(key)?.focus();
  }

  remove(): void {
    this.element.remove();
    this.notes.remove();
  }

  /** Shows the variable and its findings. */
  fill(outline: OutlineRow, found: Diagnostic[], isReadable: boolean): void {
    this.#findings = found;
    this.#show = () => this.fill(outline, found, isReadable);
    if (![...this.#waiting.values()].some((edits) => edits > 0)) {
      this.#known = new Map(outline.fields.map(({ key, text }) => [key, text]));
    }
    for (const [key, control] of this.#controls) {
      const text = fieldOf(outline, key) ?? (key === "encrypted" || key === "scope" ? EMPTY_ROW[key] : "");
      if (control instanceof HTMLSelectElement) offer(control, key === "type" ? TYPES : SCOPES, text);
      else if (control.type === "checkbox") Reflect.set(control, "checked", text === "true");
      else if (!this.#isBehind(control)) this.#cells.get(key)!.show(text);
      control.disabled = !isReadable;
    }
    this.#showValue(fieldOf(outline, "encrypted") === "true", fieldOf(outline, "value_from"));
    this.#showNotes();
  }

  /** Switches the controls off, because nothing can be checked. */
  disable(): void {
    this.#show = () => this.disable();
    for (const control of this.#controls.values()) control.disabled = true;
  }

  /** Says what is wrong with the variable, and what was typed but not written. */
  #showNotes(): void {
    const refused = [...this.#cells].filter(([, cell]) => cell.isRefused).map(([key]) => key);
    for (const [key, control] of this.#controls) {
      const isWrong = this.#findings.some(
        ({ pointer, severity }) => severity === "error" && pointer.endsWith(`/${key}`),
      );
      if (isWrong || refused.includes(key)) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
    const lines = this.#findings.map(({ code, message, severity }) => `${severity} ${code}: ${message}`);
    for (const key of refused) {
      lines.unshift(`not written: this format cannot hold this ${key}; the text has the ${key} from before`);
    }
    const words = lines.join("\n");
    const hasErrors = refused.length > 0 || this.#findings.some(({ severity }) => severity === "error");
    if (this.notes.dataset.words !== words) this.#note.replaceChildren(...withCode(words));
    this.notes.dataset.words = words;
    this.notes.classList.toggle("has-errors", hasErrors);
    this.notes.hidden = words === "";
    this.element.classList.toggle("noted", words !== "");
  }

  /** Masks an encrypted value, and shows a reference in place of the value. */
  #showValue(isEncrypted: boolean, reference: string | undefined): void {
    if (this.element.classList.contains("encrypted") !== isEncrypted) {
      this.element.classList.toggle("encrypted", isEncrypted);
      this.#value.classList.toggle("masked", isEncrypted);
      this.#reveal.textContent = "Show";
    }
    this.#reveal.hidden = !isEncrypted || reference !== undefined;
    this.#value.hidden = reference !== undefined;
    this.#source.hidden = reference === undefined;
    this.#source.textContent = reference === undefined ? "" : `from ${reference.replace(/[{}"]/g, "").trim()}`;
  }

  #toggle(): void {
    const isMasked = this.#value.classList.toggle("masked");
    this.#reveal.textContent = isMasked ? "Show" : "Hide";
  }

  #remove(): void {
    const isMeant = this.#asShown();
    void this.#document.edit(
      (text, { outline }) => {
        if (!isMeant(outline.variables[this.#index])) return undefined;
        return removeRow(text, this.#document.format, outline, this.#index);
      },
      { isRight: isRemoved(this.#index) },
    );
  }

  /**
   * A test for the row that is shown now: when an edit is made, rows before it may have been removed. Fields whose
   * edits are under way do not count.
   */
  #asShown(): (row: OutlineRow | undefined) => row is OutlineRow {
    const known = new Map(this.#known);
    const open = [...this.#controls].filter(([, control]) => this.#isBehind(control));
    const isOpen = new Set(open.map(([key]) => key));
    return (row): row is OutlineRow =>
      row?.fields.every(({ key, text }) => isOpen.has(key as Key) || known.get(key) === text) === true;
  }

  /** Whether the text is older than the control, because an edit has not reached it yet. */
  #isBehind(control: Control): boolean {
    return (this.#waiting.get(control) ?? 0) > 0;
  }

  async #changed(key: Key, control: Control): Promise<void> {
    const cell = this.#cells.get(key);
    const isCheckbox = control instanceof HTMLInputElement && control.type === "checkbox";
    const value = cell?.typed() ?? (isCheckbox ? String(control.checked) : control.value);
    this.#waiting.set(control, (this.#waiting.get(control) ?? 0) + 1);
    const isMeant = this.#asShown();
    let before: string | undefined;
    try {
      const isMade = await this.#document.edit(
        (text, { outline }) => {
          const row = outline.variables[this.#index];
          before = undefined;
          if (!isMeant(row)) return undefined;
          before = fieldOf(row, key) ?? "";
          return before === value ? undefined : setField(text, this.#document.format, row, key, value);
        },
        { isTyping: cell !== undefined, isRight: isSet(this.#index, key, value) },
      );
      if (isMade && before !== undefined) this.#known.set(key, value);
      else if (before !== undefined) cell?.refuse(before);
    } finally {
      this.#waiting.set(control, this.#waiting.get(control)! - 1);
    }
    // The row was another one by the time that the edit was due, so the edit was not made.
    if (before === undefined) this.#show();
    else this.#showNotes();
  }
}

/** Offers the known words, and the present one if it is not among them. */
function offer(select: HTMLSelectElement, words: string[], value: string): void {
  const wanted = words.includes(value) ? words : [value, ...words];
  if (select.dataset.words !== wanted.join()) {
    select.dataset.words = wanted.join();
    select.replaceChildren(...wanted.map((word) => h("option", { value: word }, word === "" ? "choose" : word)));
  }
  select.value = value;
}
