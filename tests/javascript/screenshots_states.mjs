// Takes pictures of every state of the page, to look at:
//
//   node tests/javascript/screenshots_states.mjs [FOLDER [STATE…]]
//
// Each is taken in three widths and both themes. tests/javascript-suite builds the page.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { STATES, WIDTHS } from "./page_states.mjs";
import { openPage } from "./page_support.mjs";
import { chromium, ROOT, serve } from "./support.mjs";

const [folder = join(ROOT, "target/pictures"), ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const server = await serve({ "/": join(ROOT, "target/www") });
const browser = await chromium();
for (const name of names.length > 0 ? names : Object.keys(STATES)) {
  const user = await openPage(browser, server.url, { serviceWorkers: "block" });
  user.page.setDefaultTimeout(8000);
  await STATES[name](user).catch((error) => console.error(name, error.message));
  for (const { width, height } of WIDTHS) {
    await user.page.setViewportSize({ width, height });
    for (const colorScheme of ["light", "dark"]) {
      await user.page.emulateMedia({ colorScheme });
      await user.page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
    }
  }
  await user.close();
}
await browser.close();
await server.stop();
