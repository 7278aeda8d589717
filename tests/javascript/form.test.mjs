// Forms that are held back while they have errors: a plain form by attach(), and one with a <cxvars-field>.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { chromium, PACKAGE, ROOT, serve } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// The Content-Security-Policy of a strict site: no inline style, and no eval except WebAssembly.
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; form-action 'self'";
const EXAMPLE = join(ROOT, "examples/form");

let browser, server, page;
before(async () => {
  browser = await chromium();
});
after(() => browser.close());

async function open(path) {
  server = await serve(
    { "/node_modules/@cxvars/validator/": PACKAGE, "/": EXAMPLE },
    {
      "/saved": { text: "<!doctype html><title>saved</title>" },
      "/strict": {
        text: readFileSync(join(EXAMPLE, "index.html"), "utf8"),
        headers: { "content-security-policy": POLICY },
      },
      "/broken": {
        text: readFileSync(join(EXAMPLE, "index.html"), "utf8"),
        headers: { "content-security-policy": POLICY.replace(" 'wasm-unsafe-eval'", "") },
      },
    },
  );
  page = await browser.newPage();
  await page.goto(server.url + path);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "true");
}

async function close() {
  await page.close();
  await server.stop();
}

const isSaved = () => page.url().includes("/saved");
const press = async (button) => {
  await page.click(button);
  await page.waitForTimeout(50);
};

describe("attach", () => {
  test("holds a submit back at the control that is wrong, and lets it go once it is fixed", async () => {
    await open("/strict");
    await page.fill("#plain [name=name]", "_endpoint");
    assert.equal(await page.getAttribute("#plain [name=name]", "aria-invalid"), "true");
    const described = await page.getAttribute("#plain [name=name]", "aria-describedby");
    assert.match(await page.textContent(`#${described}`), /error: .*underscore.*CX102/);
    await press("#plain button[type=submit]");
    assert.ok(!isSaved());
    assert.equal(await page.evaluate(() => document.activeElement.name), "name");
    await page.fill("#plain [name=name]", "endpoint");
    assert.equal(await page.getAttribute("#plain [name=name]", "aria-invalid"), null);
    await page.click("#plain button[type=submit]");
    await page.waitForURL("**/saved*");
    await close();
  });

  test("also holds back a form that asks for no validation, and what changed without an event", async () => {
    await open("/strict");
    await page.evaluate(() => {
      const form = document.querySelector("#plain");
      form.noValidate = true;
      form.elements.name.value = "1st";
    });
    await press("#plain button[type=submit]");
    assert.ok(!isSaved());
    await page.evaluate(() => document.querySelector("#plain").requestSubmit());
    assert.ok(!isSaved());
    await close();
  });

  test("an engine that cannot start holds everything back, unless the form says otherwise", async () => {
    await open("/broken");
    await page.fill("#plain [name=name]", "endpoint");
    assert.match(
      await page.evaluate(() => document.querySelector("#plain").elements.name.validationMessage),
      /nothing has been checked/,
    );
    await press("#plain button[type=submit]");
    assert.ok(!isSaved());
    assert.match(
      await page.evaluate(() => document.querySelector("cxvars-field").validationMessage),
      /nothing has been checked/,
    );
    await page.evaluate(async () => {
      const { attach } = await import("/node_modules/@cxvars/validator/form.js");
      const form = document.createElement("form");
      form.action = "/saved";
      form.append(Object.assign(document.createElement("input"), { name: "x" }));
      document.body.append(form);
      await attach(form, { toDocument: () => "nonsense", onUnavailable: "allow" }).ready;
      form.requestSubmit();
    });
    await page.waitForURL("**/saved*");
    await close();
  });
});

describe("<cxvars-field>", () => {
  test("is part of its form: its value, its validity, its reset", async () => {
    await open("/strict");
    const text = page.locator("#whole cxvars-field textarea");
    await text.fill('[{"name": "a", "type": "integer", "value": 3}]');
    assert.match(await page.locator("cxvars-field #status").textContent(), /1 error, 0 warnings/);
    assert.match(await page.locator("cxvars-field li").textContent(), /line 1, column 44.*CX002/);
    await press("#whole button[type=submit]");
    assert.ok(!isSaved());
    assert.equal(await page.evaluate(() => document.activeElement.localName), "cxvars-field");
    await page.locator("cxvars-field li button", { hasText: "Fix" }).click();
    assert.equal(await text.inputValue(), '[{"name": "a", "type": "integer", "value": "3"}]');
    assert.match(await page.locator("cxvars-field #status").textContent(), /no findings/);
    assert.equal(
      await page.evaluate(() => new FormData(document.querySelector("#whole")).get("variables")),
      '[{"name": "a", "type": "integer", "value": "3"}]',
    );
    await page.evaluate(() => document.querySelector("#whole").reset());
    assert.notEqual(await text.inputValue(), '[{"name": "a", "type": "integer", "value": "3"}]');
    await page.click("#whole button[type=submit]");
    await page.waitForURL("**/saved*");
    await close();
  });

  test("shows where a finding is, in every format and with options", async () => {
    await open("/strict");
    const field = page.locator("cxvars-field");
    await field.evaluate((field) => {
      field.setAttribute("format", "yaml");
      field.value = "variables:\n  - {name: a, type: string, value: '😀', scope: template}\n";
    });
    assert.match(await page.locator("cxvars-field li").textContent(), /CX302/);
    await page.locator("cxvars-field li .place").click();
    const selected = await page
      .locator("cxvars-field textarea")
      .evaluate((text) => text.value.slice(text.selectionStart, text.selectionEnd));
    assert.equal(selected, "template");
    await field.evaluate((field) => field.setAttribute("parent-scope", "global"));
    assert.equal(await page.locator("cxvars-field li").count(), 0);
    await field.evaluate((field) => (field.options = { severity: { CX999: "off" } }));
    assert.match(await page.locator("cxvars-field #status").textContent(), /there is no rule CX999/);
    await close();
  });

  test("is accessible in every state, in both themes", async () => {
    await open("/");
    const wrong = '[{"name": "_a"}]';
    const states = {
      untouched: () => {},
      "wrong while typing": async () => {
        await page.locator("cxvars-field textarea").fill(wrong);
        await page.fill("#plain [name=name]", "_b");
      },
      "held at a control": () => press("#plain button[type=submit]"),
      "held by a control that nobody sees": async () => {
        await page.evaluate(() => {
          document.querySelector("#plain [name=name]").type = "hidden";
        });
        await press("#plain button[type=submit]");
        assert.match(await page.textContent("#plain .cxvars-summary"), /CX102/);
      },
      "a field that is read-only": () =>
        page.evaluate(() => {
          document.querySelector("cxvars-field").readOnly = true;
          document.querySelector("#whole").requestSubmit();
        }),
      empty: async () => {
        await page.evaluate(() => {
          document.querySelector("cxvars-field").readOnly = false;
        });
        await page.locator("cxvars-field textarea").fill("");
      },
      right: () =>
        page.evaluate(() => {
          for (const form of document.querySelectorAll("form")) form.reset();
        }),
      "a fault of the page": () =>
        page.evaluate(async () => {
          const { attach } = await import("/node_modules/@cxvars/validator/form.js");
          await attach(document.querySelector("#whole"), { toDocument: () => 3 }).ready;
          document.querySelector("#whole").requestSubmit();
        }),
    };
    await page.evaluate(AXE);
    for (const [state, reach] of Object.entries(states)) {
      await reach();
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
          [],
          state,
        );
      }
    }
    await close();
  });
});
