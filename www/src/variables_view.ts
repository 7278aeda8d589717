// The view of the variables: the document as text or as a table, with its findings.

import type { Diagnostic, Format, Scope } from "@cxvars/validator/full";
import type { VariablesDocument } from "./document.ts";
import { button, h, select } from "./dom.ts";
import { TextView } from "./editor.ts";
import { exportDialog } from "./export_dialog.ts";
import type { Exporter } from "./export_text.ts";
import { findings } from "./findings.ts";
import { chosenFolder } from "./project_files.ts";
import type { ProjectView } from "./project_view.ts";
import { TableView } from "./table.ts";

const FORMATS = [
  ["json", "JSON"],
  ["jsonc", "JSON with comments"],
  ["yaml", "YAML"],
  ["env", ".env"],
] as const;
const SCOPES = [
  ["", "as in the document"],
  ["global", "global"],
  ["template", "template"],
  ["action", "action"],
] as const;

/**
 * Makes the view; `explain` shows the documentation of a rule, `take` opens a file that the user chose, `project` a
 * folder, and `engine` writes exports.
 */
export function variablesView(
  variables: VariablesDocument,
  explain: (code: string) => void,
  take: (file: File) => Promise<void>,
  project: ProjectView,
  engine: Exporter,
): HTMLElement {
  const text = new TextView(variables, explain);
  const table = new TableView(variables);
  const asText = button("Text", () => show("text"));
  const asTable = button("Table", () => show("table"));

  function show(view: "text" | "table"): void {
    text.element.hidden = view !== "text";
    table.element.hidden = view !== "table";
    asText.setAttribute("aria-pressed", String(view === "text"));
    asTable.setAttribute("aria-pressed", String(view === "table"));
    table.refresh();
  }

  function reveal(diagnostic: Diagnostic): void {
    if (!table.element.hidden && table.reveal(diagnostic)) return;
    show("text");
    text.reveal(diagnostic.range.start.offset, diagnostic.range.end.offset);
  }

  function exportAll(): void {
    const dialog = exportDialog(variables, engine);
    document.body.append(dialog);
    dialog.showModal();
  }

  const format = select(FORMATS, variables.format, (value) => variables.setFormat(value as Format), { id: "format" });
  const scope = select(SCOPES, "", (value) => variables.setParentScope(value as Scope | ""), { id: "scope" });
  variables.on("settings", () => {
    format.value = variables.format;
    format.disabled = variables.isInProject;
    scope.disabled = variables.isInProject;
  });
  const file = h("input", {
    type: "file",
    id: "file",
    class: "unseen",
    accept: ".json,.jsonc,.yaml,.yml,.env",
    tabIndex: -1,
    "aria-label": "Open a file of variables",
  });
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) void take(chosen);
    file.value = "";
  });
  const folder = h("input", {
    type: "file",
    id: "folder",
    class: "unseen",
    webkitdirectory: true,
    tabIndex: -1,
    "aria-label": "Open the folder of a project",
  });
  folder.addEventListener("change", () => {
    void project.open(chosenFolder(folder.files ?? []));
    folder.value = "";
  });
  show("text");
  const toolbar = h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Document" },
    h("span", { class: "group", role: "group", "aria-label": "View" }, asText, asTable),
    h("label", {}, "Format ", format),
    h("label", {}, "Parent scope ", scope),
    h(
      "span",
      { class: "buttons" },
      button("Add row", () => {
        show("table");
        table.add();
      }),
      button("Load example", () => variables.loadExample()),
      button("Open file", () => file.click()),
      file,
      button("Open project", () => folder.click()),
      folder,
      button("Export", exportAll),
    ),
  );
  const panel = h("section", { class: "panel view", "aria-label": "Variables" }, text.element, table.element);
  return h(
    "div",
    {},
    toolbar,
    project.element,
    h("div", { class: "columns work" }, panel, findings(variables, reveal, explain)),
  );
}
