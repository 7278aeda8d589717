// Two drawings of an audit log. A screen reader reads one sentence for each; the numbers are in the table below them.
import { type AuditRecord, utc } from "./audit_record.ts";
import { h, s } from "./dom.ts";

const [WIDTH, HEIGHT, LEFT, BOTTOM, TOP] = [480, 200, 44, 26, 10];

const GOOD = new Set(["applied", "unchanged"]);

/** How often there was each outcome. */
export function outcomes(records: AuditRecord[]): HTMLElement {
  const counts = new Map<string, number>();
  for (const { event, outcome } of records) {
    if (event === "outcome" && outcome !== null) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const bars = [...counts].sort((a, b) => b[1] - a[1]);
  if (bars.length === 0) return empty("Outcomes");
  const most = bars[0]![1];
  const step = Math.min(30, (HEIGHT - TOP) / bars.length);
  const drawn = bars.flatMap(([outcome, times], at) => [
    s("rect", {
      x: 110,
      y: TOP + at * step,
      width: Math.max(2, (times / most) * (WIDTH - 170)),
      height: step - 6,
      class: GOOD.has(outcome) ? "good" : "bad",
    }),
    s("text", { x: 104, y: TOP + at * step + step / 2, "text-anchor": "end" }, document.createTextNode(outcome)),
    s(
      "text",
      { x: 116 + (times / most) * (WIDTH - 170), y: TOP + at * step + step / 2 },
      document.createTextNode(String(times)),
    ),
  ]);
  const height = TOP + bars.length * step;
  return figure("Outcomes", bars.map(([outcome, times]) => `${outcome} ${times}`).join(", "), drawn, height);
}

/** The latency of each applied registration over time, without its waits. */
export function latencies(records: AuditRecord[]): HTMLElement {
  const points = records
    .filter(({ event, latency_ms, outcome }) => event === "outcome" && outcome === "applied" && latency_ms !== null)
    .map(({ latency_ms, timestamp, wait_ms }) => ({ at: timestamp, ms: Math.max(0, latency_ms! - (wait_ms ?? 0)) }));
  if (points.length === 0) return empty("Latency");
  const times = points.map(({ at }) => at);
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  const most = niceAbove(points.reduce((most, { ms }) => Math.max(most, ms), 0));
  const x = (at: number): number => LEFT + (last === first ? 0.5 : (at - first) / (last - first)) * (WIDTH - LEFT - 12);
  const y = (ms: number): number => HEIGHT - BOTTOM - (ms / most) * (HEIGHT - BOTTOM - TOP);
  const lines = [0, most / 2, most].flatMap((ms) => [
    s("line", { x1: LEFT, x2: WIDTH - 8, y1: y(ms), y2: y(ms), class: "grid" }),
    s("text", { x: LEFT - 6, y: y(ms), "text-anchor": "end" }, document.createTextNode(String(ms))),
  ]);
  const dots = points.map(({ at, ms }) => s("circle", { cx: x(at), cy: y(ms), r: 2.5, class: "dot" }));
  const ends = [
    s("text", { x: LEFT, y: HEIGHT - 6 }, document.createTextNode(utc(first).slice(0, 16))),
    s("text", { x: WIDTH - 8, y: HEIGHT - 6, "text-anchor": "end" }, document.createTextNode(utc(last).slice(0, 16))),
  ];
  return figure("Latency of applied updates, ms", `${points.length} updates, at most ${Math.round(most)} ms`, [
    ...lines,
    ...dots,
    ...ends,
  ]);
}

function figure(title: string, words: string, drawn: Node[], height = HEIGHT): HTMLElement {
  const drawing = s(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": `${title}: ${words}` },
    ...drawn,
  );
  return h("figure", {}, h("figcaption", {}, title), drawing as unknown as Node);
}

function empty(title: string): HTMLElement {
  return h("figure", {}, h("figcaption", {}, title), h("p", { class: "hint" }, "no data"));
}

/** The next round number that is at least this one. */
function niceAbove(number: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(number, 1)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= number) ?? 10 * power;
}
