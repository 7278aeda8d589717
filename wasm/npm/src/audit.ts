import { misuse } from "./engine.js";
import { lazily } from "./lazy.js";
import type { AuditOptions, AuditReport, Summary } from "./types.js";

const call = lazily(() => import("./audit_glue.js"), new URL("audit_glue_bg.wasm", import.meta.url));

/**
 * Checks every line of an audit log and the links between them; with a checkpoint, also that the log has what it signed.
 *
 * @throws TypeError where an argument is not what it has to be; a checkpoint that its key did not sign is none.
 */
export async function verifyAudit(log: string, options: AuditOptions = {}): Promise<AuditReport> {
  if (typeof log !== "string") throw new TypeError("verifyAudit: the log must be a string");
  const { checkpoint, publicKey } = options;
  if ((checkpoint === undefined) !== (publicKey === undefined)) {
    throw new TypeError("verifyAudit: checkpoint and publicKey go together");
  }
  return misuse("verifyAudit", () => call((glue) => glue.verify_audit(log, checkpoint, publicKey) as AuditReport));
}

/** The metrics over the outcomes in an audit log. Lines that are no records do not count; verifyAudit names them. */
export async function summarize(log: string): Promise<Summary> {
  if (typeof log !== "string") throw new TypeError("summarize: the log must be a string");
  return call((glue) => glue.summarize(log) as Summary);
}
