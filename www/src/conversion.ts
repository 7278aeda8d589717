// Writes the open document in another format, as one change, and says what that format could not hold.

import type { Format } from "@cxvars/validator/editor";
import type { VariablesDocument } from "./document.ts";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { withCode } from "./wording.ts";

/** The formats to choose from. JSON with comments is read, and written as JSON. */
export const TARGETS = [
  ["json", "JSON"],
  ["yaml", "YAML"],
  ["env", ".env"],
] as const satisfies readonly (readonly [Format, string])[];

/** Converts the document. Returns what is to be said about it, which is nothing if nothing was lost. */
export async function convert(engine: Engine, variables: VariablesDocument, to: Format): Promise<Node[]> {
  const name = TARGETS.find(([format]) => format === to)?.[1] ?? to;
  const { options, text } = variables;
  if (text.trim() === "") return [h("p", {}, "There is no text to convert.")];
  try {
    const converted = await engine.ask("convert", text, to, options);
    // Somebody may have typed in the meantime.
    if (variables.text !== text) return [h("p", {}, "The text has changed in the meantime; convert it again.")];
    const notes = converted.notes.map((note) => h("li", {}, ...withCode(note)));
    if (converted.text === null) {
      return [h("p", {}, ...withCode(`Not converted to ${name}: ${converted.refused}.`))];
    }
    variables.rewrite(converted.text, to, renamed(variables.fileName, to));
    if (notes.length === 0) return [];
    return [
      h("p", {}, `Converted to ${name}. Undo brings the text back. What has changed besides the format:`),
      h("ul", {}, ...notes),
    ];
  } catch (error) {
    return [h("p", { class: "error" }, ...withCode(`Not converted: ${(error as Error).message}.`))];
  }
}

/** The name of a file with the ending of another format. */
function renamed(name: string, to: Format): string {
  return name === "" ? "" : `${name.replace(/\.(?:jsonc?|ya?ml|env)$/i, "")}.${to}`;
}
