// The functions of the package, above all with misuse, hostile texts and an engine that has stopped.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { failed, GENESIS, logAfter } from "./audit_logs.mjs";
import { PACKAGE } from "./support.mjs";

const { EngineError, applyFixes, check, explain, fixAll, isForeign, plan, rules, summarize, verifyAudit, version } =
  await import(join(PACKAGE, "node.js"));

const codes = (input, options) => check(input, options).diagnostics.map((finding) => finding.code);

test("misuse throws and says what is wrong", async () => {
  for (const [run, message] of [
    [() => check(3), /^check: the input must be a string or a Uint8Array$/],
    [() => check("[]", 3), /options must be an object/],
    [() => check("[]", []), /options must be an object/],
    [() => check("[]", { max_variable: 3 }), /there is no max_variable; did you mean max_variables\?/],
    [() => check("[]", { format: "toml" }), /format must be json, jsonc, yaml or env/],
    [() => check("[]", { parent_scope: "galaxy" }), /parent_scope must be global, template or action/],
    [() => check("[]", { max_bytes: -1 }), /max_bytes must be a whole number/],
    [() => check("[]", { max_bytes: 0.5 }), /max_bytes must be a whole number/],
    [() => check("[]", { max_bytes: "9" }), /max_bytes must be a whole number/],
    [() => check("[]", { allow_empty: "a" }), /allow_empty must be an array/],
    [() => check("[]", { allow_empty: [3] }), /allow_empty must be a string/],
    [() => check("[]", { severity: { CX999: "off" } }), /there is no rule CX999/],
    [() => check("[]", { severity: { CX103: "on" } }), /severity must be error, warning or off/],
    [() => check("[]", { name_pattern: "(" }), /is not a regular expression/],
    [() => check("[]", { today: "31.1.2027" }), /today must be a day such as 2027-01-31/],
    [() => check("[]", { ignore: [{ code: "CX103" }] }), /ignore\[0\]: an ignore needs a reason/],
    [() => check("[]", { ignore: [{ code: "CX001", reason: "x" }] }), /CX001 cannot be ignored/],
    [() => check("[]", { ignore: [{ code: "CX103", raeson: "x" }] }), /there is no raeson; did you mean reason\?/],
    [() => check("[]", { contracts: {} }), /@cxvars\/validator\/contracts/],
    [() => check("[]", { unsafe: true }), /there is no unsafe/],
    [() => fixAll(3), /^fixAll: the input must be a string or a Uint8Array$/],
    [() => fixAll("[]", 3), /options must be an object/],
    [() => fixAll("[]", { unsafe: 1 }), /^fixAll: unsafe must be true or false$/],
    [() => fixAll("[]", { unsaf: true }), /there is no unsaf/],
    [() => fixAll("[]", { max_variable: 3 }), /there is no max_variable; did you mean max_variables\?/],
    [() => plan(3, "{}"), /the manifest must be a string/],
    [() => plan("[]", "{}", { force: 1 }), /force must be true or false/],
    [() => verifyAudit("", { checkpoint: "" }), /checkpoint and publicKey go together/],
    [() => verifyAudit("", { checkpoint: "{}", publicKey: "x" }), /not an Ed25519 public key/],
    [() => verifyAudit(3), /the log must be a string, a Uint8Array, or a list of files/],
    [() => verifyAudit([{ name: "a" }]), /a list of files with name and content/],
    [() => verifyAudit("", { layout: "folder" }), /layout must be "chain" or "segments"/],
    [() => summarize(undefined), /the log must be a string/],
  ]) {
    await assert.rejects(
      async () => run(),
      (error) => error instanceof TypeError && message.test(error.message),
      String(run),
    );
  }
  assert.deepEqual(codes("[]", {}), []);
  assert.deepEqual(codes("[]", { format: undefined, today: undefined }), []);
});

test("a document is read by its format, else by its name, else as JSON", () => {
  assert.deepEqual(codes("variables: []", { format: "yaml" }), []);
  assert.deepEqual(codes("variables: []", { filename: "team/vars.yml" }), []);
  assert.deepEqual(codes("// none\n[]", { filename: "vars.jsonc" }), []);
  assert.deepEqual(codes("a=3", { filename: ".env.prod" }), []);
  assert.equal(check("", { filename: "vars.json" }).path, "vars.json");
  assert.deepEqual(codes("variables: []"), ["CX001"]);
});

