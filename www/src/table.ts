// The table view: the same document as rows.

import type { Diagnostic, OutlineRow } from "@cxvars/validator/full";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import { EMPTY_ROW, type Key } from "./row_text.ts";
import { addRow, fieldOf, removeRow, setField } from "./rows.ts";

const TYPES = ["string", "integer", "boolean", "object"];
const SCOPES = ["action", "template", "global"];

type Control = HTMLInputElement | HTMLSelectElement;

interface Cells {
  row: HTMLTableRowElement;
  notes: HTMLTableRowElement;
  controls: Map<Key, Control>;
  note: HTMLElement;
  source: HTMLElement;
}

/** Shows the variables as rows that can be filled in. */
export class TableView {
  readonly element: HTMLElement;
  readonly #document: VariablesDocument;
  readonly #body = h("tbody");
  readonly #hint = h("p", { class: "hint" });
  readonly #rows: Cells[] = [];
  readonly #waiting = new WeakMap<Control, number>();
  #focusNew = false;

  constructor(document: VariablesDocument) {
    this.#document = document;
    const heads = ["Name", "Type", "Scope", "Encrypted", "Value", "Row"].map((head) => h("th", { scope: "col" }, head));
    this.element = h(
      "div",
      { class: "table" },
      this.#hint,
      h("table", {}, h("caption", { class: "unseen" }, "Variables"), h("thead", {}, h("tr", {}, ...heads)), this.#body),
      h(
        "p",
        {},
        button("Add row", () => this.add(), { class: "add" }),
      ),
    );
    document.on("analysed", () => this.refresh());
  }

  /** Adds a row and focuses its name. */
  add(): void {
    this.#focusNew = true;
    void this.#document.edit((text, { outline }) => addRow(text, this.#document.format, outline));
  }

  /** Focuses the control of a finding; returns false if there is none. */
  reveal(diagnostic: Diagnostic): boolean {
    const index = Number(/^(?:\/variables)?\/(\d+)/.exec(diagnostic.pointer)?.[1] ?? NaN);
    const key = /\/(name|type|value|encrypted|scope)$/.exec(diagnostic.pointer)?.[1] as Key | undefined;
    const control = this.#rows[index]?.controls.get(key ?? "name");
    control?.focus();
    return control !== undefined;
  }

  /** Shows the document as it is now, if the view is open. */
  refresh(): void {
    if (this.element.hidden) return;
    const { analysis, text } = this.#document;
    if (analysis === undefined || analysis.text !== text) return;
    const { outline, report } = analysis;
    const isReadable = outline.is_whole || text.trim() === "";
    this.#hint.textContent = isReadable
      ? outline.variables.length === 0
        ? "No variables yet."
        : ""
      : "The text cannot be read to its end, so rows cannot be changed; fix it in the text view.";
    while (this.#rows.length > outline.variables.length) {
      const { notes, row } = this.#rows.pop()!;
      row.remove();
      notes.remove();
    }
    while (this.#rows.length < outline.variables.length) {
      const cells = this.#cells(this.#rows.length);
      this.#rows.push(cells);
      this.#body.append(cells.row, cells.notes);
    }
    const byRow = new Map<number, Diagnostic[]>();
    for (const diagnostic of report.diagnostics) {
      const index = Number(/^(?:\/variables)?\/(\d+)/.exec(diagnostic.pointer)?.[1] ?? NaN);
      byRow.set(index, [...(byRow.get(index) ?? []), diagnostic]);
    }
    for (const [index, row] of outline.variables.entries()) {
      this.#fill(this.#rows[index]!, row, byRow.get(index) ?? [], isReadable);
    }
    for (const button of this.element.querySelectorAll("button")) button.disabled = !isReadable;
    if (this.#focusNew && this.#rows.length > 0) {
      this.#focusNew = false;
      this.#rows.at(-1)!.controls.get("name")!.focus();
    }
  }

  #cells(index: number): Cells {
    const controls = new Map<Key, Control>();
    const plain = { spellcheck: false, autocomplete: "off", autocapitalize: "off" };
    const label = (what: string) => ({
      "aria-label": `${what} of variable ${index + 1}`,
      "aria-describedby": `note-${index}`,
    });
    const listen = <C extends Control>(key: Key, control: C, event: string): C => {
      controls.set(key, control);
      control.addEventListener(event, () => {
        const value = control.type === "checkbox" ? String((control as HTMLInputElement).checked) : control.value;
        this.#waiting.set(control, (this.#waiting.get(control) ?? 0) + 1);
        void this.#set(index, key, value).then(() => this.#waiting.set(control, this.#waiting.get(control)! - 1));
      });
      return control;
    };
    const name = listen("name", h("input", { type: "text", ...plain, ...label("Name") }), "input");
    const type = listen("type", h("select", label("Type")), "change");
    const scope = listen("scope", h("select", label("Scope")), "change");
    const encrypted = listen("encrypted", h("input", { type: "checkbox", ...label("Encrypted") }), "change");
    const value = listen("value", h("input", { type: "text", ...plain, ...label("Value") }), "input");
    const source = h("span", { class: "source" });
    const reveal = button(
      "Show",
      () => {
        const hidden = value.classList.toggle("masked");
        reveal.textContent = hidden ? "Show" : "Hide";
      },
      { class: "reveal", "aria-label": `Show the value of variable ${index + 1}` },
    );
    const remove = button(
      "Remove",
      () => {
        void this.#document.edit((text, { outline }) =>
          outline.variables[index] === undefined ? undefined : removeRow(text, this.#document.format, outline, index),
        );
      },
      { "aria-label": `Remove variable ${index + 1}` },
    );
    const note = h("div", { class: "note", id: `note-${index}` });
    const cell = (label: string, ...children: Node[]) => h("td", { "data-label": label }, ...children);
    const row = h(
      "tr",
      {},
      cell("Name", name),
      cell("Type", type),
      cell("Scope", scope),
      cell("Encrypted", encrypted),
      cell("Value", h("div", { class: "value" }, value, reveal, source)),
      cell("", remove),
    );
    const notes = h("tr", { class: "notes" }, h("td", { colSpan: 6 }, note));
    return { row, notes, controls, note, source };
  }

