// Takes the picture of VS Code in docs/images: `node tests/javascript/screenshots_vscode.mjs`. tests/javascript-suite
// builds the extension.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTemporaryFolder } from "./projects.mjs";
import { chromium, ROOT } from "./support.mjs";
import { serveEditor } from "./vscode_editor.mjs";

const FILES = {
  "cxvars.toml": '[validate]\nname_pattern = "[a-z][a-z0-9_]*"\n',
  "crm-lookup.yaml": `data_action: crm-lookup
variables:
  - name: base_url
    type: string
    value: https://crm.example.com/v2
  - name: retry_limit
    type: integer
    value: 3
  - name: Timeout
    type: integr
    value: "30"
`,
  "routing.json": JSON.stringify({ variables: [{ name: "queue", type: "string", value: " sales" }] }, null, 2),
};

await inTemporaryFolder(async (folder) => {
  mkdirSync(join(folder, ".git"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
  const server = await serveEditor(folder);
  const browser = await chromium();
  const page = await browser.newPage({ viewport: { width: 1000, height: 680 }, colorScheme: "light" });
  await page.goto(server.url);
  await page.getByText("crm-lookup.yaml").first().dblclick();
  await page.locator(".statusbar-item", { hasText: "3 cxvars" }).waitFor();
  await page.getByRole("button", { name: /^Errors: / }).click();
  await page.locator(".markers-panel", { hasText: "CX007" }).waitFor();
  await page.mouse.move(600, 320);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(ROOT, "docs/images/vscode-light.png") });
  await browser.close();
  server.stop();
});
