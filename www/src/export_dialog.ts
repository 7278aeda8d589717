// Taking the variables elsewhere: to the service, to version control, to the pipeline.
import type { Outline } from "@cxvars/validator/full";
import type { VariablesDocument } from "./document.ts";
import { button, count, h, save, select } from "./dom.ts";
import { fieldOf } from "./rows.ts";

type Kind = "manifest" | "wire" | "command";

/** Opens the dialog. */
export function exportDialog(variables: VariablesDocument): HTMLDialogElement {
  let kind: Kind = "manifest";
  const withValues = h("input", { type: "checkbox", id: "with-values" });
  const preview = h("textarea", { id: "exported", rows: 16, readOnly: true, spellcheck: false });
  const note = h("p", { class: "hint", role: "status" });
  const name = () => ({ manifest: "variables.yaml", wire: "variables.json", command: "apply.sh" })[kind];
  const text = (): string => {
    const { looked } = variables;
    if (looked === undefined || looked.text !== variables.text) return "";
    if (kind === "command") return command();
    return kind === "wire" ? wire(looked.outline) : manifest(looked.outline, withValues.checked);
  };
  const show = (): void => {
    const errors = variables.looked?.report.diagnostics.filter(({ severity }) => severity === "error").length ?? 0;
    const references =
      variables.looked?.outline.variables.filter((row) => fieldOf(row, "value_from") !== undefined).length ?? 0;
    preview.value = text();
    choice.hidden = kind !== "manifest";
    const hints = [
      errors > 0 ? `The document has ${count(errors, "error")}; what is exported may be refused.` : "",
      kind === "wire" && references > 0
        ? `${count(references, "value")} that are fetched from elsewhere are left empty here; the pipeline fetches them.`
        : "",
      kind === "manifest" && withValues.checked
        ? "Encrypted values stand in it in plain text: keep it out of version control."
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

function wire(outline: Outline): string {
  const variables = outline.variables
    .filter((row) => fieldOf(row, "state") === undefined)
    .map((row) => ({
      name: fieldOf(row, "name") ?? "",
      type: fieldOf(row, "type") ?? "string",
      value: fieldOf(row, "value") ?? "",
      encrypted: fieldOf(row, "encrypted") === "true",
      scope: fieldOf(row, "scope") ?? "action",
    }));
  return `${JSON.stringify({ variables }, null, 2)}\n`;
}

/** A reference in place of the value of every encrypted variable, unless values are asked for. */
function manifest(outline: Outline, withValues: boolean): string {
  const rows = outline.variables.map((row) => {
    const name = fieldOf(row, "name") ?? "";
    const isEncrypted = fieldOf(row, "encrypted") === "true";
    const lines = [`  - name: ${JSON.stringify(name)}`];
    if (fieldOf(row, "state") !== undefined) return [...lines, "    state: absent"].join("\n");
    lines.push(`    type: ${JSON.stringify(fieldOf(row, "type") ?? "string")}`);
    const reference = fieldOf(row, "value_from");
    if (reference !== undefined) lines.push(`    value_from: ${inOneLine(reference)}`);
    else if (isEncrypted && !withValues)
      lines.push(`    value_from: {env: CXV_${name.replace(/\W/g, "_").toUpperCase()}}`);
    else lines.push(`    value: ${JSON.stringify(fieldOf(row, "value") ?? "")}`);
    if (isEncrypted) lines.push("    encrypted: true");
    const version = fieldOf(row, "secret_version");
    if (version !== undefined) lines.push(`    secret_version: ${JSON.stringify(version)}`);
    lines.push(`    scope: ${JSON.stringify(fieldOf(row, "scope") ?? "action")}`);
    return lines.join("\n");
  });
  return rows.length === 0 ? "variables: []\n" : `variables:\n${rows.join("\n")}\n`;
}

/** A reference in braces, whether it was written so or on lines of its own. */
function inOneLine(reference: string): string {
  const text = reference.trim();
  if (text.startsWith("{")) return text.replace(/\s*\n\s*/g, " ");
  return `{${text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(", ")}}`;
}

function command(): string {
  return [
    "# what would change, then the update; secrets come from the environment",
    "cxvars plan ACTION_ID -f variables.yaml",
    "cxvars apply ACTION_ID -f variables.yaml",
    "",
  ].join("\n");
}
