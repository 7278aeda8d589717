// The dialog that exports the variables.

import type { VariablesDocument } from "./document.ts";
import { button, h, save, select } from "./dom.ts";
import { type Exporter, type ExportKind, exported } from "./export_text.ts";
import { count } from "./wording.ts";

/** Makes the dialog, which the caller adds to the page and opens. */
export function exportDialog(variables: VariablesDocument, engine: Exporter): HTMLDialogElement {
  let kind: ExportKind = "manifest";
  let asked = 0;
  const withValues = h("input", { type: "checkbox", id: "with-values" });
  const preview = h("textarea", { id: "exported", rows: 16, readOnly: true, spellcheck: false });
  const note = h("p", { class: "hint", role: "status" });
  const name = () => ({ manifest: "variables.yaml", wire: "variables.json", command: "apply.sh" })[kind];
  const notes = h("ul", { class: "hint", id: "export-notes" });
  const show = async (): Promise<void> => {
    asked += 1;
    const question = asked;
    choice.hidden = kind !== "manifest";
    const failed = (problem: unknown) => ({ text: null, notes: [], refused: String(problem) });
    const choices = { kind, withValues: withValues.checked };
    const answer = await exported(engine, variables.text, variables.options, choices).catch(failed);
    // The user may have chosen something else in the meantime.
    if (question !== asked) return;
    preview.value = answer.text ?? "";
    keep.disabled = answer.text === null;
    copy.disabled = answer.text === null;
    const errors = variables.analysis?.report.diagnostics.filter(({ severity }) => severity === "error").length ?? 0;
    const hints = [
      answer.refused === null ? "" : `Nothing to export: ${answer.refused}.`,
      errors > 0 && answer.refused === null
        ? `The document has ${count(errors, "error")}; what is exported may be refused.`
        : "",
      kind === "manifest" && withValues.checked
        ? "It has encrypted values in plain text: keep it out of version control."
        : "",
    ];
    note.textContent = hints.filter((hint) => hint !== "").join(" ");
    notes.replaceChildren(...answer.notes.map((text) => h("li", {}, text)));
    notes.hidden = answer.notes.length === 0;
  };
  const choice = h(
    "p",
    {},
    withValues,
    h(
      "label",
      { for: "with-values", class: "inline" },
      " with the values of encrypted variables, in place of references",
    ),
  );
  withValues.addEventListener("change", () => void show());
  const copied = h("span", { role: "status" });
  const copy = button("Copy", () => {
    preview.select();
    void navigator.clipboard?.writeText(preview.value).then(
      () => {
        copied.textContent = " copied";
      },
      () => {
        copied.textContent = " select and copy it by hand";
      },
    );
  });
  const keep = button("Save", () => save(name(), preview.value, "text/plain"));
  const kinds = [
    ["manifest", "manifest (YAML, for version control)"],
    ["wire", "wire JSON (what the service takes)"],
    ["command", "command to run"],
  ] as const;
  const dialog = h(
    "dialog",
    { "aria-labelledby": "export-title" },
    h("h2", { id: "export-title" }, "Export"),
    h(
      "p",
      {},
      h("label", { for: "kind", class: "inline" }, "As "),
      select(
        kinds,
        kind,
        (value) => {
          kind = value as ExportKind;
          void show();
        },
        { id: "kind" },
      ),
    ),
    choice,
    h("label", { for: "exported" }, "Text"),
    preview,
    note,
    notes,
    h(
      "p",
      { class: "actions" },
      copy,
      keep,
      button("Close", () => dialog.close()),
      copied,
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  void show();
  return dialog;
}
