// Where findings are shown: at the control that the page names, or at one that a person can reach.

import { elementsOf, isShown } from "./form_dom.js";
import type { Settings } from "./form_options.js";
import { blocks, wording } from "./form_state.js";
import { isReachable, type Mark } from "./marks.js";
import { fromPage, PageError } from "./page_code.js";
import type { Diagnostic } from "./types.js";
import { asControl, type Control } from "./validity.js";

/** Findings by the place where a form shows them. */
export interface Placed {
  /** At a control. */
  marks: Map<Control, Mark>;
  /** Those of no control that a person could see. */
  others: string[];
  /** The number of errors and of warnings. */
  tally: [errors: number, warnings: number];
  /** The function of the page that failed meanwhile. */
  fault: string | null;
}

/** Finds the place and the words of each finding. A function of the page that fails leaves no finding out. */
export function placed(found: readonly Diagnostic[], form: HTMLFormElement, settings: Settings): Placed {
  const { locate, messages, texts, failLevel } = settings;
  const result: Placed = { marks: new Map(), others: [], tally: [0, 0], fault: null };
  const attempt = <T>(run: () => T, otherwise: () => T): T => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      result.fault ??= error.where;
      return otherwise();
    }
  };
  for (const diagnostic of found) {
    // Read before the page gets hold of the finding.
    const isBlocking = blocks(diagnostic, failLevel);
    const { severity } = diagnostic;
    const ours = wording(diagnostic, undefined);
    const control = attempt(
      () => placeOf(diagnostic, form, locate),
      () => undefined,
    );
    const text = attempt(
      () => wording(diagnostic, messages),
      () => ours,
    );
    const line = texts.finding(severity, text);
    result.tally[severity === "error" ? 0 : 1] += 1;
    if (control === undefined) {
      result.others.push(line);
      continue;
    }
    const mark = result.marks.get(control) ?? { text: "", message: "" };
    result.marks.set(control, {
      text: mark.text === "" ? line : `${mark.text}\n${line}`,
      message: isBlocking && mark.message === "" ? text : mark.message,
    });
  }
  return result;
}

/** The first control that a person can reach, so that the browser can show its message there. */
export function firstControl(form: HTMLFormElement): Control | undefined {
  return elementsOf(form)
    .map(asControl)
    .find((control) => control !== undefined && isReachable(control) && !isButton(control));
}

/** The control to show a finding at; undefined if there is none that a person could see. */
function placeOf(diagnostic: Diagnostic, form: HTMLFormElement, locate: Settings["locate"]): Control | undefined {
  const named = fromPage("locate", () => locate?.(diagnostic, form), isPlace);
  if (named === null || named === undefined) return firstControl(form);
  const control = controlAt(named);
  return control !== undefined && isShown(control) ? control : undefined;
}

type Place = Element | RadioNodeList | null | undefined;

function isPlace(value: unknown): value is Place {
  return value === null || value === undefined || value instanceof Element || value instanceof RadioNodeList;
}

/** Controls of one name are a list, and a row of a table has controls within it. */
function controlAt(place: Element | RadioNodeList): Control | undefined {
  const elements = place instanceof RadioNodeList ? [...place] : [place, ...place.querySelectorAll("*")];
  return elements.map(asControl).find((control) => control !== undefined && !isGroup(control) && !isButton(control));
}

function isGroup(element: Element): boolean {
  return element instanceof HTMLFieldSetElement || element instanceof HTMLOutputElement;
}

function isButton(element: Element): boolean {
  if (element instanceof HTMLButtonElement) return true;
  return element instanceof HTMLInputElement && ["submit", "image", "reset", "button"].includes(element.type);
}
