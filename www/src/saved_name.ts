// The name under which a text is saved.

import type { Format } from "@cxvars/validator/editor";
import { formatOfName } from "./guess_format.ts";

const NEW_NAMES: Record<Format, string> = {
  json: "variables.json",
  jsonc: "variables.jsonc",
  yaml: "variables.yaml",
  env: "variables.env",
};

/** The name of the file that was opened, with the ending of the format if its own means another one. */
export function savedName(fileName: string, format: Format): string {
  const name = fileName.replace(/^.*[/\\]/, "");
  if (name === "") return NEW_NAMES[format];
  const named = formatOfName(name);
  // Comments may be in a .json file that is read with them.
  if (named === undefined || named === format || (named === "json" && format === "jsonc")) return name;
  return name.replace(/(?<!^)\.[^.]*$/, "") + NEW_NAMES[format].replace("variables", "");
}
