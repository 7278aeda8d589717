// Guesses the format of a text.

import type { Format } from "@cxvars/validator/full";

/** The format by the file's name, or by the beginning of the text if the name says nothing. */
export function guessFormat(text: string, fileName = ""): Format {
  if (/(^|\/)\.env(\.|$)|\.env$/i.test(fileName)) return "env";
  if (/\.ya?ml$/i.test(fileName)) return "yaml";
  if (/\.jsonc$/i.test(fileName)) return "jsonc";
  if (/\.json$/i.test(fileName)) return "json";
  const start = text.replace(/^\ufeff/, "").trimStart();
  if (/^[[{]/.test(start)) return "json";
  if (/^\/[/*]/.test(start)) return "jsonc";
  if (/^(#.*\n\s*)*(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/.test(start)) return "env";
  return "yaml";
}
