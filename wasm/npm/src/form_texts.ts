// What forms say, for somebody who fills in a form and has neither files nor a command line.

import type { Diagnostic, Fix } from "./types.js";

/** The fixed texts of a form, to be replaced for another language. None of them gets a value of a variable. */
export interface FormTexts {
  /** The engine has not been loaded yet. */
  starting: string;
  /** A submit waits for the check. */
  checking: string;
  /** The engine cannot be loaded. */
  unavailable: string;
  /** A function of the page failed; `where` is its name, such as `toDocument`. */
  pageError(where: string): string;
  /** The engine refused to check; `reason` is its message in English. */
  notChecked(reason: string): string;
  /** A submit was held back. */
  notSent(errors: number, warnings: number): string;
  /** The number of findings. */
  counts(errors: number, warnings: number): string;
  /** There are no findings. */
  noFindings: string;
  /** One finding, with its severity. */
  finding(severity: Diagnostic["severity"], text: string): string;
  /** A place in the text of a `<cxvars-field>`. */
  place(line: number, column: number): string;
  /** The button that applies a fix. */
  fix(fix: Fix): string;
}

/** What a form says of a finding; undefined for what it says by default. */
export type Messages = (diagnostic: Diagnostic) => string | undefined;

const counts = (errors: number, warnings: number): string => `${count(errors, "error")}, ${count(warnings, "warning")}`;

/** The texts in English. */
export const ENGLISH: FormTexts = {
  starting: "the check is still starting; try again in a moment",
  checking: "checking; the form is sent once that is done",
  unavailable: "the checker could not start, so nothing has been checked; try again or reload the page",
  pageError: (where) => `a fault in this page (${where}) prevents the check, so nothing is sent; tell its owner`,
  notChecked: (reason) => `nothing has been checked: ${reason}`,
  notSent: (errors, warnings) => `not sent: ${counts(errors, warnings)}`,
  counts,
  noFindings: "no findings",
  finding: (severity, text) => `${severity}: ${text}`,
  place: (line, column) => `line ${line}, column ${column}`,
  fix: ({ message }) => `Fix: ${message}`,
};

/** A finding in one sentence. */
export function sentence({ code, message, help }: Diagnostic): string {
  const advice = help === null ? "" : adviceInForm(help);
  return `${message}${advice === "" ? "" : `; ${advice}`} (${code})`;
}

/** What only those can do who have files, a configuration or a command line. */
const OUT_OF_REACH =
  /`[a-z]+_[a-z_]+`|cxvars|\.toml|--\w|\b(files?|ignores?|environment|standard input|PowerShell|history)\b|^see `/;

/** The parts of an advice that somebody who fills in a form can follow. */
export function adviceInForm(help: string): string {
  if (!OUT_OF_REACH.test(help)) return help;
  // The name of a setting after what it demands.
  const parts = help.replace(/ \(`[a-z_]+`\)/g, "").split(/; |, or |, and | and (?=fetch\b)/);
  return parts
    .filter((part) => !OUT_OF_REACH.test(part))
    .map((part) => part.trim())
    .join("; ");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
