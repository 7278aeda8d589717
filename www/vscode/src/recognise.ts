// Which of the many JSON and YAML files are ours, and how they are read.
import type { Format } from "@cxvars/validator/web";

/** So much of a file is looked at. */
const BEGINNING = 64 * 1024;

/**
 * Whether a text lists variables of a Data Action. A list called `variables` is common elsewhere, in pipelines above all, so
 * one of the fields has to be there that only ours have.
 */
export function isOurs(text: string): boolean {
  const beginning = text.slice(0, BEGINNING);
  const key = (names: string, value = "") => new RegExp(`(?:^|[\\s{,"'-])(?:${names})["']?\\s*:\\s*${value}`, "m");
  if (key("data_action|parent_scope").test(beginning) && key("variables").test(beginning)) return true;
  return (
    (key("variables", "(?:\\r?\\n|\\[|#|$)").test(beginning) &&
      key("name").test(beginning) &&
      key("encrypted|value_from").test(beginning)) ||
    (key("variables", "(?:\\r?\\n|\\[|#)").test(beginning) &&
      key("name").test(beginning) &&
      key("type", "[\"']?(?:string|integer|boolean|object)\\b").test(beginning) &&
      key("value|value_from|scope").test(beginning))
  );
}

/** How a document of a language is read; strict JSON stays strict, whatever the editor allows in it. */
export function formatOf(language: string, fileName: string): Format {
  if (language === "yaml") return "yaml";
  if (language === "jsonc" || /\.jsonc$/i.test(fileName)) return "jsonc";
  return language === "json" ? "json" : "env";
}
