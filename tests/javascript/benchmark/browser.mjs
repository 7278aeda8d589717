// Measures the package and the page in Chromium.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SCHEMA } from "../../benchmarks/demands.mjs";
import { chromium, PACKAGE, ROOT, serve } from "../support.mjs";

const require = createRequire(import.meta.url);

/**
 * The seconds of each side and round by layout, the milliseconds of each start, those of each key, and the microseconds
 * of a finding.
 */
export async function inChromium(texts, rounds, isQuick) {
  const work = mkdtempSync(join(tmpdir(), "cxvars-bench-"));
  writeFileSync(join(work, "validator.mjs"), compiledSchema());
  const server = await serve(
    { "/package/": PACKAGE, "/tests/": join(ROOT, "tests"), "/made/": work, "/page/": join(ROOT, "target/www") },
    { "/": { text: "<!doctype html><title>benchmark</title>" } },
  );
  const browser = await chromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const taken = {};
    for (const [layout, list] of Object.entries(texts)) taken[layout] = await page.evaluate(rounded, { list, rounds });
    const found = await page.evaluate(finding, { text: texts.compact[0], rounds });
    const starts = [];
    for (let start = 0; start < (isQuick ? 1 : 11); start += 1) {
      const fresh = await browser.newPage();
      await fresh.goto(server.url);
      starts.push(await fresh.evaluate(started));
      await fresh.close();
    }
    const used = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await used.goto(`${server.url}/page/`);
    return { taken, starts, found, keys: await typing(used, texts.indented[0], isQuick) };
  } finally {
    await browser.close();
    await server.stop();
    rmSync(work, { recursive: true });
  }
}

/** The validator that ajv compiles from the schema, as a module for the browser. */
export function compiledSchema() {
  const Ajv = require("ajv").default;
  const standalone = require("ajv/dist/standalone").default;
  const compiler = new Ajv({ code: { source: true, esm: true } });
  const module = standalone(compiler, compiler.compile(SCHEMA));
  return module.replace(/require\("ajv\/dist\/runtime\/ucs2length"\)\.default/g, "((text) => text.length)");
}

/** Runs in the browser: both sides take turns over the documents. */
async function rounded({ list, rounds }) {
  const { check, init } = await import("/package/web.js");
  const { ours, turns } = await import("/tests/javascript/benchmark/turns.mjs");
  const { accept } = await import("/tests/benchmarks/demands.mjs");
  const { default: isDocument } = await import("/made/validator.mjs");
  await init();
  return turns([ours(check), (text) => accept(text, isDocument)], list, rounds);
}

/** Runs in the browser: what a finding costs. */
async function finding(measured) {
  const { check, init } = await import("/package/web.js");
  const { findingCosts } = await import("/tests/javascript/benchmark/finding.mjs");
  await init();
  return findingCosts(check, measured);
}

/** Runs in the browser: the milliseconds from the engine's bytes to the started engine. */
async function started() {
  const [{ init }, bytes] = await Promise.all([
    import("/package/web.js"),
    fetch("/package/json_glue_bg.wasm").then((response) => response.arrayBuffer()),
  ]);
  const start = performance.now();
  await init(bytes);
  return performance.now() - start;
}

/** The milliseconds from the event of each key to the marks in the editor. */
async function typing(page, text, isQuick) {
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
  await page.setInputFiles("#file", { name: "a.json", mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator("#status", { hasText: "50 variables" }).waitFor();
  await page.evaluate(() => {
    const editor = document.querySelector(".editor");
    globalThis.took = [];
    let start;
    editor.shadowRoot.addEventListener("keydown", () => (start = performance.now()), { capture: true });
    editor.addEventListener("marked", () => {
      if (start !== undefined) globalThis.took.push(performance.now() - start);
      start = undefined;
    });
  });
  await page.locator(".editor .cm-content").click();
  for (let key = 0; key < (isQuick ? 20 : 600); key += 1) {
    await page.keyboard.press(key % 2 === 0 ? "x" : "Backspace");
    await page.waitForFunction((count) => globalThis.took.length >= count, key + 1);
  }
  // The first keys do not count, because the browser has not optimised the code yet.
  return (await page.evaluate(() => globalThis.took)).slice(isQuick ? 0 : 100);
}
