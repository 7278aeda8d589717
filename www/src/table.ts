// The table view: the same document as rows.

import type { Diagnostic, Format, Outline } from "@cxvars/validator/editor";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import { addRow, isBlank } from "./new_row.ts";
import { isAdded } from "./row_proof.ts";
import type { Key } from "./row_text.ts";
import { TableRow } from "./table_row.ts";

const HEADS = ["Name", "Type", "Scope", "Encrypted", "Value", "Row"];
const UNREADABLE = "The text cannot be read to its end, so rows cannot be changed; fix it in the text view.";

const NO_PLACE =
  "No row was added, because the text has no list of variables for it; write `variables` in the text view.";
const UNCHECKED = "Nothing can be checked, so rows cannot be changed here; change the text.";

/** Shows the variables as rows that can be filled in. */
export class TableView {
  readonly element: HTMLElement;
  readonly #document: VariablesDocument;
  readonly #body = h("tbody");
  readonly #hint = h("p", { class: "hint" });
  readonly #rows: TableRow[] = [];
  readonly #add = button("Add row", () => void this.add(), { class: "add" });
  #focusNew = false;
  /** The text to which no row could be added. */
  #withoutPlace: string | undefined;

  constructor(document: VariablesDocument) {
    this.#document = document;
    const caption = h("caption", { class: "unseen" }, "Variables");
    const heads = HEADS.map((head) => h("th", { scope: "col" }, head));
    this.element = h(
      "div",
      { class: "table" },
      this.#hint,
      h("table", {}, caption, h("thead", {}, h("tr", {}, ...heads)), this.#body),
      h("p", {}, this.#add),
    );
    document.on("analysed", () => this.refresh());
    document.on("problem", () => this.#disable());
  }

  /** Adds a row and focuses its name. */
  async add(): Promise<void> {
    this.#focusNew = true;
    let hasPlace = false;
    const isMade = await this.#document.edit(
      (text, { outline }) => {
        const { format } = this.#document;
        const change = isReadable(outline, text, format) ? addRow(text, format, outline) : undefined;
        hasPlace = change !== undefined;
        return change;
      },
      { isRight: isAdded },
    );
    if (isMade && hasPlace) return;
    this.#focusNew = false;
    this.#withoutPlace = this.#document.text;
    this.refresh();
  }

  /** Focuses the control of a finding; returns false if there is no row for it. */
  reveal({ pointer }: Diagnostic): boolean {
    const row = this.#rows[indexOf(pointer)];
    const key = /\/(name|type|value|encrypted|scope)$/.exec(pointer)?.[1] as Key | undefined;
    row?.focus(key ?? "name");
    return row !== undefined;
  }

  /** Shows the document as it is now, if the view is open. */
  refresh(): void {
    if (this.element.hidden) return;
    const { analysis, text } = this.#document;
    if (analysis === undefined || analysis.text !== text) return;
    const { outline, report } = analysis;
    const canChange = isReadable(outline, text, this.#document.format);
    const empty = outline.variables.length === 0 ? "No variables yet." : "";
    const hint = this.#withoutPlace === text ? NO_PLACE : empty;
    this.#hint.textContent = canChange ? hint : UNREADABLE;
    this.#resize(outline.variables.length);
    const byRow = new Map<number, Diagnostic[]>();
    for (const diagnostic of report.diagnostics) {
      const index = indexOf(diagnostic.pointer);
      byRow.set(index, [...(byRow.get(index) ?? []), diagnostic]);
    }
    for (const [index, variable] of outline.variables.entries()) {
      this.#rows[index]!.fill(variable, byRow.get(index) ?? [], canChange);
    }
    for (const button of this.element.querySelectorAll("button")) button.disabled = !canChange;
    if (this.#focusNew && this.#rows.length > 0) {
      this.#focusNew = false;
      this.#rows.at(-1)!.focus("name");
    }
  }

  #disable(): void {
    this.#hint.textContent = UNCHECKED;
    for (const row of this.#rows) row.disable();
    for (const button of this.element.querySelectorAll("button")) button.disabled = true;
  }

  #resize(length: number): void {
    const last = this.#rows.slice(length);
    const hadFocus = last.some((row) => row.element.contains(globalThis.document.activeElement));
    for (const row of last) row.remove();
    this.#rows.length = Math.min(this.#rows.length, length);
    if (hadFocus) this.#add.focus();
    while (this.#rows.length < length) {
      const row = new TableRow(this.#document, this.#rows.length);
      this.#rows.push(row);
      this.#body.append(row.element, row.notes);
    }
  }
}

/**
 * Whether rows can be changed. What could not be read to its end may be something else than it seems; but a line of
 * `.env` says nothing about the others.
 */
function isReadable(outline: Outline, text: string, format: Format): boolean {
  return outline.is_whole || format === "env" || isBlank(text, format);
}

/** The index of the variable that a JSON Pointer leads to; NaN if it leads elsewhere. */
function indexOf(pointer: string): number {
  return Number(/^(?:\/variables)?\/(\d+)/.exec(pointer)?.[1] ?? Number.NaN);
}
