// How a `<cxvars-field>` looks: its style, and the items in its list of findings.

import { sentence } from "./form_state.js";
import type { Diagnostic, Fix, Range } from "./types.js";

export const STYLE = `
:host { display: block; }
label { display: block; font-weight: 600; margin-block-end: 0.3em; }
textarea { box-sizing: border-box; width: 100%; min-height: 14em; font: 0.9em/1.45 ui-monospace, monospace;
  color: inherit; background: transparent; border: 1px solid currentcolor; border-radius: 4px; padding: 0.6em;
  tab-size: 2; }
textarea:focus-visible { outline: 2px solid #2563eb; outline-offset: 1px; }
textarea[aria-invalid] { border-color: #b91c1c; }
p { margin-block: 0.5em; }
ul { list-style: none; margin: 0; padding: 0; }
li { border-inline-start: 3px solid #b91c1c; padding: 0.15em 0.7em; margin-block: 0.35em; }
li.warning { border-color: #a16207; }
button { font: inherit; }
.place { background: none; border: 0; padding: 0; color: inherit; text-decoration: underline; cursor: pointer; }
`;

/** An item with the finding, a button that calls `reveal`, and one that calls `apply` if there is a safe fix. */
export function findingItem(
  diagnostic: Diagnostic,
  reveal: (range: Range) => void,
  apply: (fix: Fix) => void,
): HTMLLIElement {
  const { fixes, range, severity } = diagnostic;
  const item = document.createElement("li");
  item.className = severity;
  const place = button(`line ${range.start.line}, column ${range.start.column}`, () => reveal(range));
  place.className = "place";
  item.append(`${severity} `, place, `: ${sentence(diagnostic)} `);
  const fix = fixes.find(({ applicability }) => applicability === "safe");
  if (fix !== undefined) item.append(button(`Fix: ${fix.message}`, () => apply(fix)));
  return item;
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", onClick);
  return element;
}
