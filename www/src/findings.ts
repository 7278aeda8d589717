// The list of findings, beside the text view and the table view.

import { applyFixes, type Diagnostic, type Fix } from "@cxvars/validator/full/shared";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import { whyLeftOut } from "./left_out.ts";
import { count, fixName } from "./wording.ts";

/** Lists the findings of the document; `reveal` shows the place of one, `explain` the documentation of a rule. */
export function findings(
  document: VariablesDocument,
  reveal: (diagnostic: Diagnostic) => void,
  explain: (code: string) => void,
): HTMLElement {
  const status = h("p", { id: "status", role: "status" }, "Status: nothing checked yet");
  const list = h("ol", { class: "findings" });
  const leftOut = h("p", { class: "hint", role: "status" });
  /** The text that `leftOut` is about. */
  let fixedText = "";
  const applyAll = async (): Promise<void> => {
    const fixed = await document.fixAll();
    if (fixed === undefined) return;
    fixedText = fixed.text;
    const why = whyLeftOut(fixed.left_out);
    if (why !== "") leftOut.textContent = `${why} You can choose fixes one by one below.`;
    else leftOut.textContent = fixed.applied.length === 0 ? "No safe fix helps." : "";
  };
  const fixAll = button("Apply all safe fixes", () => void applyAll(), { hidden: true });
  const show = (): void => {
    const { analysis, text } = document;
    if (text !== fixedText) leftOut.textContent = "";
    if (analysis === undefined || text.trim() === "") {
      status.textContent =
        document.problem === undefined ? "Status: nothing checked yet" : "Status: NOTHING HAS BEEN CHECKED";
      status.className = "";
      list.replaceChildren();
      fixAll.hidden = true;
      return;
    }
    const { diagnostics, not_shown = 0 } = analysis.report;
    const errors = diagnostics.filter(({ severity }) => severity === "error").length;
    const warnings = diagnostics.length - errors;
    const more = not_shown > 0 ? `, and ${not_shown} more` : "";
    const rows = analysis.outline.variables.length;
    status.textContent =
      diagnostics.length === 0
        ? `Status: no findings in ${count(rows, "variable")}`
        : `Status: ${count(errors, "error")}, ${count(warnings, "warning")}${more} in ${count(rows, "variable")}`;
    status.className = errors > 0 ? "error" : warnings > 0 ? "warning" : "fine";
    fixAll.hidden = !diagnostics.some(hasSafeFix);
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
  for (const event of ["analysed", "problem"] as const) document.on(event, show);
  return h(
    "section",
    { class: "panel", "aria-label": "Findings" },
    h("div", { class: "bar" }, status, fixAll),
    leftOut,
    list,
  );
}

/** Applies one fix that the user chose. */
function applyFix(document: VariablesDocument, fix: Fix): void {
  const { analysis } = document;
  if (analysis === undefined || analysis.text !== document.text) return;
  void document.edit((text) => {
    if (text !== analysis.text) return undefined;
    return { from: 0, to: text.length, insert: applyFixes(text, [fix]) };
  });
}

function hasSafeFix({ fixes }: Diagnostic): boolean {
  return fixes.some(({ applicability }) => applicability === "safe");
}
