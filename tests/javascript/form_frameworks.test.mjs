// The example projects: React in its StrictMode, Vue, react-hook-form and TanStack Form, in the real libraries.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium, ROOT, serve } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser, server, page, problems;
before(async () => {
  browser = await chromium();
});
after(() => browser.close());

async function withExample(name, run) {
  const folder = join(ROOT, "examples", name);
  const tsc = join(folder, "node_modules/.bin/tsc");
  if (name === "form-react") execFileSync(tsc, [], { cwd: folder, stdio: "inherit" });
  execFileSync(join(folder, "node_modules/.bin/vite"), ["build", "--logLevel", "warn"], {
    cwd: folder,
    stdio: "inherit",
  });
  server = await serve(
    { "/": join(ROOT, "target", name, "/") },
    { "/save": { text: '<!doctype html><html lang="en"><title>saved</title></html>' }, "/favicon.ico": { text: "" } },
  );
  problems = [];
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  try {
    await page.goto(server.url);
    await page.locator("form").first().waitFor();
    await run();
    assert.deepEqual(problems, []);
  } finally {
    await page.close();
    await server.stop();
  }
}

const posts = () => server.requests.filter(({ method }) => method === "POST").map(({ body }) => body);
const press = (form, name) => page.locator(form).getByRole("button", { name, exact: true }).click();

async function accessible() {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  assert.deepEqual(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
    [],
  );
}

/** Rows that the framework adds and removes, in a form that the browser posts. */
async function rowsAreHeldAndSent() {
  const names = page.locator("#rows [name=name]");
  const messages = page.locator("#rows .cxvars-message");
  const summary = page.locator("#rows .cxvars-summary");
  assert.equal(await summary.count(), 1);
  await accessible();
  // A new row is wrong until it is filled in. It is removed instead.
  await press("#rows", "Add a variable");
  await press("#rows", "Save");
  await summary.filter({ hasText: "not sent" }).waitFor();
  assert.ok((await messages.count()) > 0);
  await accessible();
  await page.locator("#rows .remove").nth(1).click();
  await page.waitForFunction(() => document.querySelectorAll("#rows .cxvars-message").length === 0);
  assert.deepEqual(posts(), []);
  await press("#rows", "Add a variable");
  await names.nth(1).fill("_region");
  assert.equal(await page.locator("#rows [aria-invalid=true]").count(), 1);
  // The first row goes, so the framework moves what is left.
  await page.locator("#rows .remove").first().click();
  await press("#rows", "Save");
  assert.deepEqual(posts(), []);
  assert.match(await messages.first().textContent(), /CX102/);
  await names.first().fill("region");
  await page.locator("#rows [name=value]").fill("eu");
  assert.equal(await messages.count(), 0);
  await press("#rows", "Save");
  await page.waitForURL("**/save");
  assert.deepEqual(posts(), ["name=region&type=string&value=eu"]);
  await page.goBack();
  await page.locator("#rows [name=name]").first().fill("_wrong");
  await press("#rows", "Cancel");
  await page.waitForURL("**/save");
  assert.match(posts()[1], /cancel=yes/);
}

describe("React in StrictMode", () => {
  test("rows that come and go are held while they are wrong, and sent once they are right", () =>
    withExample("form-react", async () => {
      await rowsAreHeldAndSent();
      await page.goto(server.url);
      await libraryTakesTheSchema("#hook", "[name='variables.0.name']");
      await libraryTakesTheSchema("#tanstack", "[name=name]");
      await tooManyRowsAreNoPlaceToLose();
    }));
});

/** The first submit may come before the engine has been loaded. */
async function libraryTakesTheSchema(form, name) {
  const output = page.locator(`${form} output`);
  const message = page.locator(`${form} .cxvars-message`, { hasText: "CX102" });
  await page.locator(`${form} ${name}`).fill("_a");
  await press(form, "Save");
  await message.waitFor();
  await accessible();
  assert.equal(await output.textContent(), "");
  await page.locator(`${form} ${name}`).fill("a");
  await press(form, "Save");
  await output.filter({ hasText: '"name":"a"' }).waitFor();
  assert.equal(await message.count(), 0);
}

/** A finding that no control belongs to holds the form, too. */
async function tooManyRowsAreNoPlaceToLose() {
  const sent = await page.locator("#hook output").textContent();
  await page.evaluate(async () => {
    const form = document.querySelector("#hook");
    for (let row = 1; row <= 50; row += 1) {
      form.querySelector(".add").click();
      const input = (key) => form.querySelector(`[name="variables.${row}.${key}"]`);
      while (input("name") === null) await new Promise((resolve) => setTimeout(resolve));
      for (const [key, text] of [
        ["name", `n${row}`],
        ["value", "x"],
      ]) {
        input(key).value = text;
        input(key).dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  });
  await press("#hook", "Save");
  await page.locator("#hook [role=status]", { hasText: "CX401" }).waitFor();
  assert.equal(await page.locator("#hook output").textContent(), sent);
}

describe("Vue", () => {
  test("rows that come and go are held while they are wrong, and sent once they are right", () =>
    withExample("form-vue", async () => {
      await rowsAreHeldAndSent();
      await page.goto(server.url);
      const text = page.locator("cxvars-field textarea");
      await text.fill('[{"name": "_a", "type": "string", "value": "x"}]');
      await press("#whole", "Save");
      await page.locator("cxvars-field li", { hasText: "CX102" }).waitFor();
      await accessible();
      assert.equal(posts().length, 2);
      await text.fill("[]");
      await press("#whole", "Save");
      await page.waitForURL("**/save");
      assert.equal(posts()[2], "variables=%5B%5D");
    }));
});
