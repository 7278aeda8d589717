// The dialog that exports the variables.

import type { VariablesDocument } from "./document.ts";
import { button, h, save, select } from "./dom.ts";
import { command, manifest, wire } from "./export_text.ts";
import { fieldOf } from "./rows.ts";
import { count } from "./wording.ts";

type Kind = "manifest" | "wire" | "command";

/** Makes the dialog, which the caller adds to the page and opens. */
export function exportDialog(variables: VariablesDocument): HTMLDialogElement {
  let kind: Kind = "manifest";
  const withValues = h("input", { type: "checkbox", id: "with-values" });
  const preview = h("textarea", { id: "exported", rows: 16, readOnly: true, spellcheck: false });
  const note = h("p", { class: "hint", role: "status" });
  const name = () => ({ manifest: "variables.yaml", wire: "variables.json", command: "apply.sh" })[kind];
  const text = (): string => {
    const { analysis } = variables;
    if (analysis === undefined || analysis.text !== variables.text) return "";
    if (kind === "command") return command();
    return kind === "wire" ? wire(analysis.outline) : manifest(analysis.outline, withValues.checked);
  };
  const show = (): void => {
    const { diagnostics = [] } = variables.analysis?.report ?? {};
    const { variables: rows = [] } = variables.analysis?.outline ?? {};
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    const references = rows.filter((row) => fieldOf(row, "value_from") !== undefined).length;
    preview.value = text();
    choice.hidden = kind !== "manifest";
    const hints = [
      errors > 0 ? `The document has ${count(errors, "error")}; what is exported may be refused.` : "",
      kind === "wire" && references > 0
        ? `Left empty here: ${count(references, "value")} from elsewhere, which the pipeline fetches.`
        : "",
      kind === "manifest" && withValues.checked
        ? "It has encrypted values in plain text: keep it out of version control."
        : "",
    ];
    note.textContent = hints.filter((hint) => hint !== "").join(" ");
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
  withValues.addEventListener("change", show);
  const copied = h("span", { role: "status" });
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
          kind = value as Kind;
          show();
        },
        { id: "kind" },
      ),
    ),
    choice,
    h("label", { for: "exported" }, "Text"),
    preview,
    note,
    h(
      "p",
      { class: "actions" },
      button("Copy", () => {
        preview.select();
        void navigator.clipboard?.writeText(preview.value).then(
          () => {
            copied.textContent = " copied";
          },
          () => {
            copied.textContent = " select and copy it by hand";
          },
        );
      }),
      button("Save", () => save(name(), preview.value, "text/plain")),
      button("Close", () => dialog.close()),
      copied,
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  show();
  return dialog;
}
