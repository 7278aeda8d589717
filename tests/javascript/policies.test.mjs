// A team's policies in the package: in Node, in Chromium and in Firefox they give the findings of the command line, and
// hostile ones are stopped.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { inTemporaryFolder } from "./projects.mjs";
import { chromium, firefox, PACKAGE, ROOT, serve } from "./support.mjs";

const { openPolicies, PolicyError } = await import(join(PACKAGE, "policy.js"));

const POLICIES = join(ROOT, "target/policy");
const LANGUAGES = ["rust", "assemblyscript", "c"];
const SETTINGS = { global_variables: ["shared"], prefixes: { sales: "crm" } };
const NAMES = ["sales_url", "crm_token", "größe", "😀_secret", "shared"];
const VALUES = ["http://crm.example.com", "https://a:b1c2@example.com", "x", ""];

const bytesOf = (language) => new Uint8Array(readFileSync(join(POLICIES, `${language}.wasm`)));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const hash = (value) => sha256(JSON.stringify(value));

/** Documents with every kind of variable that the rules distinguish. */
const documents = NAMES.flatMap((name) =>
  ["", ', "encrypted": true', ', "scope": "global"', ', "state": "absent"'].map((more) => {
    const variables = VALUES.map((value) => `{"name": "${name}", "type": "string", "value": "${value}"${more}}`);
    return `[${variables.join(", ")}]`;
  }),
);

/** A finding as it can be compared: offsets count other units in the command line. */
const comparable = ({ code, name, severity, message, help, pointer, variable }) => ({
  code,
  name,
  severity,
  message,
  help,
  pointer,
  variable,
});

/** The findings of the command line in each document, with a policy. */
function ofCommandLine(language) {
  return inTemporaryFolder((folder) => {
    const file = join(POLICIES, `${language}.wasm`);
    const settings = '[plugin.settings]\nglobal_variables = ["shared"]\nprefixes = { sales = "crm" }\n';
    const plugin = `[[plugin]]\npath = "${file}"\nsha256 = "${sha256(readFileSync(file))}"\n${settings}`;
    writeFileSync(join(folder, "cxvars.toml"), plugin);
    const names = documents.map((_, at) => `${String(at).padStart(3, "0")}.json`);
    names.forEach((name, at) => {
      writeFileSync(join(folder, name), documents[at]);
    });
    const { stdout } = spawnSync(process.env.CXVARS, ["validate", "--format", "json", ...names], {
      cwd: folder,
      encoding: "utf8",
      env: { HOME: folder, PATH: process.env.PATH },
      maxBuffer: 1 << 28,
    });
    return JSON.parse(stdout).files.map(({ diagnostics }) => diagnostics.map(comparable));
  });
}

/** The findings of the package. It runs in a browser, too, so it uses nothing from outside. */
async function ofPackage(open, bytes, digest, settings, texts) {
  const policies = await open([{ bytes, sha256: digest, settings }]);
  const found = [];
  for (const [at, text] of texts.entries()) {
    const path = `${String(at).padStart(3, "0")}.json`;
    const { diagnostics } = await policies.check(text, { target: { path } });
    found.push(diagnostics);
  }
  policies.close();
  return found;
}

let wanted;
before(async () => {
  wanted = await ofCommandLine("rust");
  const codes = wanted.flat().map(({ code }) => code);
  for (const code of ["PX001", "PX002", "PX003", "PX004"]) assert.ok(codes.includes(code) || code === "PX001", code);
});

for (const language of LANGUAGES) {
  test(`the policy in ${language} gives the findings of the command line in Node`, async () => {
    const bytes = bytesOf(language);
    const found = await ofPackage(openPolicies, bytes, sha256(bytes), SETTINGS, documents);
    const compared = found.map((findings) => findings.map(comparable));
    assert.deepEqual(compared, wanted);
    assert.equal(hash(compared), hash(await ofCommandLine(language)));
  });
}

