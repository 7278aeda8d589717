// How the page looks and is reached: every state is free of what axe finds and fits its window, views and rules have
// addresses, settings count, conversions and shared links keep what they say.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { layoutFaults } from "./page_layout.mjs";
import { STATES, sharedFragment, WIDTHS } from "./page_states.mjs";
import { testSite } from "./page_support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TOKEN = "hunter2-and-more-hunter2";

const site = testSite();

/** Opens the page at an address, calls `work`, and expects that nothing was thrown in the page. */
async function withPage(work, address = "", options = {}) {
  const user = await site.open(address, { serviceWorkers: "block", ...options });
  const problems = [];
  user.page.on("pageerror", (error) => problems.push(error.message));
  try {
    await work(user);
    assert.deepEqual(problems, []);
  } finally {
    await user.close();
  }
}

const hash = (user) => user.page.evaluate(() => location.hash);
/** The element with the focus, also within the editor. */
const focused = (user) =>
  user.page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.tagName;
  });

describe("every state of the page", () => {
  for (const [name, reach] of Object.entries(STATES)) {
    test(`${name}: axe finds nothing in either theme, and everything has its room`, () =>
      withPage(
        async (user) => {
          await reach(user);
          for (const { width, height } of WIDTHS) {
            await user.page.setViewportSize({ width, height });
            assert.deepEqual(await user.page.evaluate(layoutFaults), [], `${width} pixels wide`);
          }
          await user.page.evaluate(AXE);
          for (const colorScheme of ["light", "dark"]) {
            await user.page.emulateMedia({ colorScheme });
            const found = await user.page.evaluate(async () =>
              (await globalThis.axe.run(document)).violations.map(
                ({ id, nodes }) => `${id} ${nodes[0].target.join(" ")}`,
              ),
            );
            assert.deepEqual(found, [], colorScheme);
          }
        },
        "",
        { bypassCSP: true },
      ));
  }
});

