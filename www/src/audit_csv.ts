// An audit log as CSV.

import { type AuditRecord, COLUMNS, cellText } from "./audit_record.ts";

/** As RFC 4180 wants it. An apostrophe keeps a spreadsheet from reading a cell as a formula. */
export function toCsv(records: AuditRecord[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [
    COLUMNS.map(([key]) => key as string),
    ...records.map((record) => COLUMNS.map(([key]) => cellText(record, key))),
  ];
  return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}