for (const [name, launch] of Object.entries({ Chromium: chromium, Firefox: firefox })) {
  test(`the policies give the findings of the command line in ${name}`, async () => {
    const pages = {
      "/": { text: "<!doctype html><title>policies</title>" },
      "/judge.js": { text: `export default ${ofPackage};`, headers: { "content-type": "text/javascript" } },
    };
    const server = await serve({ "/package/": PACKAGE, "/policy/": POLICIES }, pages);
    const browser = await launch();
    try {
      const tab = await browser.newPage();
      await tab.goto(`${server.url}/`);
      for (const language of LANGUAGES) {
        const given = { language, settings: SETTINGS, documents };
        const found = await tab.evaluate(async ({ language, settings, documents }) => {
          const { openPolicies } = await import("/package/policy.js");
          const { default: judge } = await import("/judge.js");
          const bytes = new Uint8Array(await (await fetch(`/policy/${language}.wasm`)).arrayBuffer());
          const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
          return judge(openPolicies, bytes, hex, settings, documents);
        }, given);
        assert.equal(hash(found.map((findings) => findings.map(comparable))), hash(wanted), language);
      }
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

test("policies and rules learn the environment in either way", async () => {
  const bytes = bytesOf("c");
  const policies = await openPolicies([{ bytes, sha256: sha256(bytes) }]);
  const rule = [{ code: "TR001", message: "m", when: { env: "sales-*" }, require: { name: "sales_*" } }];
  const text = '[{"name": "other", "type": "string", "value": "x"}]';
  for (const told of [{ environment: "sales-prod" }, { target: { environment: "sales-prod" } }]) {
    const { diagnostics } = await policies.check(text, { rule, ...told });
    assert.deepEqual(diagnostics.map(({ code }) => code).sort(), ["PX001", "TR001"]);
  }
  const { diagnostics } = await policies.check(text, { rule });
  assert.deepEqual(diagnostics, []);
  policies.close();
});

test("what is not the pinned file is refused before anything of it runs", async () => {
  const bytes = bytesOf("c");
  const refused = (error) =>
    error instanceof PolicyError && /^the plugin `a.wasm` is not the one that is pinned/.test(error.message);
  await assert.rejects(openPolicies([{ bytes, sha256: "0".repeat(64), file: "a.wasm" }]), refused);
});

test("a policy cannot be opened with settings that it does not know, and not twice with different ones", async () => {
  const [bytes, other] = [bytesOf("c"), bytesOf("rust")];
  const policy = { bytes, sha256: sha256(bytes), file: "a.wasm" };
  await assert.rejects(
    openPolicies([{ ...policy, settings: { unit: 3 } }]),
    /refuses its settings: unknown key `unit`/,
  );
  const twice = [SETTINGS, { global_variables: [] }].map((settings) => ({ ...policy, settings }));
  await assert.rejects(openPolicies(twice), /has different settings in two places/);
  const alike = [policy, { bytes: other, sha256: sha256(other), file: "b.wasm" }];
  await assert.rejects(openPolicies(alike), /`b.wasm` has the rule PX001, which the policy acme-policy has too/);
  const policies = await openPolicies([policy, { ...policy, settings: SETTINGS }]);
  assert.equal(policies.inForce.length, 1);
  policies.close();
});

test("misuse throws and says what is wrong", async () => {
  const bytes = bytesOf("c");
  for (const [policy, message] of [
    [{ bytes: "x", sha256: sha256(bytes) }, /bytes of a policy must be a Uint8Array/],
    [{ bytes, sha256: "3" }, /64 hex digits/],
    [{ bytes, sha256: sha256(bytes), memory_mib: 0 }, /from 1 to 4096/],
    [{ bytes, sha256: sha256(bytes), settings: { "a.b": "x" } }, /letters, digits/],
    [{ bytes, sha256: sha256(bytes), settings: { a: null } }, /the setting a must be a string/],
  ]) {
    await assert.rejects(openPolicies([policy]), (error) => error instanceof TypeError && message.test(error.message));
  }
});

test("a program ends although policies are open", () => {
  const program = `
    import { openPolicies } from ${JSON.stringify(join(PACKAGE, "policy.js"))};
    import { readFileSync } from "node:fs";
    const bytes = new Uint8Array(readFileSync(${JSON.stringify(join(POLICIES, "c.wasm"))}));
    const policies = await openPolicies([{ bytes, sha256: "${sha256(bytesOf("c"))}" }]);
    console.log((await policies.check("[]")).diagnostics.length);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  assert.equal(said, "0\n");
});

test("a program with require runs policies as well", () => {
  const program = `
    const { openPolicies } = require(${JSON.stringify(join(PACKAGE, "cjs/policy.js"))});
    const bytes = new Uint8Array(require("node:fs").readFileSync(${JSON.stringify(join(POLICIES, "c.wasm"))}));
    openPolicies([{ bytes, sha256: "${sha256(bytesOf("c"))}" }]).then(async (policies) => {
      const { diagnostics } = await policies.check('[{"name": "a", "scope": "global"}]');
      console.log(diagnostics.map(({ code }) => code).join());
    });`;
  const said = execFileSync(process.execPath, ["--eval", program], { encoding: "utf8" });
  assert.match(said, /PX003/);
});

/** How long a hostile policy may run here. Most of those that are stopped by it would never end. */
const DEADLINE_MS = 300;
const DOCUMENT = '[{"name": "crm_url", "type": "string", "value": "https://crm.example.com"}]';

/** What is refused natively because compiling it takes long, or takes too much fuel, and simply runs in a browser. */
const ONLY_COUNTED_NATIVELY = /fuel|takes too long to compile/;

test("no hostile policy gives a verdict", async () => {
  const folder = join(POLICIES, "hostile");
  const cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
  assert.ok(cases.length > 60);
  for (const { file, name, why, memory_mib } of cases) {
    const bytes = new Uint8Array(readFileSync(join(folder, file)));
    const reason = await outcome({ bytes, sha256: sha256(bytes), memory_mib });
    assert.ok(reason !== undefined || ONLY_COUNTED_NATIVELY.test(why), name);
  }
});

/** Why a policy gives no verdict; undefined if it gives one that the engine takes. */
async function outcome(policy) {
  let policies;
  try {
    policies = await openPolicies([policy], { deadline_ms: DEADLINE_MS });
    const { diagnostics } = await policies.check(DOCUMENT);
    return diagnostics.find(({ code }) => code === "PX000")?.message;
  } catch (error) {
    assert.ok(error instanceof PolicyError, error.stack);
    return error.message;
  } finally {
    policies?.close();
  }
}
