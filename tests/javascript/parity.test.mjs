// Every build of the engine has the reports of the native one, in Node and in Chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { reportsHash, sha256 } from "./parity.mjs";
import { chromium, PACKAGE, ROOT, serve } from "./support.mjs";

const CORPUS = join(ROOT, "target/parity");
const native = readFileSync(join(CORPUS, "reports.jsonl"), "utf8");
const expected = await sha256(new TextEncoder().encode(native));

for (const build of ["node.js", "contracts.js", "cjs/node.js"]) {
  test(`${build} in Node`, async () => {
    const { check } = await import(join(PACKAGE, build));
    const { reports, hash } = await reportsHash(check, readFileSync(join(CORPUS, "corpus.jsonl"), "utf8"));
    const lines = native.trimEnd().split("\n");
    const differing = lines.findIndex((line, at) => line !== reports[at]);
    assert.equal(reports[differing], lines[differing], `document ${differing}`);
    assert.equal(reports.length, lines.length);
    assert.equal(hash, expected);
  });
}

test("web.js and editor.js in Chromium", async () => {
  const server = await serve(
    { "/package/": PACKAGE, "/corpus/": CORPUS, "/tests/": join(ROOT, "tests/javascript") },
    { "/": { text: "<!doctype html><title>parity</title>" } },
  );
  const browser = await chromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const hashes = await page.evaluate(async () => {
      const { reportsHash } = await import("/tests/parity.mjs");
      const corpus = await (await fetch("/corpus/corpus.jsonl")).text();
      const [web, editor] = [await import("/package/web.js"), await import("/package/editor.js")];
      await Promise.all([web.init(), editor.init()]);
      // The first file checks what it can; what it asks for is in the editor's.
      const check = (...input) => {
        try {
          return web.check(...input);
        } catch (error) {
          if (error.part === undefined || error.part === null) throw error;
          return editor.check(...input);
        }
      };
      const hashes = [];
      for (const run of [check, editor.check]) hashes.push((await reportsHash(run, corpus)).hash);
      return hashes;
    });
    assert.deepEqual(hashes, [expected, expected]);
  } finally {
    await browser.close();
    await server.stop();
  }
});
