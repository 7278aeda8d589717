// An audit log as the page shows it: whether it is intact, how well the registrations went, and its records.

import type { AuditReport, Summary } from "@cxvars/validator/full";
import { toCsv } from "./audit_csv.ts";
import { type AuditRecord, COLUMNS, cellText, readRecords } from "./audit_record.ts";
import { button, h, save } from "./dom.ts";
import { latencies, outcomes } from "./plots.ts";
import { count } from "./wording.ts";

/** Records that the table shows at first; a button shows the others. */
const MOST_ROWS = 500;

/** The verdict, the metrics, two drawings and a table of the records. */
export function auditReport(name: string, text: string, report: AuditReport, summary: Summary): Node[] {
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
  const badLine = first_bad?.line ?? lines;
  const unproven = lines > badLine ? `; lines ${badLine + 1} to ${lines}: not proven` : "";
  const words: Record<AuditReport["status"], string[]> = {
    broken: [
      first_bad === null ? "" : `line ${first_bad.line}: ${first_bad.reason}`,
      `${count(records, "record")} before it: consistent${unproven}`,
      "Keep this file unchanged, and compare it with a copy taken earlier.",
    ],
    intact: [
      `${count(records, "record")}, one chain`,
      "Only a signed checkpoint can show whether records are missing at the end, or whether the log was rewritten.",
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

function table(name: string, records: AuditRecord[]): HTMLElement {
  const newest = [...records].reverse();
  const rows = (list: AuditRecord[]) =>
    list.map((record) =>
      h("tr", { class: record.outcome ?? "" }, ...COLUMNS.map(([key]) => h("td", {}, cellText(record, key)))),
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