  #fill(
    { row, notes, controls, note, source }: Cells,
    outline: OutlineRow,
    found: Diagnostic[],
    isReadable: boolean,
  ): void {
    for (const [key, control] of controls) {
      const text = fieldOf(outline, key) ?? (key === "encrypted" || key === "scope" ? EMPTY_ROW[key] : "");
      if (control instanceof HTMLSelectElement) offer(control, key === "type" ? TYPES : SCOPES, text);
      else if (control.type === "checkbox") control.checked = text === "true";
      else if (control.value !== text && !this.#isBehind(control)) control.value = text;
      control.disabled = !isReadable;
      const wrong = found.some(({ pointer, severity }) => severity === "error" && pointer.endsWith(`/${key}`));
      if (wrong) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
    const isEncrypted = fieldOf(outline, "encrypted") === "true";
    const reference = fieldOf(outline, "value_from");
    const value = controls.get("value") as HTMLInputElement;
    const reveal = row.querySelector<HTMLElement>(".reveal")!;
    if (row.classList.contains("encrypted") !== isEncrypted) {
      row.classList.toggle("encrypted", isEncrypted);
      value.classList.toggle("masked", isEncrypted);
      reveal.textContent = "Show";
    }
    reveal.hidden = !isEncrypted || reference !== undefined;
    value.hidden = reference !== undefined;
    source.hidden = reference === undefined;
    source.textContent = reference === undefined ? "" : `from ${reference.replace(/[{}"]/g, "").trim()}`;
    notes.classList.toggle(
      "has-errors",
      found.some(({ severity }) => severity === "error"),
    );
    const words = found.map(({ code, message, severity }) => `${severity} ${code}: ${message}`).join("\n");
    if (note.textContent !== words) note.textContent = words;
    notes.hidden = words === "";
    row.classList.toggle("noted", words !== "");
  }

  /** Whether something was typed that has not reached the text yet, so that the text is older than the control. */
  #isBehind(control: Control): boolean {
    return (this.#waiting.get(control) ?? 0) > 0;
  }

  #set(index: number, key: Key, value: string): Promise<void> {
    return this.#document.edit((text, { outline }) => {
      const row = outline.variables[index];
      if (row === undefined || (fieldOf(row, key) ?? "") === value) return undefined;
      return setField(text, this.#document.format, row, key, value);
    });
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
