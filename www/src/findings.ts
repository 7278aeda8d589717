// The list of findings, beside whichever view is open.
import type { Diagnostic, Fix } from "@cxvars/validator/full";
import type { VariablesDocument } from "./document.ts";
import { button, count, h } from "./dom.ts";
import { fixName } from "./editor.ts";

export interface Findings {
  element: HTMLElement;
}

/** Shows the findings of the document; `reveal` shows a place, `explain` a rule. */
export function findings(
  document: VariablesDocument,
  reveal: (diagnostic: Diagnostic) => void,
  explain: (code: string) => void,
): HTMLElement {
  const status = h("p", { id: "status", role: "status" }, "Status: nothing checked yet");
  const list = h("ol", { class: "findings" });
  const fixAll = button("Apply all safe fixes", () => applySafeFixes(document), { hidden: true });
  const show = (): void => {
    const { looked, text } = document;
    if (looked === undefined || text.trim() === "") {
      status.textContent =
        document.problem === undefined ? "Status: nothing checked yet" : "Status: NOTHING HAS BEEN CHECKED";
      status.className = "";
      list.replaceChildren();
      fixAll.hidden = true;
      return;
    }
    const { diagnostics, not_shown = 0 } = looked.report;
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    const warnings = diagnostics.length - errors;
    const more = not_shown > 0 ? `, and ${not_shown} more` : "";
    const rows = looked.outline.variables.length;
    status.textContent =
      diagnostics.length === 0
        ? `Status: no findings in ${count(rows, "variable")}`
        : `Status: ${count(errors, "error")}, ${count(warnings, "warning")}${more} in ${count(rows, "variable")}`;
    status.className = errors > 0 ? "error" : warnings > 0 ? "warning" : "fine";
    fixAll.hidden = safeFixes(diagnostics).length === 0;
    list.replaceChildren(...diagnostics.map((diagnostic) => item(diagnostic)));
  };
  const item = (diagnostic: Diagnostic): HTMLElement => {
    const { code, help, message, range, severity } = diagnostic;
    const fixes = diagnostic.fixes.filter(({ applicability }) => applicability !== "display-only");
    return h(
      "li",
      { class: severity },
      h(
        "p",
        {},
        h("strong", {}, severity),
        " ",
        button(code, () => explain(code), { class: "link", title: `Explain ${code}` }),
        ` ${message}`,
      ),
      help === null ? null : h("p", { class: "help" }, help),
      h(
        "p",
        { class: "actions" },
        button(`line ${range.start.line}, column ${range.start.column}`, () => reveal(diagnostic), { class: "link" }),
        ...fixes.map((fix) => button(fixName(fix), () => applyFix(document, fix))),
      ),
    );
  };
  for (const event of ["looked", "problem"] as const) document.on(event, show);
  return h("section", { class: "panel", "aria-label": "Findings" }, h("div", { class: "bar" }, status, fixAll), list);
}

function applyFix(document: VariablesDocument, fix: Fix): void {
  const { looked } = document;
  if (looked === undefined || looked.text !== document.text) return;
  void applyEdits(document, [fix]);
}

/** As one change, so that one step back undoes it. */
function applyEdits(document: VariablesDocument, fixes: Fix[]): Promise<void> {
  const edits = fixes.flatMap((fix) => fix.edits).sort((a, b) => a.start - b.start);
  return document.edit((text) => {
    let result = "";
    let at = 0;
    for (const { start, end, text: replacement } of edits) {
      if (start < at) return undefined;
      result += text.slice(at, start) + replacement;
      at = end;
    }
    return { from: 0, to: text.length, insert: result + text.slice(at) };
  });
}

/** One safe fix a finding, of which none touches another. */
function safeFixes(diagnostics: Diagnostic[]): Fix[] {
  const taken: { start: number; end: number }[] = [];
  const chosen: Fix[] = [];
  for (const { fixes } of diagnostics) {
    const fix = fixes.find(({ applicability }) => applicability === "safe");
    if (fix === undefined) continue;
    const touches = fix.edits.some((edit) => taken.some(({ start, end }) => edit.start <= end && start <= edit.end));
    if (touches) continue;
    taken.push(...fix.edits);
    chosen.push(fix);
  }
  return chosen;
}

/** Fixes may bring others to light, so it goes on until nothing is left that is safe. */
async function applySafeFixes(document: VariablesDocument): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await document.edit(() => undefined);
    const before = document.looked;
    const fixes = safeFixes(before?.report.diagnostics ?? []);
    if (before === undefined || fixes.length === 0) return;
    await applyEdits(document, fixes);
  }
}
