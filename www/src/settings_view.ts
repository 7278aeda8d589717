// The pane of the settings: a `cxvars.toml` that decides how the text is checked, as it does in a project.

import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import type { SettingsEditor } from "./settings_editor.ts";
import { partsOfFiles, problemsOf, type SettingsProblem } from "./settings_problems.ts";
import { count, withCode } from "./wording.ts";

/** A document that any settings can be tried with. */
const EMPTY_DOCUMENT = "[]";

const EXAMPLE = `# What a cxvars.toml may say about checking. Findings change while you type.
[validate]
name_pattern = '[a-z][a-z0-9_]*'
max_variables = 40
allow_empty = ["region"]
severity = { CX206 = "error", CX207 = "off" }

[[ignore]]
code = "CX103"
variable = "retry_limit"
reason = "removed with the next release"
`;

export interface SettingsView {
  element: HTMLElement;
  /** What is shown beside the findings: which settings they go by. */
  note: HTMLElement;
  /** Loads the editor, if it is not there yet. */
  load(): Promise<void>;
  /** Replaces the settings. */
  replace(text: string): Promise<void>;
}

/** Makes the pane; `open` shows it. */
export function settingsView(engine: Engine, variables: VariablesDocument, open: () => void): SettingsView {
  const host = h("div", { class: "settings-text" });
  const status = h("p", { id: "settings-status", role: "status" });
  const list = h("ul", { class: "error problems" });
  const note = h("p", { class: "hint", id: "settings-note" });
  let editor: SettingsEditor | undefined;
  let loading: Promise<void> | undefined;
  let text = "";
  let problems: SettingsProblem[] = [];

  const load = (): Promise<void> => {
    loading ??= import("./settings_editor.ts").then(({ SettingsEditor }) => {
      editor = new SettingsEditor(host, (changed) => void check(changed));
    });
    return loading;
  };

  const check = async (changed: string): Promise<void> => {
    text = changed;
    let found: SettingsProblem[] = [];
    try {
      await engine.ask("analyse", EMPTY_DOCUMENT, { format: "json", config: changed });
    } catch (error) {
      found = problemsOf((error as Error).message);
    }
    // Somebody may have typed in the meantime.
    if (text !== changed) return;
    problems = found;
    // Settings with mistakes decide nothing; the ones before them stay in force.
    if (problems.length === 0) variables.setConfig(changed);
    show();
  };

  const show = (): void => {
    editor?.mark(problems);
    list.replaceChildren(
      ...problems.map((problem) =>
        h(
          "li",
          {},
          button(`line ${problem.line}, column ${problem.column}`, () => editor?.reveal(problem), { class: "link" }),
          ": ",
          ...withCode(problem.message),
        ),
      ),
    );
    const idle = partsOfFiles(text);
    const words = [
      variables.isInProject ? "The project's own `cxvars.toml` decides about the open document." : "",
      problems.length > 0 ? `${count(problems.length, "mistake")}; the settings before them stay in force.` : "",
      problems.length === 0 && text.trim() !== "" ? "In force." : "",
      idle.length > 0 ? `Without effect here: ${idle.join(", ")}. Open the project's folder to use them.` : "",
    ];
    status.replaceChildren(...withCode(words.filter((word) => word !== "").join(" ")));
    status.className = problems.length > 0 ? "error" : "";
    showNote();
  };

  const showNote = (): void => {
    const link = button("settings", open, { class: "link" });
    if (variables.isInProject) note.replaceChildren();
    else if (problems.length > 0)
      note.replaceChildren("The ", link, " have a mistake; those before them are in force.");
    else if (variables.config.trim() !== "") note.replaceChildren("Checked with your ", link, ".");
    else note.replaceChildren();
  };

  const replace = async (wanted: string): Promise<void> => {
    await load();
    editor?.replace(wanted);
  };
  variables.on("settings", show);
  const element = h(
    "div",
    { class: "settings" },
    h(
      "div",
      { class: "about" },
      h("p", {}, ...withCode("A `cxvars.toml` decides how the text is checked: severities, ignores, limits, names.")),
      h(
        "p",
        { class: "actions" },
        button("Example settings", () => void replace(EXAMPLE)),
        button("Clear", () => void replace("")),
      ),
      status,
      list,
    ),
    host,
  );
  return { element, note, load, replace };
}
