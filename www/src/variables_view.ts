// The view of the variables: the document as text or as a table, its settings, and its findings.

import type { Diagnostic, Format, Range, Scope } from "@cxvars/validator/editor";
import { convert, TARGETS } from "./conversion.ts";
import type { VariablesDocument } from "./document.ts";
import { button, h, select } from "./dom.ts";
import { TextView } from "./editor.ts";
import { editorExtras } from "./editor_extras.ts";
import type { Engine } from "./engine.ts";
import { EXAMPLES, type Example } from "./examples.ts";
import { findings } from "./findings.ts";
import { type MenuItem, menu } from "./menu.ts";
import type { View } from "./navigation.ts";
import type { Opening } from "./opening.ts";
import { chosenFolder } from "./project_files.ts";
import type { ProjectView } from "./project_view.ts";
import { saveFile } from "./saving.ts";
import { settingsView } from "./settings_view.ts";
import { shareDialog } from "./share_dialog.ts";
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

/** What the view shows beside the findings. */
type Pane = "text" | "table" | "settings";

const PANES: Record<Pane, string> = { text: "Text", table: "Table", settings: "Settings" };

/** What the view needs of the page around it. */
export interface Surroundings {
  /** Shows a place of the page. */
  go(view: string, part?: string): void;
  opening: Opening;
  project: ProjectView;
}

/** The view of the variables. */
export interface VariablesView extends View {
  /** Loads what is not needed at first, so that nothing has to be loaded later. */
  load(): Promise<void>;
  /** Shows the document, if something else is shown. */
  showDocument(): void;
  /** Replaces the settings. */
  useSettings(text: string): Promise<void>;
}

/** Makes the view. */
export function variablesView(
  engine: Engine,
  variables: VariablesDocument,
  { go, opening, project }: Surroundings,
): VariablesView {
  const explain = (code: string): void => go("rules", code);
  const text = new TextView(variables, explain, editorExtras("text"));
  const table = new TableView(variables);
  const settings = settingsView(engine, variables, () => show("settings"));
  const panes: Record<Pane, HTMLElement> = { text: text.element, table: table.element, settings: settings.element };
  const toggles = Object.entries(PANES).map(([pane, name]) =>
    button(name, () => show(pane as Pane), { "data-pane": pane }),
  );

  /** Shows a pane, and makes that a step of the history. */
  function show(pane: Pane): void {
    go("variables", pane === "text" ? "" : pane);
  }

  function open(part: string): string {
    const wanted: Pane = part === "table" || part === "settings" ? part : "text";
    for (const [pane, element] of Object.entries(panes)) element.hidden = pane !== wanted;
    for (const toggle of toggles) toggle.setAttribute("aria-pressed", String(toggle.dataset.pane === wanted));
    if (wanted === "settings") void settings.load();
    table.refresh();
    return wanted === "text" ? "" : PANES[wanted];
  }

  function reveal(diagnostic: Diagnostic): void {
    if (!table.element.hidden && table.reveal(diagnostic)) return;
    revealInText(diagnostic.range);
  }

  function revealInText({ start, end }: Range): void {
    show("text");
    text.reveal(start.offset, end.offset);
  }

  async function exportAll(): Promise<void> {
    const { exportDialog } = await import("./export_dialog.ts");
    const dialog = exportDialog(variables, engine);
    document.body.append(dialog);
    dialog.showModal();
  }

  async function share(): Promise<void> {
    try {
      await shareDialog(engine, variables);
    } catch (error) {
      said(h("p", { class: "error" }, `There is no link: ${(error as Error).message}.`));
    }
  }

  /** Says something about the last command, until the text changes. */
  const notice = h("div", { class: "notice", role: "status", hidden: true });
  let noticedText = "";
  function said(...words: Node[]): void {
    noticedText = variables.text;
    notice.hidden = words.length === 0;
    notice.replaceChildren(...words);
    if (words.length > 0) notice.append(button("Close", close));
  }
  function close(): void {
    said();
    conversion.querySelector("button")?.focus();
  }
  variables.on("text", () => {
    if (variables.text !== noticedText) said();
  });

  const format = select(FORMATS, variables.format, (value) => variables.setFormat(value as Format), { id: "format" });
  const scope = select(SCOPES, "", (value) => variables.setParentScope(value as Scope | ""), { id: "scope" });
  variables.on("settings", () => {
    format.value = variables.format;
    scope.value = variables.parentScope;
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
    if (chosen !== undefined) void opening.open(chosen);
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
  function showDocument(): void {
    if (panes.settings.hidden) go("variables");
    else show("text");
  }

  const load = (example: Example): void => void opening.example(example);
  const [first, ...others] = EXAMPLES as [Example, ...Example[]];
  const examples = h(
    "span",
    { class: "split" },
    button("Load example", () => load(first)),
    menu(
      "▾",
      others.map((example): MenuItem => [example.name, () => load(example)]),
      { "aria-label": "More examples" },
    ),
  );
  const conversions = TARGETS.map(
    ([target, name]): MenuItem => [name, () => void convert(engine, variables, target).then((words) => said(...words))],
  );
  const conversion = menu("Convert to", conversions);
  const sharing = button("Share", () => void share());

  const toolbar = h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Document" },
    h("span", { class: "group", role: "group", "aria-label": "View" }, ...toggles),
    h("label", {}, "Format ", format),
    h("label", {}, "Parent scope ", scope),
    h(
      "span",
      { class: "buttons" },
      button("Add row", () => {
        show("table");
        void table.add();
      }),
      examples,
      button("Open file", () => file.click()),
      file,
      button("Save file", () => saveFile(variables), { title: "Ctrl+S" }),
      button("Open project", () => folder.click()),
      folder,
      conversion,
      button("Export", () => void exportAll()),
      sharing,
    ),
  );
  const panel = h("section", { class: "panel view", "aria-label": "Variables" }, ...Object.values(panes));
  const found = findings(variables, { reveal, revealRelated: ({ range }) => revealInText(range), note: settings.note });
  const element = h("div", {}, toolbar, notice, project.element, h("div", { class: "columns work" }, panel, found));
  return {
    name: "Variables",
    element,
    open,
    async load() {
      await Promise.all([
        import("./settings_editor.ts"),
        import("./editor_search.ts"),
        import("./export_dialog.ts"),
        import("./fixes_dialog.ts"),
      ]);
    },
    showDocument,
    useSettings: settings.replace,
  };
}