test("a text that is something else is told from a document with a mistake", () => {
  for (const [text, format] of [
    ['{"name": "left-pad", "version": "1.0.0"}', "json"],
    ['{\n  // strict\n  "compilerOptions": {}\n}', "json"],
    ["variables:\n  - name: region\n    value: eu\nsteps:\n  - script: echo\n", "yaml"],
    ["kind: Pod\napiVersion: v1\nmetadata:\n  name: {{ .Values.name }}\n", "yaml"],
    ["", "json"],
  ]) {
    assert.equal(isForeign(text, { format }), true, text);
  }
  assert.equal(isForeign('[{"name": "a" "type": "string", "value": "x"}]'), false);
  assert.equal(
    isForeign(new TextEncoder().encode("data_action: crm\nvariables:\n\t- a"), { filename: "a.yaml" }),
    false,
  );
  assert.throws(() => isForeign(3), /^TypeError: isForeign: the input must be a string or a Uint8Array$/);
  assert.throws(() => isForeign("[]", { formats: "json" }), TypeError);
});

test("an ignore expires by today's date unless a day is given", () => {
  const text = '[{"name": "_a", "type": "string", "value": "x"}]';
  const ignore = (expires) => [{ code: "CX102", reason: "known", expires }];
  assert.deepEqual(codes(text, { ignore: ignore("9999-01-01") }), []);
  assert.deepEqual(codes(text, { ignore: ignore("2020-01-01") }), ["CX102"]);
  assert.deepEqual(codes(text, { ignore: ignore("2020-01-01"), today: "2019-12-31" }), []);
});

test("a configuration counts where no option is given", () => {
  const text = '[{"name": "_a", "type": "string", "value": "x"}]';
  const config = '[[ignore]]\ncode = "CX102"\nreason = "known"\npath = "bu07/**"\n[profile]\ndeadline_s = 9\n';
  assert.deepEqual(codes(text, { config, filename: "bu07/a.json" }), []);
  assert.deepEqual(codes(text, { config, filename: "a.json" }), ["CX102"]);
  assert.deepEqual(codes(text, { config: '[validate.severity]\nCX102 = "off"\n', severity: { CX102: "error" } }), [
    "CX102",
  ]);
  assert.throws(() => check(text, { config: "[validate]\nmax_depth = 0" }), /cxvars\.toml:2:13: .*from 1 to 128/);
});

test("an ignore with a path counts for the documents that match", () => {
  const text = '[{"name": "_a", "type": "string", "value": "x"}]';
  const options = (filename) => ({ filename, ignore: [{ code: "CX102", reason: "known", path: "bu07/**" }] });
  assert.deepEqual(codes(text, options("bu07/team/a.json")), []);
  assert.deepEqual(codes(text, options("bu08/a.json")), ["CX102"]);
  assert.deepEqual(codes(text, { ...options("a"), filename: undefined }), ["CX102"]);
  const braces = (filename) => ({
    filename,
    ignore: [{ code: "CX102", reason: "known", path: "bu0[1-7]/{a,b}.json" }],
  });
  assert.deepEqual(codes(text, braces("bu07/a.json")), []);
  assert.deepEqual(codes(text, braces("bu08/a.json")), ["CX102"]);
  assert.throws(() => check(text, { ignore: [{ code: "CX102", reason: "x", path: "{a" }] }), /no glob: unclosed/);
});

test("fixes are applied together or not at all", () => {
  const text = '[{"name": "é😀", "type": "integer", "value": 3}]';
  const fixes = check(text)
    .diagnostics.flatMap((finding) => finding.fixes)
    .filter((fix) => fix.applicability === "safe");
  assert.equal(applyFixes(text, fixes), text.replace("3}", '"3"}'));
  const fix = (start, end) => ({ message: "", applicability: "safe", edits: [{ start, end, text: "x" }] });
  assert.equal(applyFixes("abc", [fix(2, 3), fix(0, 1)]), "xbx");
  for (const refused of [[fix(0, 2), fix(1, 3)], [fix(1, 1), fix(1, 1)], [fix(0, 4)], [fix(2, 1)], [fix(NaN, 1)]]) {
    assert.throws(() => applyFixes("abc", refused), RangeError);
  }
});

const variable = (name, type, value) => `{"name": "${name}", "type": "${type}", "value": ${value}}`;

