// Entry point for a team's policies: the same files that `cxvars` runs, in threads of their own.

import { isBytes } from "./bytes.js";
import { type CheckGlue, runner } from "./engine.js";
import type { Instance } from "./instance.js";
import { withMisuse } from "./misuse.js";
import { editorFromDisk, startEditor } from "./part_files.js";
import type { Description, Facts } from "./policy/opened.js";
import { type Opening, type PolicyInForce, PolicySet, type Verdict } from "./policy/set.js";
import { type PolicySettings, passed } from "./policy/settings.js";
import { startThread } from "./policy/start.js";
import { DEADLINE_MS, type StartThread } from "./policy/thread.js";
import { Reply } from "./reply.js";
import type { CheckOptions, FileReport, Input, WasmSource } from "./types.js";

/** A policy to be opened. */
export interface PolicyFile {
  /** The component. */
  bytes: Uint8Array;
  /** The SHA-256 digest that it must have: 64 hexadecimal digits, as `cxvars plugin inspect` prints them. */
  sha256: string;
  /** The name of its file, for messages. */
  file?: string;
  /** As `[plugin.settings]`. */
  settings?: PolicySettings;
  /**
   * The memory that one check may use, in MiB.
   * Default: `32`.
   */
  memory_mib?: number;
}

/** How policies are opened. */
export interface PolicyOptions {
  /** Where the engine's file is, if it is not beside this one. */
  source?: WasmSource;
  /**
   * Starts a thread with the module `policy/worker.js` of this package, for bundlers that do not find it.
   */
  start_thread?: StartThread;
  /**
   * The time that one call of a policy may take, in milliseconds.
   * Default: `5000`, as in `cxvars`.
   */
  deadline_ms?: number;
}

/** Which document it is, as far as the caller knows. Policies see it, and so do rules of the team's own. */
export interface PolicyTarget {
  environment?: string | null;
  action?: { id: string; alias?: string | null } | null;
  /** The path from the project's folder, with `/`. */
  path?: string | null;
}

/** The options of a check, and which document it is. */
export interface PolicyCheckOptions extends CheckOptions {
  /** Default: what `environment`, `action` and `filename` say. */
  target?: PolicyTarget;
}

/** Policies that are in force. */
export interface Policies {
  /** What they are. */
  readonly inForce: readonly PolicyInForce[];
  /** The findings of the rules and of the policies. */
  check(input: Input, options?: PolicyCheckOptions): Promise<FileReport>;
  /** Ends their threads. */
  close(): void;
}

/**
 * Opens policies. Each file is compared with its digest before anything of it runs.
 *
 * @throws PolicyError for the first policy that cannot be used.
 * @throws TypeError if an argument is not what it has to be.
 */
export async function openPolicies(files: readonly PolicyFile[], options: PolicyOptions = {}): Promise<Policies> {
  await startEditor(options.source);
  const opening: Opening = {
    accept: async (description) => ready().call((glue) => glue.refuse_description(description)),
    start: options.start_thread ?? startThread,
    deadlineMs: options.deadline_ms ?? DEADLINE_MS,
  };
  const sources = files.map(({ bytes, sha256, file, settings, memory_mib }, at) => ({
    bytes: required(bytes),
    sha256: digest(sha256),
    file: file ?? `policy ${at + 1}`,
    settings: passed(settings ?? {}),
    memoryMib: memory(memory_mib),
  }));
  const set = await PolicySet.open(sources, opening);
  return {
    inForce: set.inForce,
    close: () => set.close(),
    check: (input, given) => withMisuse("check", () => checked(set, input, given)),
  };
}

interface PolicyGlue extends CheckGlue {
  refuse_description(description: Description): string | undefined;
  /** Undefined if the text cannot be read to its end. */
  policy_facts(length: number, options: unknown): Facts | undefined;
  /** Returns the address of a reply: a report. */
  check_with_verdicts(length: number, options: unknown, verdicts: Verdict[]): number;
}

const ready = () => editorFromDisk() as unknown as Instance<PolicyGlue>;
const run = runner(ready);

/** Checks twice, because the policies answer in between: for the facts, and with the verdicts about them. */
async function checked(set: PolicySet, text: Input, options: PolicyCheckOptions = {}): Promise<FileReport> {
  const { target, ...given } = options;
  const others = { ...known(target), ...given };
  // The caller may write into the bytes meanwhile.
  const input = typeof text === "string" ? text : Uint8Array.from(text);
  const facts = run("check", input, others, (glue, length, dated) => glue.policy_facts(length, dated));
  const verdicts =
    facts === undefined ? [] : await set.check(target === undefined ? facts : { ...facts, target: whole(target) });
  return run("check", input, others, (glue, length, dated, memory) => {
    const address = glue.check_with_verdicts(length, dated, verdicts);
    return new Reply(memory, address).report(options.filename ?? "");
  });
}

/** What rules are told of a target, by the options of a check. */
function known({ environment, action }: PolicyTarget = {}): CheckOptions {
  const options: CheckOptions = {};
  if (environment !== undefined && environment !== null) options.environment = environment;
  if (action !== undefined && action !== null) options.action = action.alias ?? action.id;
  return options;
}

function whole({ environment, action, path }: PolicyTarget): Facts["target"] {
  const known = action === undefined || action === null ? null : { id: action.id, alias: action.alias ?? null };
  return { environment: environment ?? null, action: known, path: path ?? null };
}

function required(bytes: Uint8Array): Uint8Array {
  if (!isBytes(bytes)) throw new TypeError("openPolicies: the bytes of a policy must be a Uint8Array");
  return bytes;
}

function digest(sha256: string): string {
  if (typeof sha256 === "string" && /^[0-9A-Fa-f]{64}$/.test(sha256)) return sha256;
  throw new TypeError("openPolicies: sha256 must be a SHA-256 of 64 hex digits");
}

/** As in `cxvars.toml`. */
function memory(mib: number | undefined): number | null {
  if (mib === undefined) return null;
  if (Number.isInteger(mib) && mib >= 1 && mib <= 4_096) return mib;
  throw new TypeError("openPolicies: memory_mib must be from 1 to 4096");
}

export * from "./errors.js";
export type { Description as PolicyDescription } from "./policy/opened.js";
export type { PolicyInForce } from "./policy/set.js";
export { PolicyError } from "./policy/set.js";
export type { PolicySettings } from "./policy/settings.js";
export type { StartThread, ThreadHandle } from "./policy/thread.js";
export type * from "./types.js";
