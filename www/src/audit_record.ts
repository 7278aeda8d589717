// The records of an audit log.

/** The fields of a record that the page shows. None of them has a value of a variable. */
export interface AuditRecord {
  seq: number;
  timestamp: number;
  event: string;
  outcome: string | null;
  data_action_id: string | null;
  variable_count: number | null;
  encrypted_count: number | null;
  attempts: number | null;
  latency_ms: number | null;
  wait_ms: number | null;
  target: string | null;
  actor: string | null;
  run_id: string;
  error: string | null;
}

/** The fields that a table of records shows, with their headings. */
export const COLUMNS: [keyof AuditRecord, string][] = [
  ["seq", "No."],
  ["timestamp", "Time (UTC)"],
  ["data_action_id", "Action"],
  ["event", "Event"],
  ["outcome", "Outcome"],
  ["variable_count", "Variables"],
  ["encrypted_count", "Encrypted"],
  ["attempts", "PUTs"],
  ["latency_ms", "ms"],
  ["wait_ms", "Waited ms"],
  ["target", "Target"],
  ["actor", "Actor"],
  ["error", "Error"],
];

/** The records of the lines that are JSON; the verdict names the other lines. */
export function readRecords(text: string): AuditRecord[] {
  return text.split("\n").flatMap((line) => {
    try {
      const record = JSON.parse(line) as AuditRecord;
      return typeof record === "object" && record !== null && typeof record.timestamp === "number" ? [record] : [];
    } catch {
      return [];
    }
  });
}

/** A field as text. */
export function cellText(record: AuditRecord, key: keyof AuditRecord): string {
  const value = record[key];
  if (value === null || value === undefined) return "";
  return key === "timestamp" ? utc(record.timestamp) : String(value);
}

/** Seconds since 1970 as a time of day, in UTC. */
export function utc(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? ""
    : date
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "");
}
