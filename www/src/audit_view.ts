// The view of an audit log: takes the files of a log and a checkpoint, and shows what the engine says about them.

import { type LogFile, logOf, notLogs, signsSegments, wholeText } from "./audit_files.ts";
import { auditReport } from "./audit_report.ts";
import { h } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { askBeforeLeaving } from "./leaving.ts";
import { readBytes } from "./reading.ts";

export interface AuditView {
  element: HTMLElement;
  /** Shows the files of one log, in any order. */
  open(files: readonly LogFile[]): void;
}

/** Shows a log that was dropped or chosen. */
export function auditView(engine: Engine): AuditView {
  const file = h("input", { type: "file", id: "log", multiple: true, accept: ".jsonl,.json,.txt" });
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
    h(
      "p",
      { class: "hint" },
      "Drop an audit log here, or choose one: audit.jsonl with its rotated files, or all segments of a folder.",
    ),
  );
  let opened: readonly LogFile[] | undefined;
  const fail = (words: string) => result.replaceChildren(h("p", { class: "error", role: "alert" }, words));
  const show = async (): Promise<void> => {
    if (opened === undefined) return;
    const shown = opened;
    const log = logOf(shown, signsSegments(checkpoint.value));
    const others = notLogs(log);
    if (others.length > 0) {
      return fail(`Nothing was verified: ${others.join(", ")} is not an audit log; no line is a record.`);
    }
    const signed =
      checkpoint.value.trim() === "" || key.value.trim() === ""
        ? {}
        : { checkpoint: checkpoint.value, publicKey: key.value };
    const files = log.files.map(({ name, bytes }) => ({ name, content: bytes }));
    try {
      const [report, summary] = await Promise.all([
        engine.ask("verifyAudit", files, { layout: log.layout, ...signed }),
        engine.ask("summarize", wholeText(log)),
      ]);
      if (shown === opened) result.replaceChildren(...auditReport(log, report, summary));
    } catch (error) {
      if (shown === opened) fail(`Not verified: ${(error as Error).message}.`);
    }
  };
  const open = (files: readonly LogFile[]): void => {
    opened = files;
    void show();
  };
  file.addEventListener("change", async () => {
    const chosen = [...(file.files ?? [])];
    if (chosen.length === 0) return;
    try {
      open(await Promise.all(chosen.map(async (file) => ({ name: file.name, bytes: await readBytes(file) }))));
    } catch (error) {
      fail(`Not verified: the file could not be read: ${(error as Error).message}.`);
    }
  });
  for (const element of [checkpoint, key]) element.addEventListener("input", () => void show());
  askBeforeLeaving(() => checkpoint.value.trim() !== "" || key.value.trim() !== "");
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
