// Guesses the format of a text.

import type { Format } from "@cxvars/validator/editor";

/** The format that the name of a file means, as the engine reads names; `undefined` if it means none. */
export function formatOfName(fileName: string): Format | undefined {
  const name = fileName.toLowerCase().replace(/^.*[/\\]/, "");
  switch (name.replace(/^.*\./, "")) {
    case "json":
      return "json";
    case "jsonc":
      return "jsonc";
    case "yaml":
    case "yml":
      return "yaml";
    case "env":
    case "envrc":
      return "env";
    default:
      return name.startsWith(".env.") ? "env" : undefined;
  }
}

/** The format by the file's name, or by the beginning of the text if the name says nothing. */
export function guessFormat(text: string, fileName = ""): Format {
  const named = formatOfName(fileName);
  if (named !== undefined) return named;
  const start = text.replace(/^\ufeff/, "").trimStart();
  if (/^[[{]/.test(start)) return "json";
  if (/^\/[/*]/.test(start)) return "jsonc";
  if (/^(#.*\n\s*)*(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/.test(start)) return "env";
  return "yaml";
}
