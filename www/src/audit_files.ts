// The files of an audit log: one file, rotated files that are one chain, or the segments of a folder.

import { type AuditRecord, readRecords } from "./audit_record.ts";

/** A file that the user opened. */
export interface LogFile {
  name: string;
  bytes: Uint8Array;
}

/** A log, as it is verified and shown. */
export interface Log {
  name: string;
  layout: "chain" | "segments";
  /** A chain is in its order, and segments are sorted by name, as the program reads them. */
  files: (LogFile & { text: string })[];
  /** The records that can be read, oldest first. */
  records: AuditRecord[];
}

/** Puts files in the order of the log, whatever order they were opened in. */
export function logOf(opened: readonly LogFile[], areSegments: boolean): Log {
  const files = opened.map((file) => {
    const text = new TextDecoder().decode(file.bytes);
    return { ...file, text, records: readRecords(text) };
  });
  const begins = files.map(({ records }) => records[0]?.seq);
  // The files of a chain count on, and each segment counts from 1.
  const layout = areSegments || begins.filter((seq) => seq === 1).length > 1 ? "segments" : "chain";
  const first = ({ records }: { records: AuditRecord[] }) => records[0]?.seq ?? Number.POSITIVE_INFINITY;
  const byName = (one: LogFile, other: LogFile) => (one.name < other.name ? -1 : 1);
  files.sort((one, other) => {
    const [a, b] = layout === "chain" ? [first(one), first(other)] : [0, 0];
    return a === b ? byName(one, other) : a < b ? -1 : 1;
  });
  const records = files.flatMap(({ records }) => records);
  if (layout === "segments") records.sort((one, other) => one.timestamp - other.timestamp);
  const [only] = files;
  const name = files.length === 1 && only !== undefined ? only.name : `${files.length} files`;
  return { name, layout, files, records };
}

/** The files that have something in them, but no line that is a record. */
export function notLogs({ files }: Log): string[] {
  return files.filter(({ bytes, text }) => bytes.length > 0 && readRecords(text).length === 0).map(({ name }) => name);
}

/** Whether a checkpoint signs the heads of segments, which it names. */
export function signsSegments(checkpoint: string): boolean {
  try {
    const { heads } = JSON.parse(checkpoint) as { heads?: { file?: unknown }[] };
    return Array.isArray(heads) && heads.some((head) => typeof head?.file === "string");
  } catch {
    return false;
  }
}

/** All lines of the log, for its metrics. */
export function wholeText({ files }: Log): string {
  return files.map(({ text }) => (text === "" || text.endsWith("\n") ? text : `${text}\n`)).join("");
}
