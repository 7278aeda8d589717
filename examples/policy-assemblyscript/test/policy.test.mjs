// Tests the policy as a component, run by the host for JavaScript.

import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { transpile } from "@bytecodealliance/jco";

const folder = join(import.meta.dirname, "../build/js");
await rm(folder, { recursive: true, force: true });
const { files } = await transpile(await readFile(join(folder, "../policy.wasm")), { name: "policy" });
for (const [name, content] of Object.entries(files)) {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}
await writeFile(join(folder, "package.json"), '{"type": "module"}');
/** A new instance, as for each document. */
let instances = 0;
async function policy(settings = [], target = {}) {
  const { rules, setup } = await import(`${pathToFileURL(join(folder, "policy.js"))}?${instances++}`);
  setup.configure(settings);
  setup.setTarget(target);
  return rules;
}
const rules = await policy();

function variable(name, more = {}) {
  const flags = { encrypted: false, absent: false, hasSecretVersion: false };
  return { name, type: "string", scope: "action", ...flags, source: "inline", ...more };
}

function found(variable, environment, policy = rules) {
  return policy.check({ environment, parentScope: "action", variables: [variable] }).map(({ code }) => code);
}

const value = (prefix) => ({ value: { length: "under32", entropy: "ordinary", prefix } });

test("it says who it is", () => {
  const { name, version, rules: described } = rules.describe();
  assert.deepEqual([name, version], ["acme-policy", "1.0.0"]);
  assert.deepEqual(
    described.map(({ code }) => code),
    ["PX001", "PX002", "PX003", "PX004"],
  );
});

test("names begin with the business unit of the environment", () => {
  assert.deepEqual(found(variable("crm_url"), "sales-prod"), ["PX001"]);
  assert.deepEqual(found(variable("salesurl"), "sales-prod"), ["PX001"]);
  assert.deepEqual(found(variable("sales_url"), "sales-prod"), []);
  assert.deepEqual(found(variable("crm_url")), []);
});

test("the settings have other prefixes", async () => {
  const settings = [{ key: "prefixes.sales", value: { tag: "string", val: "crm" } }];
  const configured = await policy(settings);
  assert.deepEqual(found(variable("crm_url"), "sales-prod", configured), []);
  assert.deepEqual(found(variable("sales_url"), "sales-prod", configured), ["PX001"]);
  assert.deepEqual(found(variable("crm_url"), "hr", configured), ["PX001"]);
  assert.deepEqual(found(variable("sales_url"), undefined, await policy(settings, { path: "sales/vars.yaml" })), [
    "PX001",
  ]);
  assert.deepEqual(found(variable("sales_url"), undefined, await policy(settings, { path: "hr/vars.yaml" })), []);
});

test("known settings are taken and others are refused", async () => {
  const names = { key: "global_variables", value: { tag: "strings", val: ["größe", "a"] } };
  const configured = await policy([names]);
  assert.deepEqual(found(variable("a", { scope: "global" }), undefined, configured), []);
  assert.deepEqual(found(variable("b", { scope: "global" }), undefined, configured), ["PX003"]);
  for (const [key, value, problem] of [
    ["prefix", { tag: "boolean", val: true }, "unknown key `prefix`; there are `prefixes` and `global_variables`"],
    ["prefixes.sales", { tag: "integer", val: 3n }, "`prefixes.sales` must be a string"],
    ["global_variables", { tag: "string", val: "a" }, "`global_variables` must be an array of strings"],
  ]) {
    await assert.rejects(policy([{ key, value }]), ({ payload }) => payload === problem);
  }
});

test("credentials are encrypted", () => {
  assert.deepEqual(found(variable("CRM_Token")), ["PX002"]);
  assert.deepEqual(found(variable("crm", value("credential"))), ["PX002"]);
  assert.deepEqual(found(variable("crm_token", { encrypted: true })), []);
  assert.deepEqual(found(variable("token_lifetime_s")), []);
});

test("no variable is global, and addresses are reached by https", () => {
  assert.deepEqual(found(variable("a", { scope: "global" })), ["PX003"]);
  assert.deepEqual(found(variable("a", value("http-url"))), ["PX004"]);
  assert.deepEqual(found(variable("a", value("https-url"))), []);
});

test("what is to be removed cannot be wrong", () => {
  assert.deepEqual(found(variable("crm_token", { absent: true }), "sales-prod"), []);
});

test("a finding says where, what, and what to do", () => {
  const document = { parentScope: "action", variables: [variable("a"), variable("größe_😀_token")] };
  const [finding] = rules.check(document);
  assert.deepEqual(finding.place, { tag: "field", val: [1, "name"] });
  assert.equal(finding.message, "a credential is not encrypted");
  assert.equal(finding.help, "set `encrypted` to true");
});
