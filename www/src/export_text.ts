// The variables as a text for elsewhere: the service, version control, the pipeline. The engine writes all but the
// commands, so that nothing of the document is dropped.

import type { CheckOptions, Converted } from "@cxvars/validator/editor";

export type ExportKind = "manifest" | "wire" | "command";

/** What an export needs of the engine. */
export interface Exporter {
  ask(operation: "convert" | "exportManifest", text: string, to: "yaml", options: CheckOptions): Promise<Converted>;
  ask(operation: "exportWire", text: string, options: CheckOptions): Promise<Converted>;
}

/** What is exported. */
export interface ExportChoice {
  kind: ExportKind;
  /** Whether a manifest has the values of encrypted variables, in place of references. */
  withValues: boolean;
}

/** Writes a document for elsewhere. */
export async function exported(
  engine: Exporter,
  text: string,
  options: CheckOptions,
  { kind, withValues }: ExportChoice,
): Promise<Converted> {
  if (kind === "command") return { text: command(), notes: [], refused: null };
  if (kind === "wire") return engine.ask("exportWire", text, options);
  return engine.ask(withValues ? "convert" : "exportManifest", text, "yaml", options);
}

/** The commands that plan and apply the manifest. */
function command(): string {
  return [
    "# what would change, then the update; secrets come from the environment",
    "cxvars plan ACTION_ID -f variables.yaml",
    "cxvars apply ACTION_ID -f variables.yaml",
    "",
  ].join("\n");
}
