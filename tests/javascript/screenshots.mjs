// Takes the pictures in docs/images: `node tests/javascript/screenshots.mjs`. tests/javascript-suite builds the page.

import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, ROOT, serve } from "./support.mjs";

const CXVARS = process.env.CXVARS ?? join(ROOT, "target/debug/cxvars");
const rows = Array.from({ length: 50 }, (_, at) => ({
  name: at === 4 ? "crm-url" : `variable_${at + 1}`,
  type: ["string", "integer", "boolean", "object"][at % 4],
  value: ["https://api.example.com/v1", "30", at === 2 ? "True" : "true", '{"retries": 3}'][at % 4],
  encrypted: at % 5 === 3,
  scope: "action",
}));

function log() {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-pictures-"));
  for (let run = 0; run < 12; run += 1) {
    writeFileSync(
      join(folder, "vars.json"),
      JSON.stringify({ variables: [{ name: "a", type: "string", value: String(run % 4) }] }),
    );
    execFileSync(CXVARS, ["apply", ["crm-lookup", "billing"][run % 2], "-f", "vars.json", "--sandbox", "-q"], {
      cwd: folder,
      stdio: "pipe",
    });
  }
  return join(folder, ".cxvars/sandbox-audit.jsonl");
}

const server = await serve({ "/": join(ROOT, "target/www") });
const browser = await chromium();
const open = async (colorScheme, width = 1200, height = 680) => {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, serviceWorkers: "block" });
  await page.goto(server.url);
  return page;
};
const take = async (page, name) => {
  await page.waitForTimeout(300);
  await page.screenshot({ path: join(ROOT, "docs/images", `${name}.png`) });
  await page.close();
};
const loaded = (page) => page.waitForSelector("html[data-loaded]", { state: "attached" });
const button = (page, name) => page.getByRole("button", { name, exact: true }).click();

let page = await open("light");
await loaded(page);
await button(page, "Load example");
await take(page, "text-light");
page = await open("dark");
await loaded(page);
await page.setInputFiles("#file", {
  name: "a.json",
  mimeType: "text/plain",
  buffer: Buffer.from(JSON.stringify({ variables: rows }, null, 2)),
});
await button(page, "Table");
await take(page, "table-dark");
page = await open("light", 1200, 900);
await loaded(page);
await page.getByRole("link", { name: "Audit log" }).click();
await page.setInputFiles("#log", log());
await page.locator(".verdict").waitFor();
await take(page, "audit-light");
page = await open("light", 420, 800);
await loaded(page);
await button(page, "Load example");
await button(page, "Table");
await take(page, "narrow-light");
page = await browser.newPage({ viewport: { width: 1200, height: 480 }, colorScheme: "light", serviceWorkers: "block" });
await page.route("**/*.wasm", (route) => route.abort());
await page.goto(server.url);
await page.getByText("Why", { exact: true }).click();
await take(page, "broken-light");
await browser.close();
await server.stop();
