// The project that is open, in the worker. Its part of the engine is loaded with the first project.

import type { ConfigurationReport, FileReport, Fixed } from "@cxvars/validator/editor";
import { openProject, type Project } from "@cxvars/validator/project";
import ignore from "ignore";
import { startPolicyThread } from "#policy-thread";
import type { Analysis } from "../document.ts";
import { candidates } from "../project_files.ts";

/** What is said about a project. */
export interface ProjectReport {
  documents: FileReport[];
  configurations: ConfigurationReport;
}

let project: Project | undefined;

/** Opens a project and checks its documents. */
export async function judgeProject(files: Map<string, File>): Promise<ProjectReport> {
  const found = await candidates(files, (text) => {
    const rules = ignore({ ignorecase: false }).add(text);
    return (path) => rules.test(path);
  });
  const read = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
  const readers = new Map(Array.from(files, ([path, file]) => [path, () => read(file)]));
  project?.close();
  project = await openProject(readers, found, undefined, startPolicyThread);
  return { documents: await project.validate(), configurations: await project.configurations() };
}

/** The findings of a text, as the document at a path of the project, and where its variables are. */
export async function analyseInProject(text: string, path: string): Promise<Analysis> {
  const report = await opened().check(text, path);
  if (report === null) throw new Error(`${path} is not checked, because its configuration has mistakes`);
  return { report, outline: await opened().outline(text, path) };
}

export function fixAllInProject(text: string, path: string): Promise<Fixed> {
  return opened().fixAll(text, path);
}

function opened(): Project {
  if (project === undefined) throw new Error("no project is open");
  return project;
}
