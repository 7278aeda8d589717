// A whole project, in a part of the engine that is loaded with the first one.

import type { Glue } from "./instance.js";
import { startThread } from "./policy/start.js";
import type { StartThread } from "./policy/thread.js";
import { inProjects, startProjects } from "./project_part.js";
import { ProjectPolicies } from "./project_policies.js";
import { Reply } from "./reply.js";
import type { ConfigurationReport, FileReport, Fixed, Outline, WasmSource } from "./types.js";

const CONFIGURATION = "cxvars.toml";

/**
 * Starts the engine ahead of the first project.
 *
 * @param source a URL, a response, bytes or a compiled module, if the engine's file is not beside this one.
 */
export function init(source?: WasmSource): Promise<void> {
  return startProjects(source);
}

/** The files of a project: their paths from its folder, with `/`, and how each is read. */
export type ProjectFiles = ReadonlyMap<string, () => Promise<Uint8Array>>;

/**
 * Opens the project in a folder, in place of the one that was open before. `candidates` are the files that may be
 * documents, such as those that no `.gitignore` names. `today` decides whether an ignore has expired; it is the day
 * in UTC by default. `startPolicyThread` starts a thread with the module `policy/worker.js` of this package, for
 * bundlers that do not find it; it is only called for a project that has policies.
 */
export async function openProject(
  files: ProjectFiles,
  candidates: readonly string[],
  today: string = new Date().toISOString().slice(0, 10),
  startPolicyThread: StartThread = startThread,
): Promise<Project> {
  await inProjects((glue) => glue.open_project(today));
  const handed = new Set<string>();
  const hand = async (path: string): Promise<void> => {
    handed.add(path);
    const bytes = await files.get(path)!();
    await inProjects((glue) => glue.put_file(path, bytes));
  };
  for (const path of files.keys()) if (path.split("/").pop() === CONFIGURATION) await hand(path);
  for (;;) {
    // What a configuration names is known once it can be read.
    const sources = await inProjects((glue) => glue.project_sources([...candidates]));
    const missing = sources.filter((path) => files.has(path) && !handed.has(path));
    if (missing.length === 0) break;
    for (const path of missing) await hand(path);
  }
  const found: string[] = [];
  for (const path of candidates) if (await inProjects((glue) => glue.is_searched_for(path))) found.push(path);
  const wanted = await inProjects((glue) => glue.project_policies([...candidates]));
  return new Project(files, candidates, found, await ProjectPolicies.open(wanted, files, startPolicyThread));
}

/** An open project. Only the one that was opened last can be used. */
export class Project {
  readonly #files: ProjectFiles;
  readonly #candidates: readonly string[];
  readonly #searched: readonly string[];
  readonly #policies: ProjectPolicies;

  constructor(
    files: ProjectFiles,
    candidates: readonly string[],
    searched: readonly string[],
    policies: ProjectPolicies,
  ) {
    this.#files = files;
    this.#candidates = candidates;
    this.#searched = searched;
    this.#policies = policies;
  }

  /** Ends the threads of its policies. */
  close(): void {
    this.#policies.close();
  }

  /** The reports of all documents, in the order of their paths. Files of other programs are left out. */
  async validate(): Promise<FileReport[]> {
    const reports: FileReport[] = [];
    for (const path of this.#searched) {
      const report = await this.#checked(await this.#files.get(path)!(), path, false);
      if (report !== null) reports.push(report);
    }
    return reports;
  }

  /** What is wrong with the configurations, and what is to be said of their ignores after `validate`. */
  async configurations(): Promise<ConfigurationReport> {
    const remarks = await inProjects((glue) => glue.configurations([...this.#candidates]));
    return { ...remarks, policies: this.#policies.reports };
  }

  /** Checks a text as the document at a path. Null if the configuration has mistakes. */
  check(text: string, path: string): Promise<FileReport | null> {
    return this.#checked(new TextEncoder().encode(text), path, true);
  }

  /**
   * Where the variables of a text are, which is the document at a path. The values in the answer are the caller's
   * own.
   */
  outline(text: string, path: string): Promise<Outline> {
    const bytes = new TextEncoder().encode(text);
    return inProjects((glue) => glue.outline_in_project(written(glue, bytes), path));
  }

  /** As `fixAll` of the other entry points, for the document at a path. */
  async fixAll(text: string, path: string): Promise<Fixed> {
    const bytes = new TextEncoder().encode(text);
    const fixed = await inProjects((glue, memory) => {
      const address = glue.fix_in_project(written(glue, bytes), path, false);
      return new Reply(memory, address).fixed(path);
    });
    return { ...fixed, text: fixed.text ?? text };
  }

  /** The policies answer before the check, which adds their verdicts. */
  async #checked(bytes: Uint8Array, path: string, isWanted: boolean): Promise<FileReport | null> {
    const seen = this.#policies.isEmpty
      ? undefined
      : await inProjects((glue) => glue.facts_in_project(written(glue, bytes), path, isWanted));
    const verdicts = seen === undefined ? [] : await this.#policies.check(seen.configuration, seen.facts);
    return inProjects((glue, memory) => {
      const address = glue.check_in_project(written(glue, bytes), path, isWanted, verdicts);
      return address === undefined ? null : new Reply(memory, address).report(path);
    });
  }
}

/** One byte more than any configuration lets a document have: enough to refuse it. */
const MOST_BYTES = (64 << 20) + 1;

/** Writes bytes into the memory of the instance, and returns their number. */
function written(glue: Glue & { input(length: number): number }, whole: Uint8Array): number {
  const bytes = whole.subarray(0, MOST_BYTES);
  const start = glue.input(bytes.length);
  new Uint8Array(glue.instance_memory().buffer, start, bytes.length).set(bytes);
  return bytes.length;
}

export type { StartThread, ThreadHandle } from "./policy/thread.js";
export type * from "./types.js";
