// The project that is open: its documents with their findings, and what is wrong with its configurations.

import type { ConfigurationRemark, FileReport } from "@cxvars/validator/full";
import type { DocumentEngine, VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { guessFormat } from "./guess_format.ts";
import type { OpenedFolder } from "./project_files.ts";
import { count } from "./wording.ts";

export interface ProjectView {
  element: HTMLElement;
  /** Opens a folder, in place of the one before. */
  open(folder: OpenedFolder): Promise<void>;
}

/** Makes the view, which is hidden until a project is opened. Choosing a document shows it as `variables`. */
export function projectView(engine: Engine, variables: VariablesDocument): ProjectView {
  const status = h("p", { id: "project-status", role: "status" });
  const remarks = h("ul", { class: "error" });
  const list = h("ul", { class: "documents" });
  const details = h("details", { open: true }, h("summary", {}, "Documents"), remarks, list);
  const element = h("section", { class: "panel project", "aria-label": "Project", hidden: true }, status, details);
  const rows = new Map<string, HTMLElement>();

  async function open(folder: OpenedFolder): Promise<void> {
    element.hidden = false;
    rows.clear();
    remarks.replaceChildren();
    list.replaceChildren();
    status.textContent = `Checking ${folder.name} …`;
    try {
      const { documents, configurations } = await engine.ask("judgeProject", folder.files);
      for (const report of documents) list.append(row(report, folder));
      remarks.replaceChildren(...[...configurations.problems, ...configurations.ignores].map(remark));
      status.textContent = summary(folder.name, documents, configurations.policies);
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
    const text = await file.text();
    const judge: DocumentEngine = {
      analyse: (text) => engine.ask("analyseInProject", text, path),
      fixAll: (text) => engine.ask("fixAllInProject", text, path),
    };
    variables.replace(text, guessFormat(text, path), path, judge);
  }

  variables.on("analysed", () => {
    const findings = variables.isInProject ? rows.get(variables.fileName) : undefined;
    if (findings !== undefined) findings.textContent = found(variables.analysis!.report.diagnostics);
  });
  return { element, open };
}

function summary(name: string, documents: FileReport[], policies: number): string {
  const all = documents.flatMap(({ diagnostics }) => diagnostics);
  const unrun = policies > 0 ? ` Its ${count(policies, "policy file")} run in cxvars alone.` : "";
  return `${name}: ${found(all)} in ${count(documents.length, "document")}.${unrun}`;
}

function found(diagnostics: FileReport["diagnostics"]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (diagnostics.length === 0) return "no findings";
  return `${count(errors, "error")}, ${count(diagnostics.length - errors, "warning")}`;
}

function remark({ path, line, column, message }: ConfigurationRemark): HTMLElement {
  const place = [path, line, column].filter((part) => part !== null).join(":");
  return h("li", {}, place === "" ? message : `${place}: ${message}`);
}
