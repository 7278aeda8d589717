// Whatever is done to the page, in whatever order, nothing that the user entered is lost unless they agreed: it is in
// the text, or undoing brings it back, or the page asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { install } from "./page_driver.mjs";
import { testSite } from "./page_support.mjs";
import { random } from "./random.mjs";

const SEQUENCES = process.env.CXVARS_CAMPAIGN === "full" ? 10_000 : 300;
const ACTIONS = 10;
/** Sequences before the user tries to leave the page. */
const BEFORE_LEAVING = 20;
/** Sequences before a new page is opened. The history of steps grows with each. */
const IN_ONE_PAGE = 100;
/** Times that the page is looked at, until it has been left or has asked. */
const MOST_LOOKS = 5_000;

const WAYS = { reload: "location.reload()", back: "history.back()", elsewhere: 'location.href = "about:blank"' };

const site = testSite();
let page, asked, isAgreed, problems;

async function open() {
  const context = await site.browser.newContext({ serviceWorkers: "block", viewport: { width: 640, height: 480 } });
  page = await context.newPage();
  problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("dialog", async (dialog) => {
    asked += 1;
    await (isAgreed ? dialog.accept() : dialog.dismiss());
  });
  await page.addInitScript(`(${install})(${random})`);
  await page.goto(`${site.server.url}/`);
  await ready();
  return context;
}

async function ready() {
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
  // A browser asks only for a page that was used.
  await page.locator("footer").click();
}

/** Tries to leave the page. Going back may lead to another view instead. */
async function leave(way, agrees) {
  asked = 0;
  isAgreed = agrees;
  const before = await page.evaluate("({ text: driver.text(), loses: driver.wouldLose() })");
  await page.evaluate('marker = "here"; addEventListener("popstate", () => { marker = "moved"; }, { once: true })');
  await page.evaluate(`setTimeout(() => { ${WAYS[way]} })`);
  let where = "here";
  for (let look = 0; where === "here" && (agrees || asked === 0); look += 1) {
    assert.ok(look < MOST_LOOKS, `${way}: the page was neither left nor asked`);
    where = await page.evaluate("globalThis.marker").catch(() => undefined);
  }
  const what = `${way}, agreeing: ${agrees}`;
  if (where === undefined) {
    assert.equal(asked > 0, before.loses, `${what}: asked ${asked} times`);
    if (way !== "reload") {
      await page.waitForURL("about:blank");
      await page.goto(`${site.server.url}/`);
    }
    await ready();
  } else {
    assert.equal(await page.evaluate("driver.text()"), before.text, what);
  }
}

test(`${SEQUENCES} random sequences of actions lose no text without asking`, async () => {
  const pick = random(SEQUENCES);
  const ways = Object.keys(WAYS);
  for (let first = 1; first <= SEQUENCES; first += IN_ONE_PAGE) {
    const context = await open();
    for (let seed = first; seed < Math.min(first + IN_ONE_PAGE, SEQUENCES + 1); seed += 1) {
      const lost = await page.evaluate(([seed, count]) => globalThis.driver.run(seed, count), [seed, ACTIONS]);
      assert.equal(lost, "");
      assert.deepEqual(problems, [], `seed ${seed}`);
      if (seed % BEFORE_LEAVING !== 0) continue;
      if (pick(3) === 0) await page.evaluate("driver.tidy()");
      await leave(ways[pick(ways.length)], pick(3) === 0);
    }
    await context.close();
  }
});
