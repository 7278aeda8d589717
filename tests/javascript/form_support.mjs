// Pages with forms whose submits arrive at a server of the test, in Chromium and in Firefox.
import { chromium, firefox, PACKAGE, serve } from "./support.mjs";

/** The browsers by name; each returns one that runs. */
export const BROWSERS = { Chromium: chromium, Firefox: firefox };

/** Values that every test may use in its page. */
const SETUP = `
import { attach, CxvarsField, standardSchema } from "/package/form.js";
const KEYS = ["name", "type", "value"];
const rowOf = (row) => Object.fromEntries(KEYS.map((key) => [key, row.querySelector("." + key)?.value]));
Object.assign(globalThis, {
  attach, CxvarsField, standardSchema,
  get form() { return document.querySelector("form"); },
  /** The number of submits that the page's own listener saw. */
  passed: 0,
  errors: [],
  /** The document of the rows, which are elements of class "row". */
  toDocument: () => JSON.stringify({ variables: [...document.querySelectorAll(".row")].map(rowOf) }),
  locate: ({ pointer }) => {
    const [, , index, key] = pointer.split("/");
    return document.querySelectorAll(".row")[index]?.querySelector("." + (key ?? "name"));
  },
  /** What a person can read in the form besides its own texts. */
  said: () => [...document.querySelectorAll(".cxvars-message, .cxvars-summary")]
    .filter((element) => element.checkVisibility()).map(({ textContent }) => textContent).join(" ").trim(),
});
document.addEventListener("submit", () => { globalThis.passed += 1; });
addEventListener("error", ({ error }) => { globalThis.errors.push(String(error)); });
document.documentElement.dataset.loaded = "";
`;

export const ROW = `<p class="row"><input class="name" name="name" value="a" aria-label="Name">
  <select class="type" name="type" aria-label="Type"><option>string<option>integer<option>boolean</select>
  <input class="value" name="value" value="x" aria-label="Value"></p>`;

/** A form that is posted to `/save`, into a frame, so that the page stays. */
export const form = (content, attributes = "") => `<!doctype html><html lang="en"><title>Form</title>
  <link rel="stylesheet" href="/package/form.css"><script type="module" src="/setup.js"></script>
  <form method="post" action="/save" target="sink" ${attributes}>${content}
  <button id="save" name="by" value="save">Save</button>
  <button id="cancel" name="by" value="cancel" formnovalidate>Cancel</button></form>
  <iframe name="sink" title="sink"></iframe></html>`;

/** Opens a page of this HTML. `files` are more pages, by their path; `during` runs while the page is loading. */
export async function open(browser, html, { files = {}, headers = {}, during } = {}) {
  const pages = {
    "/": { text: html, headers },
    "/setup.js": { text: SETUP, headers: { "content-type": "text/javascript" } },
    "/save": { text: "<!doctype html><title>saved</title>" },
    "/favicon.ico": { text: "" },
    ...files,
  };
  const server = await serve({ "/package/": PACKAGE }, pages);
  const page = await browser.newPage();
  const opened = new FormPage(page, server, pages);
  const loading = page.goto(server.url);
  await during?.(opened);
  await loading;
  await opened.until(() => document.documentElement.dataset.loaded !== undefined);
  return opened;
}

class FormPage {
  constructor(page, server, pages) {
    this.page = page;
    this.server = server;
    this.pages = pages;
  }

  /** Runs a function in the page. */
  run(work, argument) {
    return this.page.evaluate(work, argument);
  }

  /** Waits until a function in the page returns something true. */
  until(condition, argument) {
    // Playwright takes the argument first, puppeteer the options.
    const isPlaywright = "fill" in this.page;
    return isPlaywright
      ? this.page.waitForFunction(condition, argument, { timeout: 15_000 })
      : this.page.waitForFunction(condition, { timeout: 15_000 }, argument);
  }

  click(selector) {
    return this.page.click(selector);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  /** Types a text into a control in place of what is there. */
  async type(selector, text) {
    await this.page.focus(selector);
    await this.run(() => {
      const control = document.activeElement.shadowRoot?.activeElement ?? document.activeElement;
      control.select();
    });
    if (text === "") await this.press("Backspace");
    else await this.page.keyboard.type(text);
  }

  /** The submits that arrived, as entries; waits for those that the page has let go. */
  async sent() {
    const posts = () => this.server.requests.filter(({ method, path }) => method === "POST" && path === "/save");
    const passed = await this.run(() => globalThis.passed);
    // Each answer of the server is a turn in which a submit can have arrived.
    for (let turn = 0; posts().filter(({ isRead }) => isRead).length < passed; turn += 1) {
      if (turn === 1000) throw new Error(`${passed} submits passed, and ${posts().length} arrived`);
      await this.run(() => fetch("/favicon.ico").then(() => 0));
    }
    return posts().map(({ body }) => Object.fromEntries(new URLSearchParams(body)));
  }

  async close() {
    await this.page.close();
    await this.server.stop();
  }
}
