// Reads what the page has set, at the moment of each check. A getter may fail as any other function of the page.

import type { FailLevel } from "./form_state.js";
import { ENGLISH, type FormTexts, type Messages } from "./form_texts.js";
import { fromPage } from "./page_code.js";
import type { ContractOptions, Diagnostic } from "./types.js";

/**
 * How a form is checked. The other keys are those of `check`. The options are read at each check, so they may change.
 */
export interface FormOptions extends ContractOptions {
  /** Returns the document that the form would submit. A submit waits for a promise, and then goes on by itself. */
  toDocument(form: HTMLFormElement): string | Promise<string>;
  /** Returns the control to show a finding at. If it returns none, the form's first control shows the finding. */
  locate?(diagnostic: Diagnostic, form: HTMLFormElement): Element | RadioNodeList | null | undefined;
  /** What happens to a submit if the engine cannot start; `block` by default. */
  onUnavailable?: "block" | "allow";
  /** The lowest severity that holds a submit back; `error` by default. */
  failLevel?: "error" | "warning";
  /** What the form says of a finding, such as a translation. By default, its message and the advice that helps here. */
  messages?: Messages;
  /** What else the form says. Those that are left out stay in English. */
  texts?: Partial<FormTexts>;
}

/** The options at one moment. */
export interface Settings {
  locate: FormOptions["locate"] | undefined;
  messages: FormOptions["messages"] | undefined;
  isAllowedUnchecked: boolean;
  failLevel: FailLevel;
  texts: FormTexts;
  check: ContractOptions;
}

/** @throws PageError if a getter fails, or if an option has a wrong type. */
export function settingsOf(options: FormOptions): Settings {
  return fromPage("options", () => read(options), isSettings);
}

function read(options: FormOptions): unknown {
  const { locate, messages, onUnavailable, failLevel, texts } = options;
  return {
    locate,
    messages,
    isAllowedUnchecked: onUnavailable === "allow",
    failLevel: failLevel ?? "error",
    texts: textsWith(texts),
    check: checkOptionsOf(options),
  };
}

/** The options of forms and schemas that are none of `check`. */
const OURS = new Set(["toDocument", "locate", "path", "onUnavailable", "failLevel", "messages", "texts"]);

/** The options of `check` among those of a form or a schema. */
export function checkOptionsOf(options: ContractOptions): ContractOptions {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !OURS.has(key)));
}

function isSettings(value: unknown): value is Settings {
  const { locate, messages, failLevel } = value as Record<keyof Settings, unknown>;
  const areFunctions = [locate, messages].every((item) => item === undefined || typeof item === "function");
  return areFunctions && (failLevel === "error" || failLevel === "warning");
}

/** The texts of the page, and ours where it has none. They throw a PageError if they fail or are no texts. */
export function textsWith(own: Partial<FormTexts> | undefined): FormTexts {
  const entries = Object.entries(ENGLISH).map(([key, ours]): [string, unknown] => {
    const theirs: unknown = own?.[key as keyof FormTexts] ?? ours;
    if (typeof ours === "string") return [key, fromPage("texts", () => theirs, isText)];
    return [
      key,
      (...given: unknown[]) =>
        fromPage("texts", () => (theirs as typeof ours).apply(undefined, given as never), isText),
    ];
  });
  return Object.fromEntries(entries) as unknown as FormTexts;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
