// The element <cxvars-field> as a control of a form: what it submits, what it holds, and how it behaves.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, form, open } from "./form_support.mjs";

const GOOD = '{"variables": [{"name": "a", "type": "integer", "value": "3"}]}';
const WRONG = '[{"name": "a", "type": "integer", "value": 3}]';
const FIXED = '[{"name": "a", "type": "integer", "value": "3"}]';
const element = (text, attributes = "") => `<cxvars-field name="doc" ${attributes}>${text}</cxvars-field>`;

for (const [name, launch] of Object.entries(BROWSERS)) {
  describe(`in ${name}`, () => {
    let browser;
    before(async () => {
      browser = await launch();
    });
    after(() => browser.close());

    const withField = async (content, run, options) => {
      const page = await open(browser, form(content), options);
      try {
        await page.run(() => document.querySelector("cxvars-field")?.ready);
        await run(page);
      } finally {
        await page.close();
      }
    };
    const docs = async (page) => (await page.sent()).map(({ doc }) => doc?.replaceAll("\r\n", "\n"));
    const shown = (page, selector = "#status") =>
      page.run(
        (one) =>
          [...document.querySelector("cxvars-field").shadowRoot.querySelectorAll(one)]
            .map((node) => node.textContent)
            .join(),
        selector,
      );

    test("the text between the tags is submitted as it is, white space included", () =>
      withField(element(`\n  ${GOOD}\n`), async (page) => {
        assert.equal(await shown(page), "");
        await page.click("#save");
        assert.deepEqual(await docs(page), [`\n  ${GOOD}\n`]);
      }));

    test("a wrong first text is not marked, and is held at the first submit", () =>
      withField(element(WRONG), async (page) => {
        const marks = () =>
          page.run(
            () => document.querySelector("cxvars-field").shadowRoot.querySelectorAll("[aria-invalid], li").length,
          );
        assert.equal(await marks(), 0);
        assert.equal(await page.run(() => globalThis.form.checkValidity()), false);
        await page.click("#save");
        assert.deepEqual(await docs(page), []);
        assert.match(await shown(page), /1 error, 0 warnings/);
        assert.equal(await page.run(() => document.activeElement.localName), "cxvars-field");
        await page.run(() => {
          globalThis.form.noValidate = true;
          globalThis.form.requestSubmit();
        });
        assert.deepEqual(await docs(page), []);
        await page.click("#cancel");
        assert.deepEqual(await docs(page), [WRONG]);
      }));

    test("what was set before the element was defined counts", async () => {
      const early = `<script>
        const field = document.createElement("cxvars-field");
        const options = { severity: { CX206: "off" } };
        Object.assign(field, { name: "doc", value: ${JSON.stringify(WRONG)}, options, readOnly: false });
        document.querySelector("form").prepend(field);
      </script>`;
      await withField(early, async (page) => {
        assert.equal(await page.run(() => document.querySelector("cxvars-field").value), WRONG);
        await page.click("#save");
        assert.deepEqual(await docs(page), []);
        await page.run((text) => {
          document.querySelector("cxvars-field").value = text;
        }, GOOD);
        await page.click("#save");
        assert.deepEqual(await docs(page), [GOOD]);
      });
    });

    test("a text that arrives in pieces is submitted as a whole", async () => {
      // The module runs while the rest of the page is on its way.
      const [head, tail] = form(element(GOOD)).replace('"module"', '"module" async').split('"integer"');
      let finish;
      const write = (response) => {
        response.write(head);
        finish = () => response.end(`"integer"${tail}`);
      };
      const during = async (page) => {
        await page.until(() => document.querySelector("cxvars-field")?.value?.includes("variables"));
        finish();
      };
      await withField("", (page) => submitsAll(page), { files: { "/": { write } }, during });
      async function submitsAll(page) {
        await page.click("#save");
        assert.deepEqual(await docs(page), [GOOD]);
      }
    });

    test("a fix is taken back by undo, and there is none in a field that cannot be changed", () =>
      withField(element(""), async (page) => {
        await page.type("cxvars-field", WRONG);
        await page.run(async () => {
          const fix = () => document.querySelector("cxvars-field").shadowRoot.querySelector("[part=fix]");
          while (fix() === null) await new Promise((resolve) => requestAnimationFrame(resolve));
          fix().click();
        });
        const value = () => page.run(() => document.querySelector("cxvars-field").value);
        assert.equal(await value(), FIXED);
        assert.equal(await shown(page), "no findings");
        await page.run(() => document.execCommand("undo"));
        assert.equal(await value(), WRONG);
        for (const property of ["disabled", "readOnly"]) {
          const fixes = () => shown(page, "[part=fix]");
          assert.match(await fixes(), /Fix/);
          await page.run((name) => {
            document.querySelector("cxvars-field")[name] = true;
          }, property);
          assert.equal(await fixes(), "");
          await page.run((name) => {
            document.querySelector("cxvars-field")[name] = false;
          }, property);
        }
      }));

    test("is a control like others: its properties, labels, parts and events", () =>
      withField(`<label for="doc">Variables of the action</label>${element(GOOD, 'id="doc"')}`, async (page) => {
        const facts = await page.run(() => {
          const field = document.querySelector("cxvars-field");
          const text = field.shadowRoot.querySelector("textarea");
          const seen = [];
          for (const type of ["input", "change"]) field.addEventListener(type, () => seen.push(type));
          text.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
          text.dispatchEvent(new Event("change", { bubbles: true }));
          field.required = true;
          return {
            type: field.type,
            name: field.name,
            form: field.form === globalThis.form,
            listed: [...globalThis.form.elements].includes(field),
            labels: field.labels.length,
            label: text.getAttribute("aria-label"),
            willValidate: field.willValidate,
            valid: [field.validity.valid, field.validationMessage, field.checkValidity(), field.reportValidity()],
            parts: [...field.shadowRoot.querySelectorAll("[part]")].map((element) => element.getAttribute("part")),
            required: field.hasAttribute("required"),
            defaultValue: field.defaultValue,
            seen,
          };
        });
        assert.deepEqual(facts, {
          type: "cxvars-field",
          name: "doc",
          form: true,
          listed: true,
          labels: 1,
          label: "Variables of the action",
          willValidate: true,
          valid: [true, "", true, true],
          parts: ["label", "text", "status", "findings"],
          required: true,
          defaultValue: GOOD,
          seen: ["input", "change"],
        });
        await page.run(() => {
          const field = document.querySelector("cxvars-field");
          field.setCustomValidity("taken");
          field.readOnly = true;
        });
        assert.equal(await page.run(() => document.querySelector("cxvars-field").willValidate), false);
        await page.run(() => {
          document.querySelector("cxvars-field").readOnly = false;
        });
        await page.click("#save");
        assert.deepEqual(await docs(page), []);
        assert.equal(await page.run(() => document.querySelector("cxvars-field").validationMessage), "taken");
        await page.run(() => document.querySelector("cxvars-field").setCustomValidity(""));
        await page.click("#save");
        assert.deepEqual(await docs(page), [GOOD]);
      }));

    test("a reset brings the first text back, a disabled field is not sent, and an empty one may be", () =>
      withField(element(GOOD), async (page) => {
        await page.type("cxvars-field", WRONG);
        await page.run(() => globalThis.form.reset());
        assert.equal(await page.run(() => document.querySelector("cxvars-field").value), GOOD);
        await page.click("#save");
        await page.type("cxvars-field", WRONG);
        await page.run(() => {
          document.querySelector("cxvars-field").disabled = true;
        });
        await page.click("#save");
        await page.run(() => {
          document.querySelector("cxvars-field").disabled = false;
          document.querySelector("cxvars-field").value = "";
        });
        await page.click("#save");
        assert.deepEqual(await docs(page), [GOOD, undefined, ""]);
        await page.run(() => {
          document.querySelector("cxvars-field").required = true;
        });
        await page.click("#save");
        assert.equal((await docs(page)).length, 3);
      }));

    test("a field that nobody sees or that is read-only is held with a message", () =>
      withField(element(GOOD), async (page) => {
        for (const [how, words] of [
          ["hidden", () => globalThis.said()],
          ["readOnly", () => document.querySelector("cxvars-field").shadowRoot.querySelector("li")?.textContent ?? ""],
        ]) {
          await page.run(
            ([property, text]) => {
              const field = document.querySelector("cxvars-field");
              field.value = text;
              field[property] = true;
              globalThis.form.requestSubmit();
            },
            [how, WRONG],
          );
          assert.deepEqual(await docs(page), []);
          assert.match(await page.run(words), /CX002/, how);
          await page.run((property) => {
            document.querySelector("cxvars-field")[property] = false;
          }, how);
        }
      }));

    test("what the page has set may fail; the field is held and says so", () =>
      withField(element(GOOD), async (page) => {
        for (const work of [
          "field.messages = () => { throw new Error('hunter2') }; field.value = '[]]'",
          "field.messages = () => 3",
          "field.texts = { counts: () => { throw new Error('hunter2') } }",
          `field.messages = undefined; field.texts = {};
            field.options = { get format() { throw new Error('hunter2') } }`,
          "field.options = { severity: { CX999: 'off' } }",
        ]) {
          await page.run(`{ const field = document.querySelector("cxvars-field"); ${work}; form.requestSubmit(); }`);
          assert.deepEqual(await docs(page), [], work);
          const words = await shown(page, "#status, li");
          assert.match(words, /fault in this page|there is no rule CX999/, work);
          assert.doesNotMatch(words, /hunter2/);
        }
        await page.run((text) => {
          const field = document.querySelector("cxvars-field");
          field.options = {};
          field.value = text;
        }, GOOD);
        await page.click("#save");
        assert.deepEqual(await docs(page), [GOOD]);
      }));

    test("contracts are loaded when they are asked for, and a submit waits for them", () =>
      withField(element('[{"name": "t", "type": "object", "value": "{}"}]'), async (page) => {
        await page.run(() => {
          document.querySelector("cxvars-field").options = { contracts: { t: '{"required": ["limit"]}' } };
          document.querySelector("#save").click();
        });
        await page.until(() => document.querySelector("cxvars-field").report?.diagnostics.length === 1);
        assert.deepEqual(await docs(page), []);
        assert.match(await shown(page, "li"), /CX205/);
      }));
  });
}

