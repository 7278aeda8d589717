// Audit logs of several files in the page, and files that are no audit logs.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { failed, GENESIS, logAfter } from "./audit_logs.mjs";
import { testSite } from "./page_support.mjs";

const site = testSite();
let user;

beforeEach(async () => {
  user = await site.open();
  await user.click("Audit log");
});
afterEach(() => user.close());

const verdict = (status, words) => user.page.locator(`.verdict.${status}`, { hasText: words }).waitFor();

/** Rotated files of one chain, oldest first. */
function rotated() {
  const oldest = logAfter(GENESIS, 1, [failed("timeout"), failed("reset")]);
  const middle = logAfter(oldest.head, 3, [{ event: "rotated" }, failed("403")]);
  const newest = logAfter(middle.head, 5, [{ event: "rotated" }, failed("500"), failed("429")]);
  return [
    ["audit.0001.jsonl", oldest.text],
    ["audit.0002.jsonl", middle.text],
    ["audit.jsonl", newest.text],
  ];
}

/** Segments of a folder. The second and the third follow the same record, and the fourth follows the second. */
function segments() {
  const root = logAfter(GENESIS, 1, [failed("timeout"), failed("reset")]);
  const second = logAfter(root.head, 1, [failed("403")]);
  const third = logAfter(root.head, 1, [failed("500"), failed("429")]);
  return [
    ["2026-03-01-a.jsonl", root.text],
    ["2026-03-02-b.jsonl", second.text],
    ["2026-03-02-c.jsonl", third.text],
    ["2026-03-03-d.jsonl", logAfter(second.head, 1, [failed("403")]).text],
  ];
}

test("rotated files are one chain, in whatever order they are opened", async () => {
  const [oldest, middle, newest] = rotated();
  await user.drop("body", newest, oldest, middle);
  await verdict("intact", "7 records, one chain");
  assert.equal(await user.page.locator(".wide tbody tr").count(), 7);
  assert.equal(await user.page.locator(".wide tbody tr").first().locator("td").first().textContent(), "7");
  await user.choose("#log", newest, middle);
  await verdict("intact", "5 records, one chain");
  await user.choose("#log", newest, oldest);
  await verdict("broken", "audit.jsonl, line 1: does not follow the file before");
});

test("segments are verified as a folder of them, and a missing one is named", async () => {
  const [root, second, third, fourth] = segments();
  await user.drop("body", third, root, second);
  await verdict("intact", "5 records, one chain in each segment, all linked");
  // What they both follow may have been moved away.
  await user.drop("body", second, third);
  await verdict("intact", "3 records, one chain in each segment, all linked");
  await user.drop("body", root, fourth);
  await verdict("broken", "2026-03-03-d.jsonl, line 1: follows a record that no segment has");
});

test("a changed line is named with its file, and what is not proven", async () => {
  const [oldest, middle, newest] = rotated();
  const changed = [middle[0], middle[1].replace('"403"', '"404"')];
  await user.drop("body", changed, newest, oldest);
  await verdict("broken", "audit.0002.jsonl, line 2: content does not match its hash");
  await verdict("broken", "3 records before it: consistent; 1 file after it: not proven");
});

test("a line that is not UTF-8 breaks a log, instead of being read as something else", async () => {
  const [[name, content]] = rotated();
  const bytes = Buffer.from(content.replace("reset", "rés"), "latin1");
  await user.drop("body", [name, bytes]);
  await verdict("broken", "line 2: not UTF-8 text");
});

test("a file that is no audit log is not called a broken one", async () => {
  const [log] = rotated();
  const picture = ["photo.png", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d])];
  for (const files of [[picture], [log, picture], [["notes.txt", "buy milk\n"]], [["a.json", "[]"]]]) {
    await user.choose("#log", ...files);
    const [[name]] = files.slice(-1);
    await user.page
      .locator(".audit [role=alert]", { hasText: `Nothing was verified: ${name} is not an audit log` })
      .waitFor();
    assert.equal(await user.page.locator(".verdict").count(), 0);
  }
});

test("a printed log has all of its columns on the paper", async () => {
  const reason = "the service answered 503 three times, and the last answer had no body at all";
  const { text } = logAfter(GENESIS, 1, [failed(reason), failed("https://api.example.com/".repeat(8))]);
  await user.drop("body", ["audit.jsonl", text]);
  await verdict("intact", "2 records");
  // A4 in its upright form, without margins of 1 cm.
  const width = 718;
  await user.page.setViewportSize({ width, height: 1000 });
  await user.page.emulateMedia({ media: "print" });
  const cells = await user.page.locator(".wide tr > :last-child").evaluateAll((cells) =>
    cells.map((cell) => {
      const { right, width } = cell.getBoundingClientRect();
      return { right, width, isCut: cell.scrollWidth > cell.clientWidth };
    }),
  );
  assert.equal(cells.length, 3);
  for (const cell of cells) {
    assert.ok(cell.right <= width && cell.width > 30 && !cell.isCut, JSON.stringify(cell));
  }
  const { overflow, scroll, client } = await user.page.locator(".wide").evaluate((element) => ({
    overflow: getComputedStyle(element).overflow,
    scroll: element.scrollWidth,
    client: element.clientWidth,
  }));
  assert.deepEqual([overflow, scroll], ["visible", client]);
});