describe("the page", () => {
  test("has an address for each view and rule, and Back leads to the one before", () =>
    withPage(async (user) => {
      await user.click("Rules");
      await user.page.getByRole("link", { name: "CX103" }).first().click();
      await user.page.locator(".rule h2", { hasText: "CX103" }).waitFor();
      assert.equal(await hash(user), "#/rules/CX103");
      assert.match(await user.page.title(), /^CX103 · Rules/);
      await user.page.goBack();
      await user.page.goBack();
      await user.page.locator(".editor").waitFor();
      await user.page.goForward();
      await user.page.waitForFunction(() => location.hash === "#/rules");
      await withPage(({ page }) => page.locator(".rule h2", { hasText: "CX206" }).waitFor(), "/#/rules/CX206");
    }));

  test("marks nothing while it is empty, and says how Tab leaves the editor", () =>
    withPage(async (user) => {
      assert.equal(await user.page.locator(".editor .cm-lintRange-error, .editor .cm-lint-marker").count(), 0);
      assert.equal(await user.page.locator("#status.error").count(), 0);
      await user.page.getByText("press Escape and then Tab").waitFor();
      await user.page.locator(".editor .cm-content").click();
      await user.page.keyboard.press("Escape");
      await user.page.keyboard.press("Tab");
      assert.notEqual(await focused(user), "DIV");
      assert.notEqual(await focused(user), "BODY");
    }));

  test("keeps the focus after a fix", () =>
    withPage(async (user) => {
      await user.write('[{"name": "a", "type": "integer", "value": 3}]');
      await user.page
        .getByRole("button", { name: /^Fix: / })
        .first()
        .click();
      await user.status("no findings");
      assert.notEqual(await focused(user), "BODY");
    }));

  test("checks by the settings, and says where one is wrong", () =>
    withPage(async (user) => {
      await user.write('[{"name": "_a", "type": "string", "value": "x"}]');
      await user.status("1 error");
      await user.click("Settings");
      const settings = user.page.locator(".settings-text .cm-content");
      await settings.click();
      await user.page.keyboard.insertText('[validate]\nseverity = { CX102 = "off" }');
      await user.status("no findings");
      await user.page.keyboard.press("ControlOrMeta+a");
      await user.page.keyboard.insertText("[validate]\nmax_variable = 3");
      const problem = user.page.locator(".problems li", { hasText: "max_variables" }).first();
      await problem.filter({ hasText: "line 2, column 1" }).waitFor();
    }));

  test("converts, says what was lost, and takes it back with the format", () =>
    withPage(async (user) => {
      const yaml = "# kept where possible\nvariables:\n  - name: a\n    type: string\n    value: x\n";
      await user.openFile("a.yaml", yaml);
      await user.status("no findings");
      await user.click("Convert to");
      await user.click("JSON");
      await user.page.locator("[role=status] li", { hasText: "comment" }).first().waitFor();
      assert.deepEqual(JSON.parse(await user.text()).variables, [{ name: "a", type: "string", value: "x" }]);
      assert.equal((await user.settings()).format, "json");
      await user.page.locator(".editor .cm-content").click();
      await user.page.keyboard.press("ControlOrMeta+z");
      await user.hasText(yaml);
      assert.equal((await user.settings()).format, "yaml");
    }));

  test("shares a text in a link without its secrets, and asks no server for it", () =>
    withPage(async (user) => {
      const variables = [
        { name: "token", type: "string", value: TOKEN, encrypted: true },
        { name: "retries", type: "integer", value: "x3" },
      ];
      await user.openFile("a.json", JSON.stringify({ variables }));
      await user.status("1 error");
      await user.click("Share");
      const link = await user.page.locator("dialog[open] #link").inputValue();
      assert.ok(!link.includes("hunter2"));
      site.server.requests.length = 0;
      await withPage(async (other) => {
        await other.status("2 variables");
        const shared = await other.text();
        assert.ok(shared.includes('"retries"') && !shared.includes("hunter2"), "the names, not the secret");
      }, link.slice(site.server.url.length));
      assert.ok(site.server.requests.every(({ path }) => !path.includes("share")));
    }));

  test("refuses a link that is no shared text", async () => {
    const bomb = sharedFragment({ text: " ".repeat(50_000_000), format: "json", parentScope: "", config: "" });
    const wrong = sharedFragment({ text: 3, format: "json" });
    for (const fragment of ["#/share/%%%", "#/share/AAAA", `#/share/${"A".repeat(200_000)}`, bomb, wrong]) {
      await withPage(async (user) => {
        await user.page.evaluate((fragment) => location.assign(fragment), fragment);
        await user.page.locator("dialog[open] .error", { hasText: "cannot be opened" }).waitFor();
        await user.click("Close");
        assert.equal(await user.text(), "");
      });
    }
  });

  test("searches, wraps lines, leads to related places, and shows all fixes before they are made", () =>
    withPage(async (user) => {
      await user.write(
        '[{"name": "a", "type": "string", "value": "x"}, {"name": "a", "type": "boolean", "value": true}]',
      );
      await user.page.getByRole("button", { name: /^first here/ }).click();
      assert.notEqual(await focused(user), "BODY");
      await user.page.getByLabel("Wrap lines").check();
      assert.equal(await user.page.locator(".editor .cm-lineWrapping").count(), 1);
      await user.page.getByLabel("Wrap lines").uncheck();
      await user.click("Find");
      await user.page.locator(".editor .cm-search input").first().fill("boolean");
      await user.page.locator(".editor .cm-searchMatch").first().waitFor();
      await user.click("Show them as a diff");
      await user.page.locator("dialog[open] .diff", { hasText: '"true"' }).waitFor();
      await user.page.locator("dialog[open] .actions button").first().click();
      await user.page.waitForFunction(() => document.querySelector("dialog[open]") === null);
      await user.page.locator(".editor .cm-content", { hasText: '"value": "true"' }).waitFor();
    }));

  test("shows code as code, and what is chosen also in forced colours", () =>
    withPage(
      async (user) => {
        await user.write('[{"name": "_a", "type": "string", "value": "x"}]');
        await user.page.locator(".findings code").first().waitFor();
        assert.ok(!(await user.page.locator(".findings").textContent()).includes("`"));
        const border = (selector) =>
          user.page
            .locator(selector)
            .first()
            .evaluate((element) => {
              const { backgroundColor, borderBottomWidth, forcedColorAdjust, outlineStyle } = getComputedStyle(element);
              return [backgroundColor, borderBottomWidth, forcedColorAdjust, outlineStyle].join();
            });
        assert.notEqual(await border("nav a[aria-current]"), await border("nav a:not([aria-current])"));
      },
      "",
      { forcedColors: "active" },
    ));
});
