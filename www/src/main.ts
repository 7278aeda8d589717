import type { Diagnostic, Format, Scope } from "@cxvars/validator/full";
import { auditView } from "./audit_view.ts";
import { formatOf, VariablesDocument } from "./document.ts";
import { button, h, select } from "./dom.ts";
import { TextView } from "./editor.ts";
import { Engine } from "./engine.ts";
import { exportDialog } from "./export_dialog.ts";
import { findings } from "./findings.ts";
import { planView } from "./plan_view.ts";
import { rulesView } from "./rules_view.ts";
import { TableView } from "./table.ts";

const engine = new Engine();
const variables = new VariablesDocument(engine);
const rules = rulesView(engine);
const audit = auditView(engine);
const explain = (code: string): void => {
  open("Rules");
  void rules.open(code);
};
const text = new TextView(variables, explain);
const table = new TableView(variables);

const FORMATS = [
  ["json", "JSON"],
  ["jsonc", "JSON with comments"],
  ["yaml", "YAML"],
  ["env", ".env"],
] as const;
const SCOPES = [
  ["", "as in the document"],
  ["global", "global"],
  ["template", "template"],
  ["action", "action"],
] as const;

function reveal(diagnostic: Diagnostic): void {
  if (!table.element.hidden && table.reveal(diagnostic)) return;
  show("text");
  text.reveal(diagnostic.range.start.offset, diagnostic.range.end.offset);
}

const asText = button("Text", () => show("text"), { "aria-pressed": "true" });
const asTable = button("Table", () => show("table"), { "aria-pressed": "false" });

function show(view: "text" | "table"): void {
  text.element.hidden = view !== "text";
  table.element.hidden = view !== "table";
  asText.setAttribute("aria-pressed", String(view === "text"));
  asTable.setAttribute("aria-pressed", String(view === "table"));
  table.refresh();
}

const format = select(FORMATS, variables.format, (value) => variables.setFormat(value as Format), { id: "format" });
const scope = select(SCOPES, "", (value) => variables.setParentScope(value as Scope | ""), { id: "scope" });
variables.on("settings", () => (format.value = variables.format));

const file = h("input", {
  type: "file",
  id: "file",
  class: "unseen",
  accept: ".json,.jsonc,.yaml,.yml,.env",
  tabIndex: -1,
  "aria-label": "Open a file of variables",
});
file.addEventListener("change", () => {
  const [chosen] = file.files ?? [];
  if (chosen !== undefined) void take(chosen);
  file.value = "";
});

const variablesView = h(
  "div",
  {},
  h(
    "div",
    { class: "toolbar", role: "toolbar", "aria-label": "Document" },
    h("span", { class: "group", role: "group", "aria-label": "View" }, asText, asTable),
    h("label", {}, "Format ", format),
    h("label", {}, "Parent scope ", scope),
    h("span", { class: "gap" }),
    button("Add row", () => {
      show("table");
      table.add();
    }),
    button("Load example", () => variables.loadExample()),
    button("Open file", () => file.click()),
    file,
    button("Export", () => {
      const dialog = exportDialog(variables);
      document.body.append(dialog);
      dialog.showModal();
    }),
  ),
  h(
    "div",
    { class: "columns work" },
    h("section", { class: "panel view", "aria-label": "Variables" }, text.element, table.element),
    findings(variables, reveal, explain),
  ),
);

const VIEWS: Record<string, HTMLElement> = {
  Variables: variablesView,
  Plan: planView(engine, variables),
  "Audit log": audit.element,
  Rules: rules.element,
};
const main = document.querySelector("main")!;
const nav = document.querySelector("nav")!;
const tabs = new Map(Object.keys(VIEWS).map((name) => [name, button(name, () => open(name))]));
nav.append(...tabs.values());
main.append(...Object.values(VIEWS));

function open(wanted: string): void {
  for (const [name, view] of Object.entries(VIEWS)) {
    view.hidden = name !== wanted;
    if (name === wanted) tabs.get(name)!.setAttribute("aria-current", "page");
    else tabs.get(name)!.removeAttribute("aria-current");
  }
}

/** A file that was chosen or dropped: a log of records, or a document. */
async function take(chosen: File): Promise<void> {
  const content = await chosen.text();
  if (/\.jsonl$/i.test(chosen.name)) {
    open("Audit log");
    audit.open(chosen.name, content);
    return;
  }
  open("Variables");
  variables.replace(content, formatOf(content, chosen.name), chosen.name);
}

document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener(
  "drop",
  (event) => {
    const [dropped] = event.dataTransfer?.files ?? [];
    if (dropped === undefined) return;
    event.preventDefault();
    if (VIEWS["Audit log"]!.hidden) void take(dropped);
    else void dropped.text().then((content) => audit.open(dropped.name, content));
  },
  { capture: true },
);

// What is pasted into an empty document says by itself what it is.
let wasEmpty = true;
variables.on("text", () => {
  if (wasEmpty && variables.text.length > 1) variables.setFormat(formatOf(variables.text));
  wasEmpty = variables.text.length <= 1;
});

const theme = document.querySelector<HTMLSelectElement>("#theme")!;
theme.addEventListener("change", () => {
  if (theme.value === "") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

const alert = document.querySelector<HTMLElement>("#alert")!;

/** Nothing that was not checked may look as if it were. */
function failed(error: Error): void {
  alert.hidden = false;
  alert.replaceChildren(
    h("strong", {}, "Checker could not start. NOTHING HAS BEEN CHECKED."),
    h(
      "details",
      {},
      h("summary", {}, "Why"),
      h(
        "p",
        {},
        `${error.message}. The browser may be too old for WebAssembly, may not be allowed to run it, or could not load its file.`,
      ),
    ),
    h(
      "details",
      {},
      h("summary", {}, "What to do"),
      h(
        "p",
        {},
        "Reload the page. If it stays so, use a current Chrome, Edge, Firefox or Safari, or run ",
        h("code", {}, "cxvars validate FILE"),
        " instead.",
      ),
    ),
  );
}

variables.on("problem", () => failed(variables.problem!));
variables.on("looked", () => (alert.hidden = true));

show("text");
open("Variables");
engine.start().then(
  async () => {
    document.documentElement.dataset.engine = "ready";
    await rules.fill();
    await variables.look();
    // Loaded now, so that nothing has to be loaded later.
    await engine.ask("summarize", "");
    document.documentElement.dataset.loaded = "true";
    const canKeep =
      import.meta.env.PROD && import.meta.env.MODE !== "single" && isSecureContext && "serviceWorker" in navigator;
    if (canKeep && navigator.serviceWorker.controller === null) await navigator.serviceWorker.register("./offline.js");
  },
  (error: Error) => variables.fail(error),
);
