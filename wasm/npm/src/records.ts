// Plans and audit logs: a part of the engine that is loaded when it is first asked for.
import { type WasmSource, Instance } from "./engine.js";
import type { AuditOptions, AuditReport, PlanOptions, PlanReport, Summary } from "./types.js";

type RecordsGlue = typeof import("./records_glue.js");

let load: (url: URL) => WasmSource | Promise<BufferSource> = (url) => url;
let started: Promise<Instance<RecordsGlue>> | undefined;

/** Has the engine's file read in another way than by fetch. */
export function readRecordsWith(read: (url: URL) => Promise<BufferSource>): void {
  load = read;
}

async function records(): Promise<Instance<RecordsGlue>> {
  const glue = await import("./records_glue.js");
  const instance = new Instance(glue);
  await instance.start((await load(new URL("records_glue_bg.wasm", import.meta.url))) as WasmSource);
  return instance;
}

async function call<T>(run: (glue: RecordsGlue) => T): Promise<T> {
  started ??= records();
  try {
    return (await started).call(run);
  } catch (error) {
    // Loading may succeed the next time, as when the network was gone.
    if (!(await started.then(() => true, () => false))) started = undefined;
    throw error instanceof Error && error.constructor === Error ? new TypeError(error.message) : error;
  }
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw new TypeError(`${what} must be a string`);
  return value;
}

/**
 * What an update would change, from a manifest and the service's answer to a GET of the action. Values that the manifest
 * refers to are not fetched, so they count as not comparable.
 *
 * @throws TypeError where an argument is not what it has to be.
 */
export async function plan(manifest: string, remote: string, options: PlanOptions = {}): Promise<PlanReport> {
  text(manifest, "plan: the manifest");
  text(remote, "plan: the answer of the service");
  return call((glue) => glue.plan(manifest, remote, options) as PlanReport);
}

/** Checks every line of an audit log and the links between them; with a checkpoint, also that the log has what it signed. */
export async function verifyAudit(log: string, options: AuditOptions = {}): Promise<AuditReport> {
  text(log, "verifyAudit: the log");
  const { checkpoint, publicKey } = options;
  if ((checkpoint === undefined) !== (publicKey === undefined)) {
    throw new TypeError("verifyAudit: checkpoint and publicKey go together");
  }
  return call((glue) => glue.verify_audit(log, checkpoint, publicKey) as AuditReport);
}

/** The metrics over the outcomes in an audit log. Lines that are no records do not count; verifyAudit names them. */
export async function summarize(log: string): Promise<Summary> {
  text(log, "summarize: the log");
  return call((glue) => glue.summarize(log) as Summary);
}
