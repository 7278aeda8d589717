// The view of a plan: what an update would change, compared with an answer of the service that the user pastes.

import type { PlanReport } from "@cxvars/validator/editor";
import type { VariablesDocument } from "./document.ts";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { askBeforeLeaving } from "./leaving.ts";
import { count } from "./wording.ts";

const NO_VARIABLES = "There are no variables yet; fill them in under Variables.";
const NO_ANSWER = "Paste what the service answers to a GET of the action; nothing is sent.";

const SIGNS: Record<string, string> = {
  create: "+",
  update: "~",
  delete: "-",
  same: "=",
  unknown: "?",
  carried_over: ".",
};

/** Makes the view, which compares the document with what is stored. */
export function planView(engine: Engine, document: VariablesDocument): HTMLElement {
  const remote = h("textarea", {
    id: "remote",
    rows: 12,
    spellcheck: false,
    autocomplete: "off",
    autocapitalize: "off",
    placeholder: '{"variables": […]}',
  });
  const prune = h("input", { type: "checkbox", id: "prune" });
  const result = h("div", { class: "plan", role: "status" }, NO_ANSWER);
  let latest = 0;
  const show = async (): Promise<void> => {
    latest += 1;
    const run = latest;
    if (document.text.trim() === "") return result.replaceChildren(NO_VARIABLES);
    if (remote.value.trim() === "") return result.replaceChildren(NO_ANSWER);
    try {
      const report = await engine.ask("plan", document.text, remote.value, {
        ...document.options,
        prune: prune.checked,
      });
      if (run === latest) result.replaceChildren(...planned(report));
    } catch (error) {
      const words = `There is no plan: ${(error as Error).message}`;
      if (run === latest) result.replaceChildren(h("p", { class: "error" }, words));
    }
  };
  remote.addEventListener("input", () => void show());
  prune.addEventListener("change", () => void show());
  document.on("text", () => void show());
  document.on("settings", () => void show());
  askBeforeLeaving(() => remote.value.trim() !== "");
  return h(
    "div",
    // A file that is dropped in this view fills its field.
    { class: "columns halves", "data-fill": "" },
    h(
      "section",
      { class: "panel" },
      h("h2", {}, "Stored now"),
      h("label", { for: "remote" }, "The service's answer to GET /api/v2/dataactions/{id}"),
      remote,
      h(
        "p",
        {},
        prune,
        h("label", { for: "prune", class: "inline" }, " delete what the document does not have (--prune)"),
      ),
    ),
    h(
      "section",
      { class: "panel", tabIndex: 0, "aria-label": "What would change" },
      h("h2", {}, "What would change"),
      result,
    ),
  );
}

function planned(report: PlanReport): Node[] {
  if (report.error !== null) {
    const errors = report.diagnostics.filter(({ severity }) => severity === "error").length;
    const detail = errors > 0 ? `the document has ${count(errors, "error")}; fix them under Variables` : report.error;
    return [h("p", { class: "error" }, `There is no plan: ${detail}.`)];
  }
  const { changes } = report;
  const updates = changes.update.length + changes.unknown.length;
  const words = `${updates} update, ${changes.create.length} create, ${changes.delete.length} delete`;
  const summary =
    report.blocked.length > 0
      ? "Blocked: nothing would be sent."
      : report.changes_pending
        ? `${words}; one PUT; values are never shown.`
        : "Nothing would change.";
  const rows = report.reasons.map(({ name, change, reason }) =>
    h(
      "tr",
      { class: change },
      h("td", { class: "sign" }, SIGNS[change] ?? ""),
      h("th", { scope: "row" }, name),
      h("td", {}, change.replace("_", " ")),
      h("td", {}, reason),
    ),
  );
  const blocked = report.blocked.map(({ name, reason }) => h("li", {}, h("strong", {}, name), `: ${reason}`));
  const sign = h("th", { scope: "col" }, h("span", { class: "unseen" }, "Sign"));
  const head = [sign, ...["Variable", "Change", "Why"].map((text) => h("th", { scope: "col" }, text))];
  return [
    h("p", { class: report.blocked.length > 0 ? "error" : "" }, h("strong", {}, summary)),
    blocked.length > 0 ? h("ul", { class: "error" }, ...blocked) : "",
    h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows)),
    h(
      "p",
      { class: "hint" },
      `Masked values cannot be compared here, so they count as changed. Digest ${report.digest}`,
    ),
  ].map((node) => (typeof node === "string" ? document.createTextNode(node) : node));
}