describe("an engine that fails", () => {
  let browser;
  before(async () => {
    browser = await BROWSERS.Chromium();
  });
  after(() => browser.close());

  test("is said so in words for people, and is tried again by the next input and the next submit", async () => {
    const html = form(`<input class="name" name="n" aria-label="Name" value="a">${element(GOOD)}`);
    const page = await open(browser, html, {
      files: { "/package/json_glue_bg.wasm": { text: "no", status: 503 } },
    });
    try {
      await page.run(async () => {
        const { attach, form } = globalThis;
        globalThis.attached = attach(form, {
          toDocument: () => JSON.stringify([{ name: form.elements.n.value, type: "string", value: "x" }]),
        });
        await globalThis.attached.ready;
      });
      assert.equal(await page.run(() => globalThis.said()), "");
      await page.click("#save");
      await page.until(() => globalThis.said().includes("could not start"));
      assert.match(
        await page.run(() => globalThis.said()),
        /^the checker could not start, so nothing has been checked/,
      );
      await page.type("input", "b");
      assert.match(await page.run(() => globalThis.said()), /nothing has been checked/);
      assert.doesNotMatch(await page.run(() => globalThis.said()), /init\(\)/);
      assert.deepEqual(await page.sent(), []);
      page.pages["/package/json_glue_bg.wasm"] = undefined;
      await page.click("#save");
      await page.until(() => globalThis.passed === 1);
      assert.deepEqual(await page.sent(), [{ n: "b", doc: GOOD, by: "save" }]);
      assert.equal(await page.run(() => globalThis.said()), "");
    } finally {
      await page.close();
    }
  });

  test("lets a form pass only where that was asked for", async () => {
    const html = form(element(WRONG, 'on-unavailable="allow"'));
    const page = await open(browser, html, {
      files: { "/package/json_glue_bg.wasm": { text: "no", status: 503 } },
    });
    try {
      await page.click("#save");
      await page.until(() => globalThis.passed === 1);
      assert.equal((await page.sent()).length, 1);
      await page.run(() => {
        globalThis.attach(globalThis.form, { toDocument: () => "", onUnavailable: "allow" });
        globalThis.attach(globalThis.form, { toDocument: () => 3, onUnavailable: "allow" });
      });
      await page.click("#save");
      await page.until(() => globalThis.said().includes("toDocument"));
      assert.equal((await page.sent()).length, 1);
    } finally {
      await page.close();
    }
  });
});
