// Recognises, among the JSON and YAML files of a workspace, those that list variables, and how they are read.

import type { Format } from "@cxvars/validator/web";

/** The part of a file that is looked at, in UTF-16 code units. */
const BEGINNING = 64 * 1024;

/**
 * Whether a text lists variables of a Data Action. Other files have a list called `variables` too, above all pipelines,
 * so it has to have fields that only ours have.
 */
export function isOurs(text: string): boolean {
  const beginning = text.slice(0, BEGINNING);
  const has = (keys: string, value = "") =>
    new RegExp(`(?:^|[\\s{,"'-])(?:${keys})["']?\\s*:\\s*${value}`, "m").test(beginning);
  if (has("data_action|parent_scope") && has("variables")) return true;
  if (!has("name")) return false;
  if (has("variables", "(?:\\r?\\n|\\[|#|$)") && has("encrypted|value_from")) return true;
  const hasType = has("type", "[\"']?(?:string|integer|boolean|object)\\b");
  return has("variables", "(?:\\r?\\n|\\[|#)") && hasType && has("value|value_from|scope");
}

/**
 * How a document of a language is read. A JSON document is read as strict JSON, even if the editor allows comments in
 * it.
 */
export function formatOf(language: string, fileName: string): Format {
  if (language === "yaml") return "yaml";
  if (language === "jsonc" || /\.jsonc$/i.test(fileName)) return "jsonc";
  return language === "json" ? "json" : "env";
}
