// The policies of the workspace's configurations, which run in threads of their own.

import { type NamedSource, PolicySet } from "@cxvars/validator/policy/set";
import type { Refusal } from "./built_in.ts";

/** What the server asks of policies. */
export type WantedOfPolicies =
  | { kind: "policies"; id: number; plugins: Plugin[] }
  | { kind: "verdicts"; id: number; policies: number; facts: Parameters<PolicySet["check"]>[0] };

interface Plugin {
  path: string;
  /** The path for messages. */
  shown: string;
  sha256: string;
  memory_mib: number | null;
  settings: NamedSource["settings"];
}

type Opening = Parameters<typeof PolicySet.open>[1];

/** What policies need of the editor and of the server. */
export interface Surroundings {
  read(path: string, maxBytes: number): Promise<Uint8Array | Refusal>;
  /** What is wrong with a description, in JSON. */
  refuse(described: string): string | undefined;
  start: Opening["start"];
}

/** Longest file of a policy that is read: one byte more than it may have. */
const MOST_BYTES = (1 << 20) + 1;

/** Opens policies, and asks them. */
export class WorkspacePolicies {
  readonly #around: Surroundings;
  readonly #sets = new Map<number, PolicySet>();
  /** The `id` of the policies that were opened last from the same files. */
  readonly #last = new Map<string, number>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The answer to a question of the server, in JSON. */
  async answer(wanted: WantedOfPolicies): Promise<string> {
    if (wanted.kind === "policies") return JSON.stringify(await this.#open(wanted.id, wanted.plugins));
    return JSON.stringify((await this.#sets.get(wanted.policies)?.check(wanted.facts)) ?? []);
  }

  async #open(id: number, plugins: Plugin[]): Promise<object> {
    const files = JSON.stringify(plugins.map(({ path }) => path));
    this.#close(this.#last.get(files));
    this.#last.set(files, id);
    try {
      const sources: NamedSource[] = [];
      for (const plugin of plugins) sources.push(await this.#source(plugin));
      const accept = async (description: unknown) => this.#around.refuse(JSON.stringify(description));
      const set = await PolicySet.open(sources, { accept, start: this.#around.start });
      this.#sets.set(id, set);
      return { descriptions: set.inForce.map(({ description }) => description) };
    } catch (error) {
      return { problem: (error as Error).message };
    }
  }

  async #source({ path, shown, sha256, memory_mib, settings }: Plugin): Promise<NamedSource> {
    const bytes = await this.#around.read(path, MOST_BYTES);
    if (typeof bytes === "string") throw new Error(`the plugin \`${shown}\` ${WHY[bytes]}`);
    return { bytes, sha256, file: shown, settings, memoryMib: memory_mib };
  }

  #close(id: number | undefined): void {
    if (id === undefined) return;
    this.#sets.get(id)?.close();
    this.#sets.delete(id);
  }

  /** Ends all threads. */
  close(): void {
    for (const id of [...this.#sets.keys()]) this.#close(id);
  }
}

const WHY: Record<Refusal, string> = {
  missing: "does not exist in the folders that the editor can read",
  folder: "is a folder",
  large: "is too large: a plugin has at most 1 MiB",
  unreadable: "cannot be read",
};
