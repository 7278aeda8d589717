// Where things are on the page, and where the focus goes: measured in the browser.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { failed, GENESIS, logAfter } from "./audit_logs.mjs";
import { testSite } from "./page_support.mjs";

const PHONE = { width: 360, height: 740 };
const TABLET = { width: 768, height: 900 };
const COMPUTER = { width: 1280, height: 800 };

const site = testSite();
let user;

beforeEach(async () => {
  user = await site.open("", { serviceWorkers: "block" });
});
afterEach(() => user.close());

const boxOf = (selector) => user.page.locator(selector).boundingBox();
const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);
const focused = () => user.page.evaluate(() => document.activeElement.localName);
const variables = (count) =>
  JSON.stringify(Array.from({ length: count }, (_, at) => ({ name: `v${at}`, type: "string", value: "x" })));

/** Waits until a place of an element has been the same for two frames. */
const settled = (locator) =>
  locator.evaluate(async (element) => {
    let [before, now] = [Number.NaN, element.getBoundingClientRect().top];
    while (before !== now) {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      [before, now] = [now, element.getBoundingClientRect().top];
    }
  });

test("a row that goes takes the focus to the button that adds one", async () => {
  await user.openFile("a.json", variables(3));
  await user.click("Table");
  const add = user.page.locator(".table").getByRole("button", { name: "Add row" });
  await user.click("Remove variable 2");
  await user.status("2 variables");
  assert.ok(await hasFocus(user.button("Remove variable 2")), "a later row takes the place of the one that went");
  await user.click("Remove variable 2");
  await user.status("1 variable");
  assert.ok(await hasFocus(add), "the last of two rows");
  await user.click("Remove variable 1");
  await user.page.locator(".table .hint", { hasText: "No variables yet" }).waitFor();
  assert.ok(await hasFocus(add), "the only row");
  await user.page.keyboard.press("Enter");
  await user.page.waitForFunction(() => document.activeElement.ariaLabel === "Name of variable 1");
  await user.page.keyboard.press("ControlOrMeta+z");
  await user.page.locator(".table .hint", { hasText: "No variables yet" }).waitFor();
  assert.ok(await hasFocus(add), "a row whose addition is undone");
});

test("the controls of the toolbar are in at most two rows, which begin at one edge", async () => {
  for (const size of [TABLET, COMPUTER]) {
    await user.page.setViewportSize(size);
    const places = await user.page
      .locator(".toolbar :is(button, select):not(.menu *)")
      .evaluateAll((controls) =>
        controls.filter((control) => control.checkVisibility()).map((control) => control.getBoundingClientRect()),
      );
    // The middles of what is in one row differ by less than 10 px.
    const rows = new Map();
    for (const { height, left, top } of places) {
      const row = Math.round((top + height / 2) / 10);
      rows.set(row, Math.min(left, rows.get(row) ?? left));
    }
    assert.ok(rows.size <= 2, `${rows.size} rows at ${size.width}`);
    const edges = [...rows.values()];
    assert.ok(Math.max(...edges) - Math.min(...edges) <= 1, `rows begin at ${edges} at ${size.width}`);
  }
});

test("an open menu stays at its button in a window of another size, and closes if the page is scrolled", async () => {
  const open = user.button("More examples");
  const list = user.page.locator(".menu:popover-open");
  await open.click();
  for (const size of [PHONE, TABLET, { width: 360, height: 400 }, COMPUTER]) {
    await user.page.setViewportSize(size);
    await settled(list);
    const [button, menu] = [await open.boundingBox(), await list.boundingBox()];
    assert.ok(menu.x >= 0 && menu.x + menu.width <= size.width, `beside the window of ${size.width}`);
    assert.ok(menu.y >= 0 && menu.y + menu.height <= size.height, `below the window of ${size.height}`);
    assert.ok(menu.x <= button.x + button.width && menu.x + menu.width >= button.x, `beside it at ${size.width}`);
    const gap = menu.y - (button.y + button.height);
    if (size.height > 400) assert.ok(gap >= 0 && gap < 10, `${gap} px below it at ${size.width}`);
  }
  await user.page.setViewportSize({ width: 360, height: 500 });
  await user.page.mouse.wheel(0, 200);
  await list.waitFor({ state: "hidden" });
});

test("the dialog of a link begins at its button, with the text at its beginning", async () => {
  await user.openFile("a.json", JSON.stringify(JSON.parse(variables(30)), null, 2));
  await user.status("30 variables");
  await user.click("Share");
  const copy = user.button("Copy link");
  await copy.waitFor();
  assert.ok(await hasFocus(copy));
  const shared = user.page.locator("#shared");
  assert.equal(await shared.evaluate((field) => field.scrollTop), 0);
  await shared.focus();
  assert.equal(await shared.evaluate((field) => field.scrollTop), 0);
  await user.click("Close");
  assert.ok(await hasFocus(user.button("Share")));
});

