// The project that is open: its documents with their findings, and what is wrong with its configurations.

import type { ConfigurationRemark, ConfigurationReport, FileReport, PolicyReport } from "@cxvars/validator/editor";
import type { DocumentEngine, VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { guessFormat } from "./guess_format.ts";
import type { OpenedFolder } from "./project_files.ts";
import { readText } from "./reading.ts";
import { count } from "./wording.ts";

export interface ProjectView {
  element: HTMLElement;
  /** Opens a folder, in place of the one before. */
  open(folder: OpenedFolder): Promise<void>;
}

/** Makes the view, which is hidden until a project is opened. Choosing a document shows it as `variables`. */
export function projectView(engine: Engine, variables: VariablesDocument): ProjectView {
  const status = h("p", { id: "project-status", role: "status" });
  const remarks = h("ul", { class: "remarks" });
  const list = h("ul", { class: "documents" });
  const details = h("details", { open: true, hidden: true }, h("summary", {}, "Documents"), list);
  const parts = [status, remarks, details];
  const element = h("section", { class: "panel project", "aria-label": "Project", hidden: true }, ...parts);
  const rows = new Map<string, HTMLElement>();

  async function open(folder: OpenedFolder): Promise<void> {
    element.hidden = false;
    details.hidden = true;
    rows.clear();
    remarks.replaceChildren();
    list.replaceChildren();
    status.textContent = `Checking ${folder.name} …`;
    try {
      const { documents, configurations } = await engine.ask("judgeProject", folder.files);
      const { problems, ignores, policies } = configurations;
      for (const report of documents) list.append(row(report, folder));
      details.hidden = documents.length === 0;
      const of = (kind: string) => (about: ConfigurationRemark) => remark(about, kind);
      remarks.replaceChildren(...problems.map(of("problem")), ...policies.map(policy), ...ignores.map(of("ignore")));
      status.textContent = `${folder.name}: ${summary(documents, configurations)}`;
    } catch (error) {
      status.textContent = `${folder.name} could not be checked: ${(error as Error).message}`;
    }
  }

  function row({ path, diagnostics }: FileReport, { files }: OpenedFolder): HTMLElement {
    const findings = h("span", {}, found(diagnostics));
    rows.set(path, findings);
    const choose = button(path, () => void show(path, files.get(path)!), { class: "link" });
    return h("li", {}, choose, " ", findings);
  }

  async function show(path: string, file: File): Promise<void> {
    const text = await readText(engine, file);
    if (text === undefined) return;
    const judge: DocumentEngine = {
      analyse: (text) => engine.ask("analyseInProject", text, path),
      fixAll: (text) => engine.ask("fixAllInProject", text, path),
    };
    await variables.replace(text, guessFormat(text, path), path, judge);
  }

  variables.on("analysed", () => {
    for (const button of list.querySelectorAll("button")) {
      const isShown = variables.isInProject && button.textContent === variables.fileName;
      button.setAttribute("aria-current", String(isShown));
    }
    const findings = variables.isInProject ? rows.get(variables.fileName) : undefined;
    if (findings !== undefined) findings.textContent = found(variables.analysis!.report.diagnostics);
  });
  return { element, open };
}

function summary(documents: FileReport[], { problems, policies }: ConfigurationReport): string {
  if (documents.length === 0) {
    return problems.length > 0
      ? "NOTHING HAS BEEN CHECKED, because its configuration has mistakes."
      : "there are no documents in it.";
  }
  const all = documents.flatMap(({ diagnostics }) => diagnostics);
  const left = problems.length > 0 ? " Documents whose configuration has mistakes were not checked." : "";
  const isUnjudged = policies.some(({ problem }) => problem !== null);
  const unrun = isUnjudged ? " NOT JUDGED BY ALL OF ITS POLICIES, because one cannot be run." : "";
  return `${found(all)} in ${count(documents.length, "document")}.${left}${unrun}`;
}

function found(diagnostics: FileReport["diagnostics"]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (diagnostics.length === 0) return "no findings";
  return `${count(errors, "error")}, ${count(diagnostics.length - errors, "warning")}`;
}

/** A policy that is in force, or why it is not. */
function policy({ configuration, file, name, version, problem }: PolicyReport): HTMLElement {
  if (problem !== null) return h("li", { class: "problem" }, `${configuration}: ${problem}`);
  return h("li", { class: "policy" }, `${configuration}: the policy ${name} ${version} is in force (${file})`);
}

function remark({ path, line, column, message }: ConfigurationRemark, kind: string): HTMLElement {
  const place = [path, line, column].filter((part) => part !== null).join(":");
  return h("li", { class: kind }, place === "" ? message : `${place}: ${message}`);
}