test("a fix that does not prove itself is not applied, and the others are", () => {
  // Quoted, 3.5 is a string as it has to be, but not an integer: a new error.
  const text = `[${variable("é😀", "integer", "3.5")},\n${variable("b", "integer", "4")}]`;
  const offered = check(text).diagnostics.flatMap(({ fixes }) => fixes.map(({ applicability }) => applicability));
  assert.deepEqual(offered, ["safe", "safe"]);
  const fixed = fixAll(text);
  assert.equal(fixed.text, text.replace("4}", '"4"}'));
  assert.deepEqual(fixed.applied, [{ code: "CX002", message: "quote the value", line: 2 }]);
  const reason = "it would lead to the error CX202";
  assert.deepEqual(fixed.left_out, [{ code: "CX002", message: "quote the value", line: 1, reason }]);
  assert.deepEqual(fixed.report, check(fixed.text));
  assert.deepEqual(fixAll(fixed.text), { ...fixed, applied: [] });
});

test("one fix brings the next to light, and unsafe ones are applied only on request", () => {
  const text = `{"variables": {"variables": [${variable("a", "int", "3,")}]}}`;
  const safe = fixAll(text, { filename: "a.json" });
  assert.equal(safe.text, `{"variables": [${variable("a", "int", '"3"')}]}`);
  assert.equal(safe.report.path, "a.json");
  assert.deepEqual(codes(safe.text), ["CX201"]);
  assert.deepEqual(fixAll(text, { unsafe: false }).text, safe.text);
  const all = fixAll(text, { unsafe: true });
  assert.equal(all.text, `{"variables": [${variable("a", "integer", '"3"')}]}`);
  assert.deepEqual(all.report.diagnostics, []);
  assert.equal(fixAll("variables:\n  - {name: a, type: integer, value: 3}\n", { format: "yaml" }).applied.length, 1);
});

test("a text that cannot be fixed stays as it was", () => {
  const bytes = (text) => new TextEncoder().encode(text);
  const text = `\ufeff[${variable("a", "integer", "3")}]`;
  assert.equal(fixAll(bytes(text)).text, text.replace("3}", '"3"}'));
  assert.equal(fixAll(bytes("\ufeff[]")).text, "\ufeff[]");
  const none = { applied: [], left_out: [] };
  assert.deepEqual(fixAll(Uint8Array.of(0xff)), { text: null, ...none, report: check(Uint8Array.of(0xff)) });
  // Written as UTF-8, the lone surrogate would be another character.
  const lone = `[${variable("a", "integer", "3")}, ${variable("b", "string", '"\ud800"')}]`;
  assert.deepEqual(fixAll(lone, { unsafe: true }), { text: lone, ...none, report: check(lone) });
  const long = `${" ".repeat(1 << 20)}[${variable("a", "integer", "3")}]`;
  assert.deepEqual(fixAll(long), { text: long, ...none, report: check(long) });
});

test("whatever a text holds, the answer is a report that does not quote values", () => {
  assert.deepEqual(codes("\ud800"), ["CX001"]);
  assert.deepEqual(codes(new Uint8Array([0xff])), ["CX001"]);
  assert.deepEqual(codes("[".repeat(100_000)), ["CX002", "CX006"]);
  const long = `[{"name": "a", "type": "integer", "value": "${"hunter2".repeat(20)}"}]`;
  assert.ok(!JSON.stringify(check(long)).includes("hunter2"));
});

test("a text that is too long takes no memory", () => {
  const text = " ".repeat(300_000_000);
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual(codes(text), ["CX006"]);
  assert.ok(process.memoryUsage().arrayBuffers - before < 16_000_000);
  assert.deepEqual(codes(`${" ".repeat((1 << 20) - 2)}[]`), []);
  assert.deepEqual(codes(`${" ".repeat((1 << 20) - 1)}[]`), ["CX006"]);
});

test("an engine that has stopped is replaced", () => {
  const text = '[{"name": "_a", "type": "string", "value": "x"}]';
  // It has more nodes than fit into an instance's memory, and its caller has lifted the limit on its length.
  const huge = `[${"[],".repeat(30_000_000)}[]]`;
  for (const run of [check, fixAll, check]) {
    assert.throws(() => run(huge, { max_bytes: 2 ** 28 }), EngineError);
    assert.deepEqual(codes(text), ["CX102"]);
  }
});

test("an engine that has stopped is replaced, whichever entry point has it", async () => {
  const text = '[{"name": "_a", "type": "string", "value": "x"}]';
  const huge = `[${"[],".repeat(4_000_000)}[]]`;
  for (const entry of ["inline.js", "editor.js", "contracts.js", "cjs/node.js"]) {
    const validator = await import(join(PACKAGE, entry));
    assert.throws(() => validator.check(huge, { max_bytes: 2 ** 28 }), { name: "EngineError" }, entry);
    assert.equal(validator.check(text).diagnostics[0].code, "CX102", entry);
  }
});

