// What attach() lets through and what it holds: every submit is posted to a server, which says what arrived.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BROWSERS, form, open, ROW } from "./form_support.mjs";

/** Attaches to the page's form with these options, and waits for the engine. */
const attached = async (page, more = () => ({})) => {
  await page.run(`globalThis.attached = attach(form, { toDocument, locate, ...(${more})() }); attached.ready`);
};
const invalid = (page) => page.run(() => document.querySelectorAll("[aria-invalid]").length);
const said = (page) => page.run(() => globalThis.said());

for (const [name, launch] of Object.entries(BROWSERS)) {
  describe(`in ${name}`, () => {
    let browser;
    before(async () => {
      browser = await launch();
    });
    after(() => browser.close());

    const withForm = async (content, run, options) => {
      const page = await open(browser, form(content, options?.attributes), options);
      try {
        await run(page);
      } finally {
        await page.close();
      }
    };

    test("a document with an error is held at its control, and sent once it is right", () =>
      withForm(ROW, async (page) => {
        await attached(page);
        await page.type(".name", "_a");
        await page.click("#save");
        assert.deepEqual(await page.sent(), []);
        assert.equal(await page.run(() => document.activeElement.className), "name");
        assert.match(await said(page), /error: .*underscore.*CX102/);
        assert.match(await said(page), /not sent: 1 error, 0 warnings/);
        await page.type(".name", "a");
        assert.equal(await said(page), "");
        assert.equal(await invalid(page), 0);
        await page.click("#save");
        assert.deepEqual(await page.sent(), [{ name: "a", type: "string", value: "x", by: "save" }]);
      }));

    test("nothing is marked before the first input, whatever is wrong; a submit shows it", () =>
      withForm(ROW.replace('value="a"', 'value="_a"'), async (page) => {
        await attached(page);
        assert.equal(await said(page), "");
        assert.equal(await invalid(page), 0);
        assert.equal(await page.run(() => document.querySelector(".name").validationMessage), "");
        await page.click("#save");
        assert.deepEqual(await page.sent(), []);
        assert.equal(await invalid(page), 1);
        assert.match(await said(page), /CX102/);
      }));

    test("an old error never stops a form whose values are right by now", () =>
      withForm(`${ROW}${ROW.replace('value="a"', 'value="b"')}`, async (page) => {
        await attached(page);
        const changes = {
          "a reset": () => document.querySelector("form").reset(),
          "a value set by a script": () => {
            document.querySelectorAll(".name")[1].value = "c";
          },
          "a row removed": () => document.querySelectorAll(".row")[1].remove(),
        };
        let sent = 0;
        for (const [change, work] of Object.entries(changes)) {
          await page.type(".row:nth-of-type(2) .name", "1st");
          await page.click("#save");
          assert.equal((await page.sent()).length, sent, change);
          await page.run(work);
          await page.click("#save");
          sent += 1;
          assert.equal((await page.sent()).length, sent, change);
          assert.equal(await invalid(page), 0, change);
        }
      }));

    test("the same in a form without a button, and in a shadow tree", () =>
      withForm("", async (page) => {
        for (const mode of ["light", "open", "closed"]) {
          const before = (await page.sent()).length;
          await page.run(async (mode) => {
            const host = document.createElement("div");
            document.querySelector("form").replaceWith(host);
            const root = mode === "light" ? host : host.attachShadow({ mode });
            const form = Object.assign(document.createElement("form"), {
              method: "post",
              action: "/save",
              target: "sink",
            });
            const input = Object.assign(document.createElement("input"), { name: "n", value: "a" });
            form.append(input);
            root.append(form);
            // The submit event does not leave a shadow tree.
            if (mode !== "light")
              form.addEventListener("submit", () => {
                globalThis.passed += 1;
              });
            const toDocument = () => JSON.stringify([{ name: input.value, type: "string", value: "x" }]);
            await globalThis.attach(form, { toDocument }).ready;
            globalThis.input = input;
            input.value = "_a";
            input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
            input.focus();
          }, mode);
          await page.press("Enter");
          assert.equal((await page.sent()).length, before, mode);
          assert.match(await page.run(() => globalThis.input.validationMessage), /CX102/);
          await page.run(() => {
            globalThis.input.value = "b";
          });
          await page.press("Enter");
          await page.until((passed) => globalThis.passed > passed, before);
          assert.equal((await page.sent()).at(-1).n, "b", mode);
          await page.run(() => {
            document.querySelector("div").replaceWith(document.createElement("form"));
          });
        }
      }));

    test("scripts get the answer of now as well, from every method of the form", () =>
      withForm(ROW, async (page) => {
        await attached(page);
        const answers = await page.run(() => {
          const { form } = globalThis;
          const name = document.querySelector(".name");
          const valid = () => [form.checkValidity(), form.reportValidity(), form.requestSubmit() ?? globalThis.passed];
          name.value = "1st";
          const first = valid();
          name.value = "first";
          return [first, valid()];
        });
        assert.deepEqual(answers, [
          [false, false, 0],
          [true, true, 1],
        ]);
        assert.equal((await page.sent()).length, 1);
      }));

    test("a control outside of the form counts, whatever it says later", () =>
      withForm(
        "",
        async (page) => {
          await page.run((row) => {
            document.querySelector("iframe").insertAdjacentHTML("afterend", row);
            for (const control of document.querySelectorAll(".row > *")) control.setAttribute("form", "f");
          }, ROW);
          await attached(page);
          await page.type(".name", "two words");
          assert.equal(await invalid(page), 1);
          await page.click("#save");
          assert.deepEqual(await page.sent(), []);
          await page.type(".name", "two_words");
          assert.equal(await invalid(page), 0);
          await page.press("Enter");
          assert.equal((await page.sent()).at(-1).name, "two_words");
        },
        { attributes: 'id="f"' },
      ));

    test("whatever the page's own functions do, an exception holds the submit and is shown", () =>
      withForm(ROW, async (page) => {
        const fail = "() => { throw new Error('hunter2') }";
        const variable = "(_, i) => ({ name: 'n' + i, type: 'string', value: 'x' })";
        const many = `() => JSON.stringify({ variables: Array.from({ length: 51 }, ${variable}) })`;
        const cases = {
          locate: [`{ toDocument: ${many}, locate: ${fail} }`, "{ locate: () => 3, toDocument: () => '[]]' }"],
          toDocument: [
            `{ toDocument: ${fail} }`,
            "{ toDocument: () => undefined }",
            "{ toDocument: () => null }",
            "{ toDocument: () => 3 }",
            "{ toDocument: () => new String('[]') }",
            `{ toDocument: async () => (${fail})() }`,
            "{ toDocument: async () => ({}) }",
            "{ toDocument: () => ({ then(done, failed) { failed(1); } }) }",
          ],
          messages: [
            `{ toDocument: () => '[]]', messages: ${fail} }`,
            "{ toDocument: () => '[]]', messages: () => 3 }",
          ],
          texts: [
            `{ toDocument: () => '[]]', texts: { finding: ${fail} } }`,
            `{ toDocument: () => '[]]', texts: { notSent: ${fail} } }`,
          ],
          options: [
            "{ get failLevel() { throw new Error('hunter2') } }",
            "{ failLevel: 'fatal' }",
            "{ get toDocument() { throw new Error('hunter2') } }",
            "{ locate: 3 }",
          ],
        };
        for (const [where, all] of Object.entries(cases)) {
          for (const options of all) {
            await page.run(`globalThis.attached = attach(form, Object.defineProperties(
              { toDocument, locate }, Object.getOwnPropertyDescriptors(${options}))); attached.ready`);
            await page.run(() => document.querySelector("#save").click());
            await page.until(() => globalThis.said() !== "" && !globalThis.said().includes("checking"));
            const words = await said(page);
            assert.match(words, new RegExp(`fault in this page \\(${where}\\)`), options);
            assert.doesNotMatch(words, /hunter2/);
            assert.deepEqual(await page.sent(), [], options);
            await page.run(() => globalThis.attached.detach());
            assert.equal(await said(page), "");
          }
        }
        assert.ok((await page.run(() => globalThis.errors)).some((error) => error.includes("hunter2")));
        await page.click("#save");
        assert.equal((await page.sent()).length, 1);
      }));

    test("a listener of our event can neither open the form nor close it", () =>
      withForm(ROW, async (page) => {
        await page.run(() => {
          globalThis.form.addEventListener("cxvars-report", (event) => {
            if (event.detail.report !== null) event.detail.report.diagnostics.length = 0;
            globalThis.attached?.refresh();
            throw new Error("listener");
          });
        });
        await attached(page);
        await page.type(".name", "_a");
        await page.click("#save");
        assert.deepEqual(await page.sent(), []);
        await page.type(".name", "b");
        await page.run(() => {
          const change = () => {
            document.querySelector(".name").value = "_b";
          };
          globalThis.form.addEventListener("cxvars-report", change, { once: true });
        });
        await page.click("#save");
        assert.deepEqual(await page.sent(), []);
        assert.match(await said(page), /CX102/);
        await page.type(".name", "c");
        await page.click("#save");
        assert.equal((await page.sent())[0].name, "c");
      }));

    test("a button with formnovalidate passes, and no other one", () =>
      withForm(ROW, async (page) => {
        await attached(page);
        await page.type(".name", "_a");
        await page.click("#save");
        assert.deepEqual(await page.sent(), []);
        await page.click("#cancel");
        assert.deepEqual(
          (await page.sent()).map(({ by }) => by),
          ["cancel"],
        );
        await page.run(() => globalThis.form.requestSubmit(document.querySelector("#cancel")));
        assert.equal((await page.sent()).length, 2);
        await page.run(() => {
          globalThis.form.noValidate = true;
          globalThis.form.requestSubmit();
        });
        assert.equal((await page.sent()).length, 2);
      }));

    test("a control that the browser cannot show a message at says so elsewhere", () =>
      withForm(ROW, async (page) => {
        await attached(page);
        const barred = {
          hidden: "name.type = 'hidden'",
          readonly: "name.readOnly = true",
          disabled: "name.disabled = true",
          "not rendered": "name.hidden = true",
          "in a closed section": "{ const d = document.createElement('details'); row.before(d); d.append(row) }",
          inert: "row.inert = true",
        };
        for (const [how, work] of Object.entries(barred)) {
          await page.run(`{ const row = document.querySelector(".row"), name = row.querySelector(".name");
            name.value = "_a"; globalThis.before = row.cloneNode(true); ${work} }`);
          await page.run(() => globalThis.form.requestSubmit());
          assert.deepEqual(await page.sent(), [], how);
          assert.match(await said(page), /CX102/, how);
          await page.run(() => {
            const row = document.querySelector(".row");
            row.replaceWith(globalThis.before);
          });
        }
      }));

    test("the page's own messages and marks stay beside ours", () =>
      withForm(ROW, async (page) => {
        await attached(page);
        await page.run(() => {
          const [name, value] = document.querySelectorAll("input");
          name.setAttribute("aria-invalid", "false");
          value.setAttribute("aria-invalid", "true");
          name.setAttribute("aria-describedby", "hint");
        });
        await page.type(".name", "_a");
        const state = () =>
          page.run(() => {
            const name = document.querySelector(".name");
            const [first, ...others] = name.getAttribute("aria-describedby").split(" ");
            return [name.getAttribute("aria-invalid"), first, others.length, name.validationMessage];
          });
        const [ariaInvalid, hint, others, message] = await state();
        assert.deepEqual([ariaInvalid, hint, others], ["true", "hint", 1]);
        assert.match(message, /CX102/);
        // What the page writes beside ours comes back when ours goes, whether it looks the same or not.
        for (const own of ["true", "grammar", null]) {
          await page.run((value) => {
            const name = document.querySelector(".name");
            if (value === null) name.removeAttribute("aria-invalid");
            else name.setAttribute("aria-invalid", value);
          }, own);
          assert.equal((await state())[0], "true");
          await page.type(".name", "a");
          assert.equal(await page.run(() => document.querySelector(".name").getAttribute("aria-invalid")), own);
          await page.type(".name", "_a");
        }
        await page.run(() => document.querySelector(".name").setAttribute("aria-invalid", "false"));
        // The page has a complaint of its own, before ours and after it.
        await page.run(() => document.querySelector(".name").setCustomValidity("taken"));
        await page.type(".name", "_b");
        assert.equal((await state())[3], "taken");
        await page.type(".name", "b");
        assert.deepEqual(await state(), ["false", "hint", 0, "taken"]);
        await page.click("#save");
        assert.deepEqual(await page.sent(), []);
        await page.type(".name", "_c");
        await page.run(() => document.querySelector(".name").setCustomValidity(""));
        await page.click("#save");
        assert.match((await state())[3], /CX102/);
        await page.type(".name", "c");
        await page.click("#save");
        assert.equal((await page.sent()).length, 1);
        assert.equal(await page.run(() => document.querySelector(".value").getAttribute("aria-invalid")), "true");
      }));

    test("a submit waits for a document that takes a while, and goes on once, by the same button", () =>
      withForm(`${ROW}<button id="other" name="by" value="other">Other</button>`, async (page) => {
        await attached(page, () => ({
          toDocument: () => {
            const text = globalThis.toDocument();
            globalThis.made = (globalThis.made ?? 0) + 1;
            return new Promise((resolve) => {
              globalThis.answer = () => resolve(text);
              if (globalThis.made === 1) resolve(text);
            });
          },
        }));
        await page.click("#other");
        assert.match(await said(page), /checking/);
        await page.click("#other");
        assert.deepEqual(await page.sent(), []);
        await page.run(() => globalThis.answer());
        await page.until(() => globalThis.passed === 1);
        assert.equal((await page.sent())[0].by, "other");
        assert.equal(await said(page), "");
        assert.equal(await page.run(() => globalThis.made), 2);
        // What changes while the submit waits is checked as well.
        await page.click("#save");
        await page.run(() => {
          document.querySelector(".name").value = "_late";
          globalThis.answer();
        });
        await page.until(() => globalThis.made === 4);
        await page.run(() => globalThis.answer());
        await page.until(() => globalThis.said().includes("CX102"));
        assert.equal((await page.sent()).length, 1);
        // A reset, and a button that skips the check, end the wait.
        for (const end of [() => globalThis.form.reset(), () => document.querySelector("#cancel").click()]) {
          const before = (await page.sent()).length;
          await page.click("#save");
          await page.run(end);
          await page.run(() => globalThis.answer());
          assert.ok((await page.sent()).slice(before).every(({ by }) => by === "cancel"));
        }
      }));

    test("a submit before the engine has started waits for it", () =>
      withForm(ROW, async (page) => {
        await page.run(() => {
          globalThis.attached = globalThis.attach(globalThis.form, { toDocument: globalThis.toDocument });
          document.querySelector("#save").click();
        });
        assert.match(await said(page), /checking|^$/);
        await page.until(() => globalThis.passed === 1);
        assert.equal((await page.sent()).length, 1);
      }));

    test("detach is final, also before the engine has started", () =>
      withForm(ROW.replace('value="a"', 'value="_a"'), async (page) => {
        await page.run(async () => {
          const { attach, form, toDocument } = globalThis;
          const attached = attach(form, { toDocument });
          attached.refresh();
          attached.detach();
          form.addEventListener("cxvars-report", () => globalThis.errors.push("told"));
          await attached.ready;
          attached.refresh();
          attached.detach();
        });
        await page.type(".name", "_b");
        assert.equal(await said(page), "");
        assert.equal(await page.run(() => document.querySelectorAll(".cxvars-summary").length), 0);
        assert.deepEqual(
          await page.run(() => ["requestSubmit", "checkValidity"].map((name) => Object.hasOwn(globalThis.form, name))),
          [false, false],
        );
        await page.click("#save");
        assert.equal((await page.sent())[0].name, "_b");
        assert.deepEqual(await page.run(() => globalThis.errors), []);
      }));

    test("words can be replaced, and no advice sends anybody to a file", () =>
      withForm(ROW.replace('value="x"', 'value=""'), async (page) => {
        await attached(page, () => ({ failLevel: "warning" }));
        await page.click("#save");
        assert.match(await said(page), /CX207/);
        assert.doesNotMatch(await said(page), /cxvars\.toml|allow_empty/);
        await page.run(() => globalThis.attached.detach());
        await attached(page, () => ({
          failLevel: "warning",
          messages: ({ code }) => (code === "CX207" ? "Wert fehlt" : undefined),
          texts: {
            finding: (_, text) => `Fehler: ${text}`,
            notSent: (errors, warnings) => `nicht gesendet: ${errors + warnings}`,
          },
        }));
        await page.click("#save");
        assert.equal(await said(page), "Fehler: Wert fehlt nicht gesendet: 1");
        assert.deepEqual(await page.sent(), []);
      }));

    test("values of type object are checked by their contracts", () =>
      withForm(ROW.replace("<option>string", "<option>object"), async (page) => {
        await attached(page, () => ({ contracts: { a: '{"required": ["retries"]}' } }));
        await page.type(".value", '{"limit": 3}');
        await page.click("#save");
        await page.until(() => globalThis.said().includes("CX205"));
        assert.deepEqual(await page.sent(), []);
        await page.type(".value", '{"retries": 3}');
        await page.click("#save");
        assert.equal((await page.sent()).length, 1);
      }));

    test("other formats are checked as well", () =>
      withForm(ROW, async (page) => {
        await attached(page, () => ({
          format: "yaml",
          locate: () => document.querySelector(".value"),
          toDocument: () =>
            `variables:\n  - {name: a, type: integer, value: ${document.querySelector(".value").value}}\n`,
        }));
        await page.type(".value", "3");
        await page.click("#save");
        await page.until(() => globalThis.said().includes("CX007"));
        assert.deepEqual(await page.sent(), []);
        await page.type(".value", '"3"');
        await page.click("#save");
        await page.until(() => globalThis.passed === 1);
        assert.equal((await page.sent()).length, 1);
      }));
  });
}
