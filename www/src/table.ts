// The table view: the same document as rows.

import type { Diagnostic } from "@cxvars/validator/full";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import type { Key } from "./row_text.ts";
import { addRow } from "./rows.ts";
import { TableRow } from "./table_row.ts";

const HEADS = ["Name", "Type", "Scope", "Encrypted", "Value", "Row"];
const UNREADABLE = "The text cannot be read to its end, so rows cannot be changed; fix it in the text view.";

/** Shows the variables as rows that can be filled in. */
export class TableView {
  readonly element: HTMLElement;
  readonly #document: VariablesDocument;
  readonly #body = h("tbody");
  readonly #hint = h("p", { class: "hint" });
  readonly #rows: TableRow[] = [];
  #focusNew = false;

  constructor(document: VariablesDocument) {
    this.#document = document;
    const caption = h("caption", { class: "unseen" }, "Variables");
    const heads = HEADS.map((head) => h("th", { scope: "col" }, head));
    const add = button("Add row", () => this.add(), { class: "add" });
    this.element = h(
      "div",
      { class: "table" },
      this.#hint,
      h("table", {}, caption, h("thead", {}, h("tr", {}, ...heads)), this.#body),
      h("p", {}, add),
    );
    document.on("analysed", () => this.refresh());
  }

  /** Adds a row and focuses its name. */
  add(): void {
    this.#focusNew = true;
    void this.#document.edit((text, { outline }) => addRow(text, this.#document.format, outline));
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
    const isReadable = outline.is_whole || text.trim() === "";
    const empty = outline.variables.length === 0 ? "No variables yet." : "";
    this.#hint.textContent = isReadable ? empty : UNREADABLE;
    this.#resize(outline.variables.length);
    const byRow = new Map<number, Diagnostic[]>();
    for (const diagnostic of report.diagnostics) {
      const index = indexOf(diagnostic.pointer);
      byRow.set(index, [...(byRow.get(index) ?? []), diagnostic]);
    }
    for (const [index, variable] of outline.variables.entries()) {
      this.#rows[index]!.fill(variable, byRow.get(index) ?? [], isReadable);
    }
    for (const button of this.element.querySelectorAll("button")) button.disabled = !isReadable;
    if (this.#focusNew && this.#rows.length > 0) {
      this.#focusNew = false;
      this.#rows.at(-1)!.focus("name");
    }
  }

  #resize(length: number): void {
    while (this.#rows.length > length) this.#rows.pop()!.remove();
    while (this.#rows.length < length) {
      const row = new TableRow(this.#document, this.#rows.length);
      this.#rows.push(row);
      this.#body.append(row.element, row.notes);
    }
  }
}

/** The index of the variable that a JSON Pointer leads to; NaN if it leads elsewhere. */
function indexOf(pointer: string): number {
  return Number(/^(?:\/variables)?\/(\d+)/.exec(pointer)?.[1] ?? Number.NaN);
}
