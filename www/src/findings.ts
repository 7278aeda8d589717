// The list of findings, beside the text view and the table view.

import { applyFixes, type Diagnostic, type Fix, type Fixed, type Related } from "@cxvars/validator/editor/thread";
import type { VariablesDocument } from "./document.ts";
import { button, h } from "./dom.ts";
import { whyLeftOut } from "./left_out.ts";
import { address } from "./navigation.ts";
import { count, fixName, withCode } from "./wording.ts";

/** What the list needs of the view around it. */
export interface FindingsPlace {
  /** Shows the place of a finding. */
  reveal(diagnostic: Diagnostic): void;
  /** Shows another place that belongs to a finding. */
  revealRelated(related: Related): void;
  /** Which settings the findings go by. */
  note: HTMLElement;
}

/** Lists the findings of the document. */
export function findings(document: VariablesDocument, place: FindingsPlace): HTMLElement {
  const status = h("p", { id: "status", role: "status", tabIndex: -1 }, "Status: nothing checked yet");
  const list = h("ol", { class: "findings" });
  const leftOut = h("p", { class: "hint", role: "status", id: "left-out" });
  /** The text that `leftOut` is about. */
  let fixedText = "";
  /** The position of the finding whose fix was chosen. The next one gets the focus. */
  let fixedAt: number | undefined;

  const applyAll = async (isWanted?: (before: string, fixed: Fixed) => Promise<boolean>): Promise<void> => {
    const fixed = await document.fixAll(isWanted);
    if (fixed === undefined) return;
    if (document.text === fixed.text) {
      fixedText = fixed.text;
      const why = whyLeftOut(fixed.left_out);
      if (why !== "") leftOut.replaceChildren(...withCode(`${why} You can choose fixes one by one below.`));
      else leftOut.textContent = fixed.applied.length === 0 ? "No safe fix helps." : "";
    }
    if (fixAll.hidden || isWanted !== undefined) status.focus();
  };
  const review = async (before: string, fixed: Fixed): Promise<boolean> => {
    const { fixesDialog } = await import("./fixes_dialog.ts");
    return fixesDialog(before, fixed);
  };
  const fixAll = button("Apply all safe fixes", () => void applyAll(), { hidden: true });
  const showAll = button("Show them as a diff", () => void applyAll(review), { hidden: true });

  const show = (): void => {
    const { analysis, text } = document;
    if (text !== fixedText) leftOut.textContent = "";
    if (analysis === undefined || text.trim() === "") {
      status.textContent =
        document.problem === undefined ? "Status: nothing checked yet" : "Status: NOTHING HAS BEEN CHECKED";
      status.className = "";
      list.replaceChildren();
      fixAll.hidden = true;
      showAll.hidden = true;
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
    showAll.hidden = fixAll.hidden;
    list.replaceChildren(...diagnostics.map((diagnostic, at) => item(diagnostic, at)));
    focusNext();
  };

  /** The button of a fix goes away with its finding, so the focus moves to what is next in the list. */
  const focusNext = (): void => {
    if (fixedAt === undefined) return;
    const next = list.children[Math.min(fixedAt, list.children.length - 1)];
    fixedAt = undefined;
    (next?.querySelector<HTMLElement>(".actions button") ?? status).focus();
  };

  const item = (diagnostic: Diagnostic, at: number): HTMLElement => {
    const { code, help, message, range, related, severity } = diagnostic;
    const fixes = diagnostic.fixes.filter(({ applicability }) => applicability !== "display-only");
    const apply = (fix: Fix): void => {
      fixedAt = at;
      applyFix(document, fix);
    };
    return h(
      "li",
      { class: severity },
      h("p", {}, h("strong", {}, severity), " ", ruleLink(code), " ", ...withCode(message)),
      help === null ? null : h("p", { class: "help" }, ...withCode(help)),
      h(
        "p",
        { class: "actions" },
        button(placeName(range.start), () => place.reveal(diagnostic), { class: "link" }),
        ...related.map((other) =>
          button([...withCode(other.message), `: ${placeName(other.range.start)}`], () => place.revealRelated(other), {
            class: "link related",
          }),
        ),
        ...fixes.map((fix) => button(withCode(fixName(fix)), () => apply(fix))),
      ),
    );
  };
  for (const event of ["analysed", "problem"] as const) document.on(event, show);
  return h(
    "section",
    { class: "panel", "aria-label": "Findings" },
    h("div", { class: "bar" }, status, fixAll, showAll),
    place.note,
    leftOut,
    list,
  );
}

/** The code of a rule, as a link to its page. Rules of policies have none. */
function ruleLink(code: string): HTMLElement {
  if (code.startsWith("PX")) return h("span", {}, code);
  return h("a", { href: address({ view: "rules", part: code }), title: `Explain ${code}` }, code);
}

function placeName({ line, column }: { line: number; column: number }): string {
  return `line ${line}, column ${column}`;
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
