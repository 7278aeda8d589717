// What the tests of the page do to it, in Chromium.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { chromium, ROOT, serve } from "./support.mjs";

/**
 * A browser, and a server of the built page. They start before the tests of a file, and stop after them. `prepare` is
 * called when both have started.
 */
export function testSite(prepare = () => undefined) {
  const site = {
    browser: undefined,
    server: undefined,
    /** Opens the page at an address. */
    open: (address = "", options = {}) => openPage(site.browser, site.server.url + address, options),
  };
  before(async () => {
    site.browser = await chromium();
    site.server = await serve({ "/": join(ROOT, "target/www") });
    await prepare();
  });
  after(async () => {
    await site.browser.close();
    await site.server.stop();
  });
  return site;
}

/** The page, opened in a context of its own. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
  return new Page(page);
}

/** The page, and what a user does there. */
export class Page {
  constructor(page) {
    this.page = page;
  }

  async close() {
    await this.page.context().close();
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Clicks a button, or a link of the navigation. */
  async click(name) {
    await this.button(name)
      .or(this.page.getByRole("navigation").getByText(name, { exact: true }))
      .click();
  }

  /** A control of a row of the table, such as "Value of variable 1". */
  cell(name) {
    return this.page.getByLabel(name, { exact: true });
  }

  text() {
    return this.page.evaluate(() => {
      const content = document.querySelector(".editor").shadowRoot.querySelector(".cm-content");
      return content.cmTile.root.view.state.doc.toString();
    });
  }

  async hasText(wanted) {
    await this.page.waitForFunction((wanted) => {
      const content = document.querySelector(".editor").shadowRoot.querySelector(".cm-content");
      return content.cmTile.root.view.state.doc.toString() === wanted;
    }, wanted);
  }

  /** What the page says: how the text is read, and which file it is from. */
  async settings() {
    const value = (id) => this.page.locator(id).inputValue();
    return { format: await value("#format"), scope: await value("#scope") };
  }

  /** Replaces the text by what is pasted. */
  async write(content) {
    await this.page.locator(".editor .cm-content").click();
    await this.page.keyboard.press("ControlOrMeta+a");
    await this.page.evaluate((content) => {
      const paste = new ClipboardEvent("paste", { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
      paste.clipboardData.setData("text/plain", content);
      document.querySelector(".editor").shadowRoot.querySelector(".cm-content").dispatchEvent(paste);
    }, content);
  }

  /** Chooses files in a file dialog. */
  async choose(field, ...files) {
    await this.page.setInputFiles(
      field,
      files.map(([name, content]) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) })),
    );
  }

  async openFile(name, content) {
    await this.choose("#file", [name, content]);
  }

  /** Drops files on an element. */
  async drop(selector, ...files) {
    const list = files.map(([name, content]) => ({ name, bytes: [...Buffer.from(content)] }));
    await this.page.locator(selector).evaluate((element, list) => {
      const dataTransfer = new DataTransfer();
      for (const { name, bytes } of list) dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
      element.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true, composed: true }));
    }, list);
  }

  /** Does what saves a file, and returns its name and its bytes. */
  async saved(save) {
    const download = this.page.waitForEvent("download");
    await save();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  }

  dialog(words) {
    return this.page.locator("dialog[open]", { hasText: words });
  }

  async answer(words, choice) {
    await this.dialog(words).getByRole("button", { name: choice, exact: true }).click();
    await this.dialog(words).waitFor({ state: "detached" });
  }

  async says(words) {
    await this.page.locator("#notice", { hasText: words }).waitFor();
  }

  async status(words) {
    await this.page.locator("#status", { hasText: words }).waitFor();
  }
}
