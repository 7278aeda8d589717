// An audit log: whether it holds, what it says, and how well it went.
import type { AuditReport, Summary } from "@cxvars/validator/full";
import { button, count, h, save } from "./dom.ts";
import type { Engine } from "./engine.ts";
import { latencies, outcomes } from "./plots.ts";

/** The fields of a record that the page shows. None of them holds a value of a variable. */
export interface AuditRecord {
  seq: number;
  timestamp: number;
  event: string;
  outcome: string | null;
  data_action_id: string | null;
  variable_count: number | null;
  encrypted_count: number | null;
  attempts: number | null;
  latency_ms: number | null;
  wait_ms: number | null;
  target: string | null;
  actor: string | null;
  run_id: string;
  error: string | null;
}

const COLUMNS: [keyof AuditRecord, string][] = [
  ["seq", "No."],
  ["timestamp", "Time (UTC)"],
  ["data_action_id", "Action"],
  ["event", "Event"],
  ["outcome", "Outcome"],
  ["variable_count", "Variables"],
  ["encrypted_count", "Encrypted"],
  ["attempts", "PUTs"],
  ["latency_ms", "ms"],
  ["wait_ms", "Waited ms"],
  ["target", "Target"],
  ["actor", "Actor"],
  ["error", "Error"],
];

const MOST_ROWS = 500;

export interface AuditView {
  element: HTMLElement;
  open(name: string, text: string): void;
}

/** Shows a log that is dropped or chosen. */
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
      if (shown === log) result.replaceChildren(...audited(shown.name, shown.text, report, summary));
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

function audited(name: string, text: string, report: AuditReport, summary: Summary): Node[] {
  const records = readRecords(text);
  return [
    verdict(name, text, report),
    h("section", { class: "panel" }, h("h2", {}, "Metrics"), figures(summary)),
    h(
      "section",
      { class: "panel" },
      h("h2", {}, "Outcomes and latency"),
      h("div", { class: "plots" }, outcomes(records), latencies(records)),
    ),
    table(name, records),
  ];
}

function verdict(name: string, text: string, report: AuditReport): HTMLElement {
  const { first_bad, records, status } = report;
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const words: Record<AuditReport["status"], string[]> = {
    broken: [
      first_bad === null ? "" : `line ${first_bad.line}: ${first_bad.reason}`,
      `${count(records, "record")} before it: consistent${first_bad !== null && lines > first_bad.line ? `; lines ${first_bad.line + 1} to ${lines}: not proven` : ""}`,
      "Keep this file unchanged, and compare it with a copy taken earlier.",
    ],
    intact: [
      `${count(records, "record")}, one chain`,
      "Whether records are missing at the end, or all were written anew, only a signed checkpoint can show.",
    ],
    anchored: [`${count(records, "record")}, one chain, with everything that the checkpoint signed`],
  };
  return h(
    "section",
    { class: `panel verdict ${status}`, role: "status" },
    h("h2", {}, `${status.toUpperCase()} `, h("span", {}, name)),
    ...words[status].filter((line) => line !== "").map((line) => h("p", {}, line)),
  );
}

function figures(summary: Summary): HTMLElement {
  const number = (value: number | null, unit: string): string =>
    value === null ? "no data" : `${value} ${unit}`.trim();
  const shown: [string, string][] = [
    ["Succeeded", String(summary.success_count)],
    ["Failed", String(summary.failure_count)],
    ["Encryption confirmed", number(summary.encryption_success_rate, "%")],
    ["Mean latency", number(summary.avg_latency_ms, "ms")],
    ["p50", number(summary.latency_ms.p50, "ms")],
    ["p95", number(summary.latency_ms.p95, "ms")],
    ["p99", number(summary.latency_ms.p99, "ms")],
    [
      "Retries",
      Object.entries(summary.retries)
        .map(([cause, times]) => `${cause}: ${times}`)
        .join(", ") || "none",
    ],
  ];
  return h(
    "dl",
    { class: "figures" },
    ...shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** The records of the lines that are JSON; the verdict names the others. */
function readRecords(text: string): AuditRecord[] {
  return text.split("\n").flatMap((line) => {
    try {
      const record = JSON.parse(line) as AuditRecord;
      return typeof record === "object" && record !== null && typeof record.timestamp === "number" ? [record] : [];
    } catch {
      return [];
    }
  });
}

function shown(record: AuditRecord, key: keyof AuditRecord): string {
  const value = record[key];
  if (value === null || value === undefined) return "";
  return key === "timestamp" ? utc(record.timestamp) : String(value);
}

/** Seconds since 1970 as a time of day, in UTC. */
export function utc(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? ""
    : date
        .toISOString()
        .replace("T", " ")
        .replace(/\.\d+Z$/, "");
}

function table(name: string, records: AuditRecord[]): HTMLElement {
  const newest = [...records].reverse();
  const rows = (list: AuditRecord[]) =>
    list.map((record) =>
      h("tr", { class: record.outcome ?? "" }, ...COLUMNS.map(([key]) => h("td", {}, shown(record, key)))),
    );
  const body = h("tbody", {}, ...rows(newest.slice(0, MOST_ROWS)));
  const rest = newest.length - MOST_ROWS;
  const more = button(
    `Show ${rest} older`,
    () => {
      body.append(...rows(newest.slice(MOST_ROWS)));
      more.remove();
    },
    { hidden: rest <= 0 },
  );
  const csv = () => save(`${name.replace(/\.\w+$/, "")}.csv`, toCsv(records), "text/csv");
  return h(
    "section",
    { class: "panel" },
    h(
      "div",
      { class: "bar" },
      h("h2", {}, count(records.length, "record")),
      button("CSV", csv),
      button("Print", () => print(), { class: "no-print" }),
    ),
    h(
      "div",
      { class: "wide", tabIndex: 0, role: "region", "aria-label": "Records" },
      h("table", {}, h("thead", {}, h("tr", {}, ...COLUMNS.map(([, head]) => h("th", { scope: "col" }, head)))), body),
    ),
    more,
  );
}

/** RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe. */
function toCsv(records: AuditRecord[]): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [
    COLUMNS.map(([key]) => key as string),
    ...records.map((record) => COLUMNS.map(([key]) => shown(record, key))),
  ];
  return `${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}
