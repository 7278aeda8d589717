// An audit log as the page shows it: whether it is intact, how well the registrations went, and its records.

import type { AuditReport, Summary } from "@cxvars/validator/editor";
import { toCsv } from "./audit_csv.ts";
import type { Log } from "./audit_files.ts";
import { type AuditRecord, COLUMNS, cellText } from "./audit_record.ts";
import { button, h, save } from "./dom.ts";
import { latencies, outcomes } from "./plots.ts";
import { count } from "./wording.ts";

/** Records that the table shows at first; a button shows the others. */
const MOST_ROWS = 500;

/** The verdict, the metrics, two drawings and a table of the records. */
export function auditReport(log: Log, report: AuditReport, summary: Summary): Node[] {
  const { records } = log;
  return [
    verdict(log, report),
    h("section", { class: "panel" }, h("h2", {}, "Metrics"), figures(summary)),
    h(
      "section",
      { class: "panel" },
      h("h2", {}, "Outcomes and latency"),
      h("div", { class: "plots" }, outcomes(records), latencies(records)),
    ),
    table(log),
  ];
}

function verdict({ files, layout, name }: Log, { first_bad, records, status }: AuditReport): HTMLElement {
  const chain = layout === "segments" ? "one chain in each segment, all linked" : "one chain";
  const words: Record<AuditReport["status"], string[]> = {
    broken: [
      first_bad === null ? "" : `${placeOf(first_bad)}: ${first_bad.reason}`,
      `${count(records, "record")} before it: consistent${unproven(files, first_bad)}`,
      "Keep this file unchanged, and compare it with a copy taken earlier.",
    ],
    intact: [
      `${count(records, "record")}, ${chain}`,
      "Only a signed checkpoint can show whether records are missing at the end, or whether the log was rewritten.",
    ],
    anchored: [`${count(records, "record")}, ${chain}, with everything that the checkpoint signed`],
  };
  return h(
    "section",
    { class: `panel verdict ${status}`, role: "status" },
    h("h2", {}, `${status.toUpperCase()} `, h("span", {}, name)),
    ...words[status].filter((line) => line !== "").map((line) => h("p", {}, line)),
  );
}

type FirstBad = AuditReport["first_bad"];

function placeOf({ file, line }: NonNullable<FirstBad>): string {
  return file === null ? `line ${line}` : `${file}, line ${line}`;
}

/** What comes after the first bad line, and is not proven. */
function unproven(files: Log["files"], bad: FirstBad): string {
  if (bad === null) return "";
  const at = bad.file === null ? 0 : files.findIndex(({ name }) => name === bad.file);
  const text = files[at]?.text ?? "";
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const after = files.length - at - 1;
  const parts = [
    lines === bad.line + 1 ? `line ${lines}` : lines > bad.line ? `lines ${bad.line + 1} to ${lines}` : "",
    after > 0 ? `${count(after, "file")} after it` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `; ${parts.join(" and ")}: not proven`;
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

function table({ files, name, records }: Log): HTMLElement {
  const newest = [...records].reverse();
  const rows = (list: AuditRecord[]) =>
    list.map((record) =>
      h("tr", { class: record.outcome ?? "" }, ...COLUMNS.map(([key]) => h("td", {}, cellText(record, key)))),
    );
  const body = h("tbody", {}, ...rows(newest.slice(0, MOST_ROWS)));
  const rest = newest.length - MOST_ROWS;
  const wide = h(
    "div",
    { class: "wide", tabIndex: 0, role: "region", "aria-label": "Records" },
    h("table", {}, h("thead", {}, h("tr", {}, ...COLUMNS.map(([, head]) => h("th", { scope: "col" }, head)))), body),
  );
  const more = button(
    `Show ${rest} older`,
    () => {
      body.append(...rows(newest.slice(MOST_ROWS)));
      wide.focus();
      more.remove();
    },
    { hidden: rest <= 0 },
  );
  const csv = () =>
    save(`${files.length === 1 ? name.replace(/\.\w+$/, "") : "audit"}.csv`, toCsv(records), "text/csv");
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
    wide,
    more,
  );
}
