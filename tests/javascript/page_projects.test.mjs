// Projects that are opened in the page, in Chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { expectedFile, inCopy, projectNames } from "./projects.mjs";
import { chromium, ROOT, serve } from "./support.mjs";

let browser, server, page;

before(async () => {
  browser = await chromium();
  server = await serve({ "/": join(ROOT, "target/www") });
  page = await browser.newPage();
  await page.goto(`${server.url}/`);
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
});
after(async () => {
  await browser.close();
  await server.stop();
});

const partsForProjects = () => server.requests.filter(({ path }) => path.includes("project_glue"));

/** "1 error, 0 warnings", or "no findings". */
function inWords(findings) {
  const number = (severity) => findings.filter((finding) => finding.severity === severity).length;
  const words = ["error", "warning"].map((word) => `${number(word)} ${word}${number(word) === 1 ? "" : "s"}`);
  return findings.length === 0 ? "no findings" : words.join(", ");
}

async function open(folder) {
  await page.setInputFiles("#folder", folder);
  await page.locator("#project-status", { hasText: / in \d+ documents?\./ }).waitFor();
}

test("the part for projects is not loaded before one is opened", async () => {
  assert.deepEqual(partsForProjects(), []);
  await inCopy("no-configuration", open);
  assert.ok(partsForProjects().length > 0);
});

test("the page lists the documents of each project, and what is wrong with its configuration", async () => {
  for (const name of projectNames()) {
    const { documents, problems, ignores } = JSON.parse(readFileSync(expectedFile(name), "utf8"));
    await inCopy(name, async (folder) => {
      await open(folder);
      const listed = await page.locator(".documents li").allInnerTexts();
      const expected = Object.entries(documents).map(([path, findings]) => `${path} ${inWords(findings)}`);
      assert.deepEqual(listed.sort(), expected.sort(), name);
      const remarks = await page.locator(".project .error li").allInnerTexts();
      const messages = [...problems.map(({ message }) => message), ...ignores.map(([, , message]) => message)];
      assert.equal(remarks.length, messages.length, name);
      for (const message of messages)
        assert.ok(
          remarks.some((remark) => remark.endsWith(message)),
          message,
        );
    });
  }
});

test("a document that is chosen is judged by its project while it is edited", async () => {
  await inCopy("severities", async (folder) => {
    await open(folder);
    await page.getByRole("button", { name: "lookup.json" }).click();
    await page.locator("#status", { hasText: "2 errors, 1 warning" }).waitFor();
    await page.getByRole("button", { name: "Apply all safe fixes" }).click();
    await page.locator("#status", { hasText: "1 error, 1 warning" }).waitFor();
    await page.locator(".documents li", { hasText: "lookup.json 1 error, 1 warning" }).waitFor();
    assert.ok(await page.locator("#format").isDisabled());
    await page.getByRole("button", { name: "Load example" }).click();
    await page.locator("#status", { hasText: "2 errors" }).waitFor();
    assert.ok(await page.locator("#format").isEnabled());
  });
});