test("a plan and what keeps one from being made are data", async () => {
  const manifest = [
    "data_action: crm",
    "variables:",
    '  - {name: a, type: string, value: "1"}',
    '  - {name: b, type: string, value: "2", encrypted: true}',
    "",
  ].join("\n");
  const remote = JSON.stringify({
    variables: [
      { name: "a", type: "string", value: "0" },
      { name: "c", type: "string", value: "3" },
    ],
  });
  const planned = await plan(manifest, remote, { format: "yaml" });
  assert.deepEqual([planned.action, planned.error, planned.changes_pending], ["crm", null, true]);
  assert.deepEqual(planned.changes, {
    create: ["b"],
    update: ["a"],
    delete: [],
    same: [],
    unknown: [],
    carried_over: ["c"],
  });
  assert.match(planned.digest, /^[0-9a-f]{64}$/);
  assert.deepEqual(
    planned.reasons.map(({ name, change }) => `${name} ${change}`),
    ["a update", "b create", "c carried_over"],
  );
  assert.deepEqual(
    planned.diagnostics.map((finding) => finding.code),
    ["CX502"],
  );
  assert.deepEqual((await plan(manifest, remote, { format: "yaml", prune: ["c"] })).changes.delete, ["c"]);
  assert.match((await plan("nonsense", remote)).error, /errors/);
  assert.match((await plan("[]", "nonsense")).error, /not the JSON of a Data Action/);
});

test("a second thread makes its own of a compiled engine, and plans the same", async () => {
  const { compiled } = await import(join(PACKAGE, "editor.js"));
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const nameOf = (error) => error.name;
    import(workerData.entry).then(async (thread) => {
      const early = [await thread.plan("[]", "{}").catch(nameOf), await thread.init().catch(nameOf)];
      try { thread.check("[]"); } catch (error) { early.push(error.name); }
      await thread.init(workerData.module);
      const misuse = await thread.plan(3, "{}").catch(({ message }) => message);
      const [variable] = thread.outline('[{"name": "a"}]').variables;
      parentPort.postMessage([early, await thread.plan("[]", "{}"), misuse, variable.fields[0].text]);
    });`;
  const entry = pathToFileURL(join(PACKAGE, "editor/thread.js")).href;
  const worker = new Worker(code, { eval: true, workerData: { entry, module: compiled() } });
  const [answer] = await once(worker, "message");
  await worker.terminate();
  const early = ["NotReadyError", "LoadError", "NotReadyError"];
  assert.deepEqual(answer, [early, await plan("[]", "{}"), "plan: the manifest must be a string", "a"]);
});

test("rules and their documentation are those of the engine", () => {
  assert.match(version(), /^\d+\.\d+\.\d+$/);
  for (const { code, name, severity, summary } of rules()) {
    assert.match(explain(code), new RegExp(`^# ${code} ${name}\n`));
    assert.ok(["error", "warning"].includes(severity) && summary.endsWith("."));
    assert.ok(!/^```\w+ /m.test(explain(code)), `${code}: marks for tests are shown`);
  }
  assert.equal(explain("key-collision"), explain("cx103"));
  assert.equal(explain("CX999"), null);
});

test("an audit log of several files is one chain, or segments that are linked", async () => {
  const first = logAfter(GENESIS, 1, [failed("timeout"), failed("reset")]);
  const rotated = logAfter(first.head, 3, [{ event: "rotated" }, failed("403")]);
  const segment = logAfter(first.head, 1, [failed("500")]);
  const file = (name, { text }) => ({ name, content: text });
  const chain = [file("a.0001.jsonl", first), file("a.jsonl", rotated)];
  const { heads, records, status } = await verifyAudit(chain);
  assert.deepEqual([status, records, heads], ["intact", 4, [{ file: null, seq: 4, hash: rotated.head }]]);
  assert.equal((await verifyAudit([...chain].reverse())).first_bad.file, "a.0001.jsonl");
  const segments = [file("b.jsonl", segment), file("a.jsonl", first)];
  assert.equal((await verifyAudit(segments, { layout: "segments" })).status, "intact");
  assert.equal((await verifyAudit(segments)).status, "broken");
  const bytes = Buffer.from(first.text.replace("reset", "r\u00e9s"), "latin1");
  const { line, reason } = (await verifyAudit(new Uint8Array(bytes))).first_bad;
  assert.deepEqual([line, reason], [2, "not UTF-8 text"]);
});
