// Puts the page together: its views, the navigation between them, and the start of the engine.

import { fillFooter } from "./about.ts";
import { auditView } from "./audit_view.ts";
import { VariablesDocument } from "./document.ts";
import { Engine } from "./engine.ts";
import { failure } from "./failure.ts";
import { askBeforeLeaving } from "./leaving.ts";
import { Navigation } from "./navigation.ts";
import { Notice } from "./notice.ts";
import { Opening } from "./opening.ts";
import { planView } from "./plan_view.ts";
import { projectView } from "./project_view.ts";
import { rulesView } from "./rules_view.ts";
import { mayReplace } from "./saving.ts";
import { openShared } from "./share_dialog.ts";
import { isSharedLink } from "./share_link.ts";
import { shortcuts } from "./shortcuts.ts";
import { variablesView } from "./variables_view.ts";

const engine = new Engine();
const variables = new VariablesDocument(engine);
const navigation = new Navigation(document.querySelector("nav")!, document.querySelector("main")!);
const go = (view: string, part?: string): void => navigation.go(view, part);
const rules = rulesView(engine);
const audit = auditView(engine);
const project = projectView(engine, variables);
const notice = new Notice();
const show = (place: "audit" | "variables"): void => (place === "variables" ? view.showDocument() : go(place));
const opening = new Opening({ engine, variables, audit, project, notice, show });
const view = variablesView(engine, variables, { go, opening, project });

navigation.add("variables", view);
navigation.add("plan", { name: "Plan", element: planView(engine, variables) });
navigation.add("audit", { name: "Audit log", element: audit.element });
navigation.add("rules", rules);
document.querySelector("main")!.before(notice.element);
variables.askBy(() => mayReplace(variables));
askBeforeLeaving(() => variables.isUnsaved);
shortcuts(variables, view.element);

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
  fillFooter(document.querySelector("footer")!, await engine.ask("version"));
  await view.load();
  // Loads the part for audit logs, so that nothing has to be loaded later.
  await engine.ask("summarize", "");
  await openLink();
  document.documentElement.dataset.loaded = "true";
  const { MODE, PROD } = import.meta.env;
  const isOffline = PROD && MODE !== "single" && isSecureContext && "serviceWorker" in navigator;
  if (isOffline && navigator.serviceWorker.controller === null) await navigator.serviceWorker.register("./offline.js");
}

/** Opens a text that is in the address. It leaves the address, so that a reload does not ask again. */
async function openLink(): Promise<void> {
  const { hash } = location;
  if (!isSharedLink(hash)) return;
  history.replaceState(null, "", "#/variables");
  navigation.start();
  const shared = await openShared(hash, variables.text.trim() !== "");
  if (shared === undefined) return;
  // The user has agreed.
  variables.rewrite(shared.text, shared.format, "");
  variables.setParentScope(shared.parentScope);
  if (shared.config !== "") await view.useSettings(shared.config);
}
addEventListener("hashchange", () => void openLink());

navigation.start();
engine.start().then(started, (error: Error) => variables.fail(error));
