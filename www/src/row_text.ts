// How the fields of a row are written in each format.

import type { Format } from "@cxvars/validator/editor";

/** The fields that a row of the table can set. */
export type Key = "name" | "type" | "value" | "encrypted" | "scope";

/** A key with its value as it is written. */
export type WrittenField = readonly [string, string];

/** The fields of a new row. */
export const EMPTY_ROW = { name: "", type: "string", value: "", encrypted: "false", scope: "action" } as const;

/** A value as JSON, or as a bare word if YAML reads that word as a string. */
export function literal(format: Format, key: Key, value: string): string {
  if (key === "encrypted") return value === "true" ? "true" : "false";
  const isWord =
    key !== "value" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value);
  return format === "yaml" && isWord ? value : JSON.stringify(value);
}

/** A key as it is written in braces. */
export function quoteKey(format: Format, key: string): string {
  return format === "yaml" ? key : JSON.stringify(key);
}

/** A row in braces, on one line. */
export function inBraces(format: Format, fields: readonly WrittenField[]): string {
  return `{${fields.map(([key, value]) => `${quoteKey(format, key)}: ${value}`).join(", ")}}`;
}

/** A row as an item of a YAML list, one field a line. */
export function inLines(fields: readonly WrittenField[], indent: number): string {
  const [before, inner] = [" ".repeat(indent), " ".repeat(indent + 2)];
  return fields.map(([key, value], at) => `${at === 0 ? `${before}- ` : inner}${key}: ${value}`).join("\n");
}

/**
 * A value of a `.env` file, in quotes unless it needs none. All programs read single quotes alike, but not every value
 * can be in them; escapes in double quotes are a finding, which says what to do.
 */
export function inQuotes(value: string): string {
  if (/^[\w./:@%+,-]+$/.test(value)) return value;
  const fitsSingle = value !== "" && !/'|\r|\\\\|\\$|\$\{/.test(value);
  return fitsSingle ? `'${value}'` : `"${value.replace(/["\\$]/g, "\\$&").replaceAll("\r", "\\r")}"`;
}
