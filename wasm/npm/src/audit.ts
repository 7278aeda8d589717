// Audit logs, in a part of the engine that is loaded with the first one.

import { isBytes } from "./bytes.js";
import { withMisuse } from "./misuse.js";
import { startAudit } from "./part_files.js";
import { audit } from "./parts.js";
import type { AuditFile, AuditOptions, AuditReport, Input, Summary } from "./types.js";

const encoder = /* @__PURE__ */ new TextEncoder();

/**
 * Checks every line of an audit log and the links between the lines. With a checkpoint it also checks that the log
 * still has what the checkpoint signed.
 *
 * A log of several files is given as a list: rotated files oldest first, or the segments of a folder in any order, with
 * `layout: "segments"`.
 *
 * @throws TypeError if an argument is not what it has to be, or the key did not sign the checkpoint.
 */
export async function verifyAudit(log: Input | readonly AuditFile[], options: AuditOptions = {}): Promise<AuditReport> {
  const files = typeof log === "string" || isBytes(log) ? [{ name: "", content: log }] : log;
  if (!Array.isArray(files) || !files.every(isFile)) {
    throw new TypeError(
      "verifyAudit: the log must be a string, a Uint8Array, or a list of files with name and content",
    );
  }
  const { checkpoint, layout = "chain", publicKey } = options;
  if ((checkpoint === undefined) !== (publicKey === undefined)) {
    throw new TypeError("verifyAudit: checkpoint and publicKey go together");
  }
  if (layout !== "chain" && layout !== "segments") {
    throw new TypeError('verifyAudit: layout must be "chain" or "segments"');
  }
  const contents = files.map(({ content }) => (typeof content === "string" ? encoder.encode(content) : content));
  const lengths = Uint32Array.from(contents, ({ length }) => length);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0));
  contents.reduce((at, content) => {
    bytes.set(content, at);
    return at + content.length;
  }, 0);
  const names = files.map(({ name }) => name);
  const isSegments = layout === "segments";
  await startAudit();
  return withMisuse("verifyAudit", async () =>
    audit.call((glue) => glue.verify_audit(names, lengths, bytes, isSegments, checkpoint, publicKey) as AuditReport),
  );
}

function isFile(file: unknown): file is AuditFile {
  if (typeof file !== "object" || file === null) return false;
  const { name, content } = file as Partial<AuditFile>;
  return typeof name === "string" && (typeof content === "string" || isBytes(content));
}

/** The metrics over the outcomes in an audit log. Lines that are not records do not count; verifyAudit names them. */
export async function summarize(log: string): Promise<Summary> {
  if (typeof log !== "string") throw new TypeError("summarize: the log must be a string");
  await startAudit();
  return audit.call((glue) => glue.summarize(log) as Summary);
}
