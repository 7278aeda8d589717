// Saves the text as a file, and asks before a text is replaced that was not saved.

import type { Format } from "@cxvars/validator/editor";
import { ask } from "./dialogs.ts";
import type { VariablesDocument } from "./document.ts";
import { h, save } from "./dom.ts";
import { savedName } from "./saved_name.ts";

/** The types by which browsers leave the ending of a file's name as it is. */
const TYPES: Record<Format, string> = {
  json: "application/json",
  jsonc: "application/octet-stream",
  yaml: "application/yaml",
  env: "application/octet-stream",
};

/** Has the browser save the text under the name of its file. */
export function saveFile(variables: VariablesDocument): void {
  save(savedName(variables.fileName, variables.format), variables.written, TYPES[variables.format]);
  variables.saved();
}

/** Asks whether a text may be replaced that has changes which are in no file. */
export async function mayReplace(variables: VariablesDocument): Promise<boolean> {
  const what = variables.fileName === "" ? "The text" : variables.fileName;
  const answer = await ask<"save" | "replace" | "keep">(
    "Replace the text?",
    [h("p", {}, `${what} has changes that are not saved.`)],
    [
      { label: "Save, then replace", answer: "save" },
      { label: "Replace", answer: "replace" },
      { label: "Keep the text", answer: "keep" },
    ],
    "keep",
    { id: "replace" },
  );
  if (answer === "save") saveFile(variables);
  return answer !== "keep";
}
