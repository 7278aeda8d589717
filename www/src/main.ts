// Puts the page together: its views, the navigation between them, files that are dropped, and the start of the engine.

import { auditView } from "./audit_view.ts";
import { VariablesDocument } from "./document.ts";
import { button } from "./dom.ts";
import { Engine } from "./engine.ts";
import { failure } from "./failure.ts";
import { guessFormat } from "./guess_format.ts";
import { planView } from "./plan_view.ts";
import { droppedFolder } from "./project_files.ts";
import { projectView } from "./project_view.ts";
import { rulesView } from "./rules_view.ts";
import { variablesView } from "./variables_view.ts";

const engine = new Engine();
const variables = new VariablesDocument(engine);
const rules = rulesView(engine);
const audit = auditView(engine);
const project = projectView(engine, variables);

const VIEWS: Record<string, HTMLElement> = {
  Variables: variablesView(variables, explain, take, project, engine),
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

function explain(code: string): void {
  open("Rules");
  void rules.open(code);
}

/** Opens a file that was chosen or dropped: an audit log or a document. */
async function take(chosen: File): Promise<void> {
  const content = await chosen.text();
  if (/\.jsonl$/i.test(chosen.name)) {
    open("Audit log");
    audit.open(chosen.name, content);
    return;
  }
  open("Variables");
  variables.replace(content, guessFormat(content, chosen.name), chosen.name);
}

function drop(event: DragEvent): void {
  const [dropped] = event.dataTransfer?.files ?? [];
  if (dropped === undefined) return;
  event.preventDefault();
  const entry = event.dataTransfer?.items[0]?.webkitGetAsEntry();
  if (entry?.isDirectory) {
    open("Variables");
    void droppedFolder(entry as FileSystemDirectoryEntry).then(project.open);
    return;
  }
  if (VIEWS["Audit log"]!.hidden) void take(dropped);
  else void dropped.text().then((content) => audit.open(dropped.name, content));
}

document.addEventListener("dragover", (event) => event.preventDefault());
// The editor would insert the file's text, so the page takes the event first.
document.addEventListener("drop", drop, { capture: true });

// A text that is pasted into an empty document shows what format it has.
let wasEmpty = true;
variables.on("text", () => {
  if (wasEmpty && variables.text.length > 1) variables.setFormat(guessFormat(variables.text));
  wasEmpty = variables.text.length <= 1;
});

const theme = document.querySelector<HTMLSelectElement>("#theme")!;
theme.addEventListener("change", () => {
  if (theme.value === "") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
});

const alert = document.querySelector<HTMLElement>("#alert")!;
variables.on("problem", () => {
  alert.hidden = false;
  alert.replaceChildren(...failure(variables.problem!));
});
variables.on("analysed", () => {
  alert.hidden = true;
});

async function started(): Promise<void> {
  document.documentElement.dataset.engine = "ready";
  await rules.fill();
  await variables.analyse();
  // Loads the part for audit logs, so that nothing has to be loaded later.
  await engine.ask("summarize", "");
  document.documentElement.dataset.loaded = "true";
  const { MODE, PROD } = import.meta.env;
  const isOffline = PROD && MODE !== "single" && isSecureContext && "serviceWorker" in navigator;
  if (isOffline && navigator.serviceWorker.controller === null) await navigator.serviceWorker.register("./offline.js");
}

open("Variables");
engine.start().then(started, (error: Error) => variables.fail(error));