test("the dialog of a text that is too long for a link begins at the button that closes it", async () => {
  const words = Array.from({ length: 3000 }, (_, at) => ((at * 2_654_435_761) % 4_294_967_296).toString(36));
  const many = words.map((word) => ({ name: `v_${word}`, type: "string", value: "x" }));
  await user.openFile("a.json", JSON.stringify(many));
  await user.status("3000 variables");
  await user.click("Share");
  await user.page.locator("dialog[open] .error", { hasText: "too long for a link" }).waitFor();
  assert.ok(await hasFocus(user.button("Close")));
});

test("a rule that is far down in the list is read beside it, and the list stays where it is", async () => {
  await user.click("Rules");
  const link = user.page.locator(".rules a").nth(-3);
  await link.scrollIntoViewIfNeeded();
  const before = await link.boundingBox();
  await link.click();
  const heading = user.page.locator(".rule h2", { hasText: (await link.textContent()).slice(0, 5) });
  await heading.waitFor();
  assert.ok(await hasFocus(heading));
  assert.equal((await link.boundingBox()).y, before.y);
  const [article, list] = [await boxOf(".panel:has(> .rule)"), await boxOf(".panel:has(> .rules)")];
  assert.ok(article.width > list.width);
  const { y } = await heading.boundingBox();
  assert.ok(y > article.y + 4 && y < article.y + 40, "the heading is at the top of its panel");
  assert.ok((await boxOf(".find")).y >= list.y, "the field to find rules stays");
});

test("a rule is in view in a narrow window, from the list and from an address", async () => {
  await user.page.setViewportSize(PHONE);
  await user.click("Rules");
  const isInView = async (heading) => {
    await heading.waitFor();
    await settled(heading);
    const { height, y } = await heading.boundingBox();
    return y >= 0 && y + height <= PHONE.height;
  };
  const link = user.page.locator(".rules a").last();
  await link.scrollIntoViewIfNeeded();
  await link.click();
  const code = (await link.textContent()).slice(0, 5);
  assert.ok(await isInView(user.page.locator(".rule h2", { hasText: code })));
  const other = await site.open("/#/rules/CX103", { serviceWorkers: "block", viewport: PHONE });
  const heading = other.page.locator(".rule h2", { hasText: "CX103" });
  assert.ok(await isInView(heading));
  assert.ok(await hasFocus(heading));
  await other.close();
});

test("the focus comes back to a rule that is explained again", async () => {
  await user.openFile("a.json", '[{"name": "_a", "type": "string", "value": "x"}]');
  for (let time = 0; time < 2; time += 1) {
    await user.page.locator(".findings a, .findings button", { hasText: "CX102" }).first().click();
    const heading = user.page.locator(".rule h2", { hasText: "CX102" });
    await heading.waitFor();
    await user.page.waitForFunction(() => document.activeElement.closest(".rule") !== null);
    await user.click("Variables");
  }
});

test("what a conversion has left out is said apart from the panels, and closing it keeps the focus", async () => {
  await user.openFile("a.yaml", "data_action: CRM\nvariables:\n  - name: a\n    type: string\n    value: x\n");
  await user.status("no findings");
  await user.click("Convert to");
  await user.click(".env");
  await user.page.locator(".notice li").waitFor();
  for (const size of [PHONE, TABLET, COMPUTER]) {
    await user.page.setViewportSize(size);
    const [notice, below] = [await boxOf(".notice"), await boxOf(".work")];
    assert.ok(below.y - (notice.y + notice.height) >= 8, `apart at ${size.width}`);
  }
  await user.click("Close");
  assert.ok(await hasFocus(user.button("Convert to")));
});

test("a notice that is dismissed does not take the focus with it", async () => {
  await user.openFile("a.env", "A=1\n");
  await user.openFile("b.env", "B=1\n");
  await user.says("replaced the text before it");
  await user.click("Dismiss");
  assert.equal(await focused(), "main");
});

test("the button that shows older records leaves the focus on the records", async () => {
  await user.click("Audit log");
  const { text } = logAfter(
    GENESIS,
    1,
    Array.from({ length: 503 }, () => failed("timeout")),
  );
  await user.choose("#log", ["audit.jsonl", text]);
  await user.click("Show 3 older");
  assert.equal(await user.page.locator(".wide tbody tr").count(), 503);
  assert.ok(await hasFocus(user.page.locator(".wide")));
});

test("the focus of the editor has all four edges", async () => {
  const { height, width, x, y } = await boxOf(".editor");
  const picture = async (left, top, width, height) => {
    const bytes = await user.page.screenshot({ clip: { x: left, y: top, width, height } });
    return bytes.toString("base64");
  };
  const across = (top) => picture(Math.round(x + width / 2), Math.round(top), 20, 2);
  const down = (left) => picture(Math.round(left), Math.round(y + height / 2), 2, 20);
  const edges = async () => [await across(y), await across(y + height - 2), await down(x), await down(x + width - 2)];
  const without = await edges();
  await user.page.locator(".editor .cm-content").focus();
  const [top, bottom, left, right] = await edges();
  assert.equal(bottom, top);
  assert.equal(left, right);
  for (const [at, edge] of [top, bottom, left, right].entries()) assert.notEqual(edge, without[at]);
});
