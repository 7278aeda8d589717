// The policies of a project: those of each of its configurations.

import type { Accept, Facts } from "./policy/opened.js";
import type { WitSetting } from "./policy/run.js";
import { type NamedSource, PolicyError, PolicySet, type Verdict } from "./policy/set.js";
import type { StartThread } from "./policy/thread.js";
import { inProjects } from "./project_part.js";
import type { PolicyReport } from "./types.js";

/** The policies that a configuration names. */
export interface WantedPolicies {
  /** The file of the configuration. */
  configuration: string;
  plugins: {
    /** Null if it is outside of the project's folder. */
    path: string | null;
    shown: string;
    sha256: string;
    memory_mib: number | null;
    settings: WitSetting[];
  }[];
}

type Files = ReadonlyMap<string, () => Promise<Uint8Array>>;

/** The policies that are in force, by configuration, and what is to be said of all. */
export class ProjectPolicies {
  readonly reports: PolicyReport[] = [];
  readonly #sets = new Map<string, PolicySet>();

  private constructor() {}

  /** Opens the policies. One that cannot be used leaves its configuration without policies, and its report says why. */
  static async open(wanted: readonly WantedPolicies[], files: Files, start: StartThread): Promise<ProjectPolicies> {
    const policies = new ProjectPolicies();
    for (const { configuration, plugins } of wanted) await policies.#open(configuration, plugins, files, start);
    return policies;
  }

  async #open(
    configuration: string,
    plugins: WantedPolicies["plugins"],
    files: Files,
    start: StartThread,
  ): Promise<void> {
    const accept: Accept = (description) => inProjects((glue) => glue.refuse_description(description));
    try {
      const sources: NamedSource[] = [];
      for (const plugin of plugins) sources.push(await sourceOf(plugin, files));
      const set = await PolicySet.open(sources, { accept, start });
      this.#sets.set(configuration, set);
      for (const { file, description } of set.inForce) {
        const { name, version } = description;
        this.reports.push({ configuration, file, name, version, problem: null });
      }
    } catch (error) {
      if (!(error instanceof PolicyError)) throw error;
      const { file, message: problem } = error;
      this.reports.push({ configuration, file, name: null, version: null, problem });
    }
  }

  get isEmpty(): boolean {
    return this.#sets.size === 0;
  }

  /** The verdicts about a document of a configuration. */
  async check(configuration: string, facts: Facts): Promise<Verdict[]> {
    return (await this.#sets.get(configuration)?.check(facts)) ?? [];
  }

  close(): void {
    for (const set of this.#sets.values()) set.close();
  }
}

async function sourceOf(plugin: WantedPolicies["plugins"][number], files: Files): Promise<NamedSource> {
  const { path, shown: file, sha256, memory_mib: memoryMib, settings } = plugin;
  const read = path === null ? undefined : files.get(path);
  if (read === undefined) {
    throw new PolicyError(file, "is not in the folder that was opened; open the folder that has it, or use cxvars");
  }
  return { bytes: await read(), sha256, file, settings, memoryMib };
}
