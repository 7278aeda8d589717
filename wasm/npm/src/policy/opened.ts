// A policy that is open: its file is the pinned one, it has described itself, and it has taken its settings.

import { printable } from "./component.js";
import type { WitSetting } from "./run.js";
import { DEADLINE_MS, PolicyThread, type StartThread, ThreadFailed } from "./thread.js";

/** What a policy is opened from. */
export interface PolicySource {
  bytes: Uint8Array;
  /** The digest that the bytes must have: 64 hexadecimal digits. */
  sha256: string;
  /** Ordered by key. */
  settings: readonly WitSetting[];
  memoryMib: number | null;
}

/** What a policy says of itself. */
export interface Description {
  name: string;
  version: string;
  rules: { code: string; name: string; severity: "error" | "warning"; summary: string }[];
}

/** The answer of a policy about a document: its findings, or why there are none. */
export type Answered = { findings: unknown[] } | { problem: string };

/** Memory limit of a call, in MiB, as in `cxvars`. */
const MEMORY_MIB = 32;

/** Checks a description, and returns what is wrong with it. */
export type Accept = (description: Description) => Promise<string | undefined>;

/** A policy cannot be used. The message is the end of a sentence that names it. */
export class Refused extends Error {}

/** A policy that answers calls. */
export class OpenedPolicy {
  readonly description: Description;
  readonly #thread: PolicyThread;
  readonly #settings: readonly WitSetting[];

  private constructor(thread: PolicyThread, description: Description, settings: readonly WitSetting[]) {
    [this.#thread, this.description, this.#settings] = [thread, description, settings];
  }

  /**
   * Opens a policy.
   *
   * @throws Refused if it cannot be used.
   */
  static async open(
    source: PolicySource,
    accept: Accept,
    start: StartThread,
    deadlineMs: number = DEADLINE_MS,
  ): Promise<OpenedPolicy> {
    await requireDigest(source);
    const thread = new PolicyThread(start, source.bytes, source.memoryMib ?? MEMORY_MIB, deadlineMs);
    try {
      const opened = await thread.open();
      if ("refused" in opened) throw new Refused(opened.refused);
      const described = await thread.call({ what: "describe" });
      if ("failure" in described) throw new Refused(`cannot be asked for its description: ${described.failure}`);
      const description = described.result as Description;
      const problem = await accept(description);
      if (problem !== undefined) throw new Refused(`describes itself wrongly: ${problem}`);
      await configure(thread, opened.hasSetup, source.settings);
      return new OpenedPolicy(thread, description, source.settings);
    } catch (error) {
      thread.close();
      throw error instanceof ThreadFailed ? new Refused(`cannot be run here: ${error.message}`) : error;
    }
  }

  /** Judges a document by its facts. */
  async check(facts: Facts): Promise<Answered> {
    const { target, ...others } = facts;
    const document = { ...others, environment: target.environment };
    const outcome = await this.#thread.call({ what: "check", settings: this.#settings, target, document });
    return "failure" in outcome ? { problem: outcome.failure } : { findings: outcome.result as unknown[] };
  }

  close(): void {
    this.#thread.close();
  }
}

/** What a policy learns of a document: names, words and flags, as the engine returns them. */
export interface Facts {
  target: {
    environment: string | null;
    action: { id: string; alias: string | null } | null;
    path: string | null;
  };
  data_action: string | null;
  parent_scope: string;
  variables: unknown[];
}

async function requireDigest({ bytes, sha256 }: PolicySource): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex === sha256.toLowerCase()) return;
  const help = "look at the new file with `cxvars plugin inspect` before changing `sha256`";
  throw new Refused(`is not the one that is pinned: its SHA-256 is ${hex}, not ${sha256.toLowerCase()}; ${help}`);
}

async function configure(thread: PolicyThread, hasSetup: boolean, settings: readonly WitSetting[]): Promise<void> {
  if (!hasSetup) {
    if (settings.length === 0) return;
    throw new Refused("takes no settings; remove `settings`, or use a version of the policy that takes them");
  }
  const outcome = await thread.call({ what: "configure", settings });
  if ("failure" in outcome) throw new Refused(`cannot be given its settings: ${outcome.failure}`);
  const answer = outcome.result as { tag: string; val: string };
  if (answer.tag === "error") throw new Refused(`refuses its settings: ${printable(answer.val)}`);
}
