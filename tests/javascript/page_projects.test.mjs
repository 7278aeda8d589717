// Projects that are opened in the page, in Chromium.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { testSite } from "./page_support.mjs";
import { inCopy, projectNames } from "./projects.mjs";
import { agrees, expected, withPlacesOf } from "./projects_expected.mjs";
import { ofReports } from "./projects_package.mjs";
import { ROOT } from "./support.mjs";

let page;
const site = testSite(async () => {
  page = await site.browser.newPage();
  await page.addInitScript(rememberAnswers);
  await page.goto(`${site.server.url}/`);
  await page.waitForSelector("html[data-loaded]", { state: "attached" });
});

/** Keeps the last report on a project that the page's worker returned, in `projectReport`. */
function rememberAnswers() {
  window.Worker = class extends window.Worker {
    constructor(...how) {
      super(...how);
      this.addEventListener("message", ({ data }) => {
        if (data.result?.configurations !== undefined) window.projectReport = data.result;
      });
    }
  };
}

const partsForProjects = () => site.server.requests.filter(({ path }) => path.includes("project_glue"));

/** How often the page is looked at, and how far apart, until it shows what it should. */
const [ROUNDS, ROUND_MS] = [500, 10];

/** "1 error, 0 warnings", or "no findings". */
function inWords(findings) {
  const number = (severity) => findings.filter((finding) => finding.severity === severity).length;
  const words = ["error", "warning"].map((word) => `${number(word)} ${word}${number(word) === 1 ? "" : "s"}`);
  return findings.length === 0 ? "no findings" : words.join(", ");
}

async function open(folder) {
  await page.setInputFiles("#folder", folder);
  // While it is checked, its line ends in dots.
  await page.locator("#project-status", { hasText: new RegExp(`^${basename(folder)}: .*\\.$`) }).waitFor();
}

test("the part for projects is not loaded before one is opened", async () => {
  assert.deepEqual(partsForProjects(), []);
  await inCopy("no-configuration", open);
  assert.ok(partsForProjects().length > 0);
});

/** The findings of the document that is shown: for each of them, what it says and where. */
function shownFindings() {
  return [...document.querySelectorAll(".findings li")].map((item) => [
    item.querySelector("p").textContent,
    item.querySelector(".help")?.textContent ?? null,
    item.querySelector(".actions button").textContent,
  ]);
}

function inItsWords({ severity, code, message, help, at }) {
  const [line, column] = at.split(/[:-]/).map((number) => Number(number) + 1);
  // What is between backticks is shown as code.
  const words = [`${severity} ${code} ${message}`, help].map((text) => text?.replaceAll("`", "") ?? text);
  return [...words, `line ${line}, column ${column}`];
}

/** Chooses a document of the project, and waits until it has these findings. */
async function chosenHas(path, findings) {
  await page.locator(".documents").getByRole("button", { name: path, exact: true }).click();
  // Editors take a lone carriage return for the end of a line; the command line and the page do not.
  const hasOtherLines = path.endsWith("old-mac.yaml");
  const compared = (shown) => (hasOtherLines ? shown.map(([words, help]) => [words, help]) : shown);
  const wanted = compared(findings.map(inItsWords));
  const shown = async () => compared(await page.evaluate(shownFindings));
  // The page forbids what a wait within it would need.
  for (let round = 0; round < ROUNDS && !isDeepStrictEqual(await shown(), wanted); round += 1) {
    await setTimeout(ROUND_MS);
  }
  assert.deepEqual(await shown(), wanted, path);
}

test("the page judges each project as is written down", async () => {
  const [wanted, found] = [expected(), {}];
  for (const name of projectNames()) {
    found[name] = await inCopy(name, async (folder) => {
      await open(folder);
      const { documents, configurations } = await page.evaluate(() => window.projectReport);
      return withPlacesOf(wanted[name], ofReports(folder, documents, configurations));
    });
  }
  agrees(found);
});

test("a document of a project that is chosen has the same findings while it is edited", async () => {
  for (const [name, { documents }] of Object.entries(expected())) {
    await inCopy(name, async (folder) => {
      await open(folder);
      for (const [path, findings] of Object.entries(documents)) await chosenHas(path, findings);
    });
  }
});

test("the page lists the documents of each project, and what is wrong with its configuration", async () => {
  for (const [name, { documents, problems, ignores }] of Object.entries(expected())) {
    await inCopy(name, async (folder) => {
      await open(folder);
      const listed = await page.locator(".documents li").allInnerTexts();
      const expected = Object.entries(documents).map(([path, findings]) => `${path} ${inWords(findings)}`);
      assert.deepEqual(listed.sort(), expected.sort(), name);
      const isUnchecked = problems.length > 0 && Object.keys(documents).length === 0;
      const status = await page.locator("#project-status").textContent();
      assert.equal(status.includes("NOTHING HAS BEEN CHECKED"), isUnchecked, name);
      const remarks = await page.locator(".remarks li:not(.policy)").allInnerTexts();
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

test("the page says which policies are in force, and why one cannot be run", async () => {
  await inCopy("policy-rust", async (folder) => {
    const remarks = () => page.locator(".remarks li").allInnerTexts();
    await open(folder);
    const name = "acme-policy 1.0.0";
    assert.deepEqual(await remarks(), [`cxvars.toml: the policy ${name} is in force (policies/acme.wasm)`]);
    const [policy, configuration] = ["policies/acme.wasm", "cxvars.toml"].map((path) => join(folder, path));
    const pinned = readFileSync(configuration, "utf8");
    for (const [damage, why] of [
      [
        () => writeFileSync(configuration, pinned.replace(/\b[0-9a-f]{64}\b/, "0".repeat(64))),
        "is not the one that is pinned",
      ],
      [
        () => writeFileSync(configuration, pinned.replace("prefixes", "prefix")),
        "refuses its settings: unknown key `prefix.hr`",
      ],
      [
        () => writeFileSync(configuration, pinned.replace("policies/acme", "../acme")),
        "is not in the folder that was opened",
      ],
      [() => rmSync(policy), "is not in the folder that was opened"],
    ]) {
      writeFileSync(configuration, pinned);
      damage();
      await open(folder);
      const said = await remarks();
      assert.equal(said.length, 1);
      assert.ok(said[0].startsWith("cxvars.toml: the plugin `") && said[0].includes(why), said[0]);
      assert.match(await page.locator("#project-status").textContent(), /NOT JUDGED BY ALL OF ITS POLICIES/);
    }
  });
});

test("the page as one file runs policies as well", async () => {
  const single = await site.browser.newPage();
  await single.goto(pathToFileURL(join(ROOT, "target/www/cxvars.html")).href);
  await single.waitForSelector("html[data-loaded]", { state: "attached" });
  await inCopy("policy-c", async (folder) => {
    await single.setInputFiles("#folder", folder);
    await single.locator(".remarks .policy", { hasText: "acme-policy 1.0.0 is in force" }).waitFor();
    await single.getByRole("button", { name: "hr/vars.yaml" }).click();
    await single.locator(".findings li", { hasText: "PX003" }).waitFor();
  });
  await single.close();
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
    // The fixes are saved nowhere.
    await page.locator("dialog[open]").getByRole("button", { name: "Replace", exact: true }).click();
    await page.locator("#status", { hasText: "2 errors" }).waitFor();
    assert.ok(await page.locator("#format").isEnabled());
  });
});
