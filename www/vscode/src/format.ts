// How the documents of a workspace are read.

import type { Format } from "@cxvars/validator/web";

/**
 * How a document of a language is read. A JSON document is read as strict JSON, even if the editor allows comments in
 * it.
 */
export function formatOf(language: string, fileName: string): Format {
  if (language === "yaml") return "yaml";
  if (language === "jsonc" || /\.jsonc$/i.test(fileName)) return "jsonc";
  return language === "json" ? "json" : "env";
}
