// Random sequences of what people, scripts and frameworks do to a form. What arrives is valid, and what is held is
// not, or says why it could not be checked.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { form, open } from "./form_support.mjs";
import { random } from "./random.mjs";
import { chromium, PACKAGE } from "./support.mjs";

const { check } = await import(pathToFileURL(join(PACKAGE, "node.js")).href);

const PAGES = 16;
const SEQUENCES = 15;
const STEPS = 12;
const NAMES = ["a", "b", "limit", "_a", "1st", "two words", ""];
const VALUES = ["3", "x", "3.5", "true", ""];
const TYPES = ["string", "integer", "boolean"];
const ENGINE = "/package/json_glue_bg.wasm";

let browser;
before(async () => {
  browser = await chromium();
});
after(() => browser.close());

/** What happens in one sequence. The last step tries to submit. */
function sequence(below) {
  const pick = (list) => list[below(list.length)];
  const place = () => ({ row: below(3), key: pick(["name", "value", "type"]) });
  const kinds = {
    type: () => ({ ...place(), name: pick(NAMES), value: pick(VALUES), type: pick(TYPES) }),
    set: () => ({ ...place(), name: pick(NAMES), value: pick(VALUES), type: pick(TYPES) }),
    repair: () => ({}),
    reset: () => ({}),
    add: () => ({ name: pick(NAMES), value: pick(VALUES), type: pick(TYPES) }),
    remove: () => ({ row: below(3) }),
    bar: () => ({ ...place(), how: pick(["disabled", "readOnly", "hidden"]), on: below(2) === 0 }),
    mode: () => ({ mode: pick(["sync", "sync", "async", "throws", "rejects", "locate throws"]) }),
    submit: () => ({ by: pick(["save", "save", "other", "cancel", "script"]) }),
  };
  const step = (kind) => ({ kind, ...kinds[kind]() });
  return [...Array.from({ length: STEPS }, () => step(pick(Object.keys(kinds)))), step("submit")];
}

/** Runs in the page. Returns what each attempt to submit led to. */
async function play(steps) {
  const { attach, toDocument } = globalThis;
  const old = document.querySelector("form");
  const page = old.cloneNode(true);
  for (const node of page.querySelectorAll(".row, .cxvars-summary, .cxvars-message")) node.remove();
  old.replaceWith(page);
  const addRow = ({ name, type, value }) => {
    const row = document.createElement("p");
    row.className = "row";
    for (const [key, text] of Object.entries({ name, type, value })) {
      const input = Object.assign(document.createElement("input"), { name: key, className: key, defaultValue: text });
      row.append(input);
    }
    page.prepend(row);
  };
  addRow({ name: "a", type: "string", value: "x" });
  let mode = "sync";
  const attached = attach(page, {
    toDocument() {
      if (mode === "throws") throw new Error("thrown");
      if (mode === "rejects") return Promise.reject(new Error("rejected"));
      return mode === "async" ? Promise.resolve().then(toDocument) : toDocument();
    },
    locate(diagnostic) {
      if (mode === "locate throws") throw new Error("thrown");
      return globalThis.locate(diagnostic);
    },
  });
  const control = ({ row, key }) => {
    const rows = document.querySelectorAll(".row");
    return rows[row % Math.max(rows.length, 1)]?.querySelector(`.${key}`);
  };
  const work = {
    type(step) {
      const found = control(step);
      if (!found) return;
      found.value = step[step.key];
      found.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    set(step) {
      const found = control(step);
      if (found) found.value = step[step.key];
    },
    repair() {
      document.querySelectorAll(".row").forEach((row, index) => {
        const values = { name: `n${index}`, type: "string", value: "x" };
        for (const [key, text] of Object.entries(values)) row.querySelector(`.${key}`).value = text;
      });
    },
    reset: () => page.reset(),
    add: addRow,
    remove: ({ row }) => document.querySelectorAll(".row")[row]?.remove(),
    bar(step) {
      const found = control(step);
      if (found) found[step.how] = step.on;
    },
    mode(step) {
      mode = step.mode;
    },
  };
  const submit = async ({ by }) => {
    const before = globalThis.passed;
    // The next submit into the same frame would stop this one.
    const arrived = new Promise((resolve) => {
      document.querySelector("iframe").addEventListener("load", resolve, { once: true });
    });
    if (by === "script") page.requestSubmit();
    else page.querySelector(`#${by}`).click();
    const isHeld = () => globalThis.said() !== "" && !globalThis.said().includes("checking");
    // Each turn lets promises and answers of the network come in.
    for (let turn = 0; globalThis.passed === before && !isHeld(); turn += 1) {
      if (turn === 2000) throw new Error(`held without a word: ${toDocument()} ${mode}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
    const hasPassed = globalThis.passed > before;
    if (hasPassed) await arrived;
    return { by, mode, hasPassed, text: toDocument(), said: hasPassed ? "" : globalThis.said() };
  };
  const attempts = [];
  for (const step of steps) {
    if (step.kind === "submit") attempts.push(await submit(step));
    else work[step.kind](step);
  }
  attached.detach();
  return attempts;
}

test("what arrives has no errors, and what is held has some or a reason that is shown", async () => {
  const below = random(20261130);
  const counts = { passed: 0, held: 0, faults: 0, unavailable: 0 };
  for (let round = 0; round < PAGES; round += 1) {
    const failing = round % 4 === 3 ? { [ENGINE]: { text: "no", status: 503 } } : {};
    const html = form('<button id="other" name="by" value="other">Other</button>');
    const page = await open(browser, html, { files: failing });
    try {
      let expected = 0;
      for (let played = 0; played < SEQUENCES; played += 1) {
        const isFailing = page.pages[ENGINE] !== undefined;
        if (played === 5) delete page.pages[ENGINE];
        const steps = sequence(below);
        const attempts = await page.run(play, steps);
        for (const attempt of attempts) {
          const { by, mode, hasPassed, text, said } = attempt;
          const { diagnostics } = check(text);
          const hasErrors = diagnostics.some(({ severity }) => severity === "error");
          const story = JSON.stringify({ round, played, attempt, steps }, null, 1);
          const isFault =
            mode === "throws" || mode === "rejects" || (mode === "locate throws" && diagnostics.length > 0);
          const isUnavailable = said.includes("could not start");
          if (by === "cancel") assert.ok(hasPassed, story);
          else if (hasPassed) assert.ok(!hasErrors && !isFault, story);
          else assert.ok(hasErrors || isFault || (isUnavailable && isFailing), story);
          counts[hasPassed ? "passed" : isUnavailable ? "unavailable" : isFault ? "faults" : "held"] += 1;
          if (hasPassed) expected += 1;
        }
      }
      assert.equal((await page.sent()).length, expected);
    } finally {
      await page.close();
    }
  }
  for (const [what, count] of Object.entries(counts)) assert.ok(count > 10, `${what}: ${JSON.stringify(counts)}`);
});
