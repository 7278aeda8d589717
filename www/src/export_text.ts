// The variables as a text for elsewhere: the service, version control, the pipeline.

import type { Outline } from "@cxvars/validator/full";
import { fieldOf } from "./rows.ts";

/** The JSON that the service takes. */
export function wire(outline: Outline): string {
  const variables = outline.variables
    .filter((row) => fieldOf(row, "state") === undefined)
    .map((row) => ({
      name: fieldOf(row, "name") ?? "",
      type: fieldOf(row, "type") ?? "string",
      value: fieldOf(row, "value") ?? "",
      encrypted: fieldOf(row, "encrypted") === "true",
      scope: fieldOf(row, "scope") ?? "action",
    }));
  return `${JSON.stringify({ variables }, null, 2)}\n`;
}

/** A manifest in YAML. Encrypted variables get a reference instead of their value, unless `withValues` is set. */
export function manifest(outline: Outline, withValues: boolean): string {
  const rows = outline.variables.map((row) => {
    const name = fieldOf(row, "name") ?? "";
    const isEncrypted = fieldOf(row, "encrypted") === "true";
    const lines = [`  - name: ${JSON.stringify(name)}`];
    if (fieldOf(row, "state") !== undefined) return [...lines, "    state: absent"].join("\n");
    lines.push(`    type: ${JSON.stringify(fieldOf(row, "type") ?? "string")}`);
    const reference = fieldOf(row, "value_from");
    if (reference !== undefined) lines.push(`    value_from: ${inOneLine(reference)}`);
    else if (isEncrypted && !withValues)
      lines.push(`    value_from: {env: CXV_${name.replace(/\W/g, "_").toUpperCase()}}`);
    else lines.push(`    value: ${JSON.stringify(fieldOf(row, "value") ?? "")}`);
    if (isEncrypted) lines.push("    encrypted: true");
    const version = fieldOf(row, "secret_version");
    if (version !== undefined) lines.push(`    secret_version: ${JSON.stringify(version)}`);
    lines.push(`    scope: ${JSON.stringify(fieldOf(row, "scope") ?? "action")}`);
    return lines.join("\n");
  });
  return rows.length === 0 ? "variables: []\n" : `variables:\n${rows.join("\n")}\n`;
}

/** A reference in braces, whether it was written in braces or one key a line. */
function inOneLine(reference: string): string {
  const text = reference.trim();
  if (text.startsWith("{")) return text.replace(/\s*\n\s*/g, " ");
  return `{${text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(", ")}}`;
}

/** The commands that plan and apply the manifest. */
export function command(): string {
  return [
    "# what would change, then the update; secrets come from the environment",
    "cxvars plan ACTION_ID -f variables.yaml",
    "cxvars apply ACTION_ID -f variables.yaml",
    "",
  ].join("\n");
}
