// The largest part of the engine: contracts and whole projects. Two entry points share it.

import type { CheckGlue } from "./engine.js";
import { Instance } from "./instance.js";
import type { Description, Facts } from "./policy/opened.js";
import type { Verdict } from "./policy/set.js";
import * as glue from "./project_glue.js";
import type { WantedPolicies } from "./project_policies.js";
import type { ConfigurationRemark, Outline, WasmSource } from "./types.js";

export interface ProjectGlue extends CheckGlue {
  project_policies(documents: string[]): WantedPolicies[];
  refuse_description(description: Description): string | undefined;
  facts_in_project(
    length: number,
    path: string,
    isWanted: boolean,
  ): { configuration: string; facts: Facts } | undefined;
  open_project(today: string): void;
  put_file(path: string, bytes: Uint8Array): void;
  project_sources(documents: string[]): string[];
  is_searched_for(path: string): boolean;
  /** Returns the address of a reply, a report; nothing if the document is not checked. */
  check_in_project(length: number, path: string, isWanted: boolean, verdicts: Verdict[]): number | undefined;
  outline_in_project(length: number, path: string): Outline;
  /** Returns the address of a reply: a fixed text. */
  fix_in_project(length: number, path: string, isUnsafe: boolean): number;
  configurations(documents: string[]): { problems: ConfigurationRemark[]; ignores: ConfigurationRemark[] };
}

const instance = new Instance(glue as unknown as ProjectGlue);
const file = (): URL => new URL("project_glue_bg.wasm", import.meta.url);

/** Starts the part, from the source or from its own file. */
export function startProjects(source?: WasmSource): Promise<void> {
  return instance.start(file, source);
}

/** The instance, which starts at once if its file is on disk. */
export function projectsFromDisk(): Instance<ProjectGlue> {
  return instance.startFromDisk(file);
}

/** Starts the part and calls into it. */
export async function inProjects<T>(run: (glue: ProjectGlue, memory: WebAssembly.Memory) => T): Promise<T> {
  await startProjects();
  return instance.call(run);
}
