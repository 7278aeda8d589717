// Measures whether many calls leave anything behind.

import { join } from "node:path";
import { PACKAGE } from "../support.mjs";
import { quantile, table } from "./figures.mjs";

/** The memory and the latency of a million calls, one in a hundred with mistakes. */
export async function endurance(check, texts, isQuick) {
  const { instance_memory } = await import(join(PACKAGE, "node_glue.js"));
  const [calls, first, window] = isQuick ? [4_000, 1_000, 1_000] : [1_000_000, 10_000, 100_000];
  const bad = texts.map((text) => text.replace('"type":"string"', '"type":"strng"').replace('"name":"', '"name":"_'));
  const latencies = { first: new Float64Array(window), last: new Float64Array(window) };
  let [memory, found] = [0, 0];
  for (let call = 0; call < calls; call += 1) {
    const text = (call % 100 === 0 ? bad : texts)[call % texts.length];
    const start = performance.now();
    found += check(text).diagnostics.length > 0 ? 1 : 0;
    const took = performance.now() - start;
    if (call < window) latencies.first[call] = took;
    if (call >= calls - window) latencies.last[call - (calls - window)] = took;
    if (call === first) memory = instance_memory().buffer.byteLength;
  }
  if (found < calls / 100) throw new Error(`only ${found} of the wrong documents were refused`);
  const [before, after] = [latencies.first, latencies.last].map((list) => quantile(Array.from(list), 0.99));
  const rows = [
    ["**growth of the engine's memory, kB**", "0", ((instance_memory().buffer.byteLength - memory) / 1000).toFixed(0)],
    ["engine's memory, kB", "", (instance_memory().buffer.byteLength / 1000).toFixed(0)],
    [`p99 of the first ${window.toLocaleString("en")}, µs`, "", (before * 1000).toFixed(0)],
    [`p99 of the last ${window.toLocaleString("en")}, µs`, "", (after * 1000).toFixed(0)],
    ["**last ÷ first**", "≤ 1.2", (after / before).toFixed(2)],
  ];
  return table([`${calls.toLocaleString("en")} calls in Node, one in a hundred with mistakes`, "goal", ""], rows);
}
