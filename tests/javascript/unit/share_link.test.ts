import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { isSharedLink, readFragment, type Shared, sharedFragment } from "../../../www/src/share_link.ts";

const fragmentOf = (content: string | Buffer): string =>
  `#/share/${deflateRawSync(content, { level: 9 }).toString("base64url")}`;

const shared = (more: Partial<Record<keyof Shared, unknown>> = {}) =>
  JSON.stringify({ text: "a", format: "yaml", parentScope: "", config: "", ...more });

test("what is put into a link comes out of it again", async () => {
  const texts = ["", "a: b\r\n", "\u0000\u2028 ü 日本 👩‍👩‍👧", '{"variables": []}', "x".repeat(100_000)];
  for (const text of texts) {
    const given: Shared = { text, format: "jsonc", parentScope: "template", config: "[validate]" };
    const fragment = await sharedFragment(given);
    assert.match(fragment, /^#\/share\/[\w-]+$/);
    assert.ok(isSharedLink(fragment));
    assert.deepEqual(await readFragment(fragment), given);
  }
});

test("keys that a link does not need are left out", async () => {
  const read = await readFragment(fragmentOf(JSON.stringify({ ...JSON.parse(shared()), extra: "x" })));
  assert.deepEqual(Object.keys(read).sort(), ["config", "format", "parentScope", "text"]);
});

for (const [name, fragment, reason] of [
  ["is not base64", "#/share/a+b/", /characters that such a link does not have/],
  ["is empty", "#/share/", /characters that such a link does not have/],
  ["has a length that base64 cannot have", "#/share/abcde", /characters|unpacked/],
  ["is not packed", "#/share/AAAAAAAA", /cannot be unpacked/],
  ["was cut", fragmentOf(shared({ text: "abc".repeat(50) })).slice(0, -6), /so it was cut or changed/],
  ["is very long", `#/share/${"A".repeat(100_000)}`, /longer than any link/],
  ["unpacks to far more than it seems", fragmentOf(Buffer.alloc(8_000_000, 32)), /would unpack to more/],
  ["is not UTF-8", fragmentOf(Buffer.from([0xff, 0xfe, 0x22])), /no shared text/],
  ["is not JSON", fragmentOf("text"), /no shared text/],
  ["is null", fragmentOf("null"), /no shared text/],
  ["has another text", fragmentOf(shared({ text: 1 })), /no shared text/],
  ["has an unknown format", fragmentOf(shared({ format: "toml" })), /no shared text/],
  ["has an unknown scope", fragmentOf(shared({ parentScope: "world" })), /no shared text/],
  ["has no settings", fragmentOf(shared({ config: undefined })), /no shared text/],
] as const) {
  test(`a link that ${name} is refused`, async () => {
    await assert.rejects(readFragment(fragment), (error: Error) => reason.test(error.message));
  });
}
