// Audit logs, in a part of the engine that is loaded with the first one.

import { withMisuse } from "./misuse.js";
import { startAudit } from "./part_files.js";
import { audit } from "./parts.js";
import type { AuditOptions, AuditReport, Summary } from "./types.js";

/**
 * Checks every line of an audit log and the links between the lines. With a checkpoint it also checks that the log
 * still has what the checkpoint signed.
 *
 * @throws TypeError if an argument is not what it has to be, or the key did not sign the checkpoint.
 */
export async function verifyAudit(log: string, options: AuditOptions = {}): Promise<AuditReport> {
  if (typeof log !== "string") throw new TypeError("verifyAudit: the log must be a string");
  const { checkpoint, publicKey } = options;
  if ((checkpoint === undefined) !== (publicKey === undefined)) {
    throw new TypeError("verifyAudit: checkpoint and publicKey go together");
  }
  await startAudit();
  return withMisuse("verifyAudit", async () =>
    audit.call((glue) => glue.verify_audit(log, checkpoint, publicKey) as AuditReport),
  );
}

/** The metrics over the outcomes in an audit log. Lines that are not records do not count; verifyAudit names them. */
export async function summarize(log: string): Promise<Summary> {
  if (typeof log !== "string") throw new TypeError("summarize: the log must be a string");
  await startAudit();
  return audit.call((glue) => glue.summarize(log) as Summary);
}
