// How the documents of a workspace are read.

import type { Format } from "@cxvars/validator/web";
import { formatOfName } from "../../src/guess_format.ts";

/**
 * How a document is read: as the name of its file says, or else by its language. JSON is read as strict JSON, even if
 * the editor allows comments in it.
 */
export function formatOf(language: string, fileName: string): Format {
  const named = formatOfName(fileName);
  if (language === "jsonc" && named === "json") return "jsonc";
  if (named !== undefined) return named;
  return language === "yaml" || language === "jsonc" || language === "json" ? language : "env";
}
