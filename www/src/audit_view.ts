// The view of an audit log: takes a log and a checkpoint, and shows what the engine says about them.

import { auditReport } from "./audit_report.ts";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";

export interface AuditView {
  element: HTMLElement;
  open(name: string, text: string): void;
}

/** Shows a log that was dropped or chosen. */
export function auditView(engine: Engine): AuditView {
  const file = h("input", { type: "file", id: "log", accept: ".jsonl,.json,.txt" });
  const checkpoint = h("textarea", {
    id: "checkpoint",
    rows: 3,
    spellcheck: false,
    autocomplete: "off",
    placeholder: "contents of the checkpoint file",
  });
  const key = h("textarea", {
    id: "public-key",
    rows: 3,
    spellcheck: false,
    autocomplete: "off",
    placeholder: "-----BEGIN PUBLIC KEY-----",
  });
  const result = h(
    "div",
    { class: "audit" },
    h("p", { class: "hint" }, "Drop an audit log here, or choose one: audit.jsonl."),
  );
  let log: { name: string; text: string } | undefined;
  const show = async (): Promise<void> => {
    if (log === undefined) return;
    const shown = log;
    const options =
      checkpoint.value.trim() === "" || key.value.trim() === ""
        ? {}
        : { checkpoint: checkpoint.value, publicKey: key.value };
    try {
      const [report, summary] = await Promise.all([
        engine.ask("verifyAudit", shown.text, options),
        engine.ask("summarize", shown.text),
      ]);
      if (shown === log) result.replaceChildren(...auditReport(shown.name, shown.text, report, summary));
    } catch (error) {
      result.replaceChildren(h("p", { class: "error", role: "alert" }, `Not verified: ${(error as Error).message}.`));
    }
  };
  const open = (name: string, text: string): void => {
    log = { name, text };
    void show();
  };
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen !== undefined) open(chosen.name, await chosen.text());
  });
  for (const element of [checkpoint, key]) element.addEventListener("input", () => void show());
  const element = h(
    "div",
    {},
    h(
      "section",
      { class: "panel no-print" },
      h("h2", {}, "Audit log"),
      h("p", {}, h("label", { for: "log", class: "inline" }, "Log "), file),
      h(
        "details",
        {},
        h("summary", {}, "Hold it against a signed checkpoint"),
        h("label", { for: "checkpoint" }, "Checkpoint"),
        checkpoint,
        h("label", { for: "public-key" }, "Public key (PEM)"),
        key,
      ),
    ),
    result,
  );
  return { element, open };
}
