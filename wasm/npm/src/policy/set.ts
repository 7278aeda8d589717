// The policies of a run. They are opened once and judge every document.

import {
  type Accept,
  type Answered,
  type Description,
  type Facts,
  OpenedPolicy,
  type PolicySource,
  Refused,
} from "./opened.js";
import { DEADLINE_MS, type StartThread } from "./thread.js";

/** A policy and its name in messages. */
export interface NamedSource extends PolicySource {
  file: string;
}

/** The verdict of a policy, as the engine takes it. */
export type Verdict = { description: Description } & Answered;

/** A policy that is in force. */
export interface PolicyInForce {
  file: string;
  sha256: string;
  description: Description;
}

/** How policies are opened. */
export interface Opening {
  accept: Accept;
  start: StartThread;
  /** The time that one call may take. */
  deadlineMs?: number;
}

/** A policy cannot be used. */
export class PolicyError extends Error {
  override name = "PolicyError";
  /** Its file, as the caller named it. */
  readonly file: string;

  constructor(file: string, problem: string) {
    super(`the plugin \`${file}\` ${problem}`);
    this.file = file;
  }
}

/** Policies that judge together. */
export class PolicySet {
  readonly inForce: readonly PolicyInForce[];
  readonly #policies: readonly OpenedPolicy[];

  private constructor(inForce: PolicyInForce[], policies: OpenedPolicy[]) {
    [this.inForce, this.#policies] = [inForce, policies];
  }

  /**
   * Opens policies. One that is named several times, by its digest, is opened once: with the smaller limit, and with
   * the settings of the only place that has some.
   *
   * @throws PolicyError for the first one that cannot be used.
   */
  static async open(sources: readonly NamedSource[], opening: Opening): Promise<PolicySet> {
    const [inForce, policies]: [PolicyInForce[], OpenedPolicy[]] = [[], []];
    let file = "";
    try {
      for (const source of merged(sources)) {
        file = source.file;
        const { accept, start, deadlineMs = DEADLINE_MS } = opening;
        const policy = await OpenedPolicy.open(source, accept, start, deadlineMs);
        policies.push(policy);
        requireOwnCodes(policy.description, inForce);
        inForce.push({ file, sha256: source.sha256.toLowerCase(), description: policy.description });
      }
    } catch (error) {
      for (const policy of policies) policy.close();
      throw error instanceof Refused ? new PolicyError(file, error.message) : error;
    }
    return new PolicySet(inForce, policies);
  }

  /** The verdicts about a document. */
  check(facts: Facts): Promise<Verdict[]> {
    const verdict = async (policy: OpenedPolicy): Promise<Verdict> => {
      return { description: policy.description, ...(await policy.check(facts)) };
    };
    return Promise.all(this.#policies.map(verdict));
  }

  /** Ends the threads. */
  close(): void {
    for (const policy of this.#policies) policy.close();
  }
}

function merged(sources: readonly NamedSource[]): NamedSource[] {
  const bySha256 = new Map<string, NamedSource>();
  for (const source of sources) {
    const sha256 = source.sha256.toLowerCase();
    const other = bySha256.get(sha256);
    bySha256.set(sha256, other === undefined ? source : together(other, source));
  }
  return [...bySha256.values()];
}

function together(one: NamedSource, other: NamedSource): NamedSource {
  const [first, second] = [one.settings, other.settings].map((settings) => JSON.stringify(settings));
  if (one.settings.length > 0 && other.settings.length > 0 && first !== second) {
    throw new PolicyError(other.file, "has different settings in two places; give it the same ones");
  }
  const limits = [one.memoryMib, other.memoryMib].filter((limit) => limit !== null);
  return {
    ...one,
    settings: one.settings.length > 0 ? one.settings : other.settings,
    memoryMib: limits.length === 0 ? null : Math.min(...limits),
  };
}

function requireOwnCodes({ rules }: Description, others: readonly PolicyInForce[]): void {
  for (const { description } of others) {
    const shared = rules.find(({ code }) => description.rules.some((rule) => rule.code === code));
    if (shared === undefined) continue;
    const help = "give one of them another code";
    throw new Refused(`has the rule ${shared.code}, which the policy ${description.name} has too; ${help}`);
  }
}
