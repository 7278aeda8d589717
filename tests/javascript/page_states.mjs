// The states of the page that are looked at: in pictures, and by tests of what holds in each of them. A state is a name
// and what a user does on a fresh page to get there.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { failed, GENESIS, logAfter } from "./audit_logs.mjs";

/** The sizes of windows that the page is looked at in: a phone, a tablet and a computer. */
export const WIDTHS = [
  { width: 360, height: 740 },
  { width: 768, height: 900 },
  { width: 1280, height: 800 },
];

const MIXED = JSON.stringify(
  {
    variables: [
      { name: "crm-url", type: "string", value: `https://crm.example.com/${"a-long-path/".repeat(12)}` },
      { name: "auth_token", type: "string", value: "not-a-secret", encrypted: true },
      { name: "a_name_that_is_much_longer_than_the_columns_of_any_table_here", type: "strng", value: " x " },
      { name: "limits", type: "object", value: '{"retries": 3}', scope: "action" },
    ],
  },
  null,
  2,
);

const BROKEN_SETTINGS = '[validate]\nmax_variable = 3\nseverity = { CX999 = "off" }\n';

const LOSSY = `# Where the CRM answers.
data_action: CRM Lookup
variables:
  - name: api_endpoint
    type: string
    value: https://api.example.com/v1
`;

const stored = (...variables) => JSON.stringify({ variables });

/** The fragment of a link that holds a text, as the page makes it. */
export function sharedFragment(shared) {
  return `#/share/${deflateRawSync(JSON.stringify(shared)).toString("base64url")}`;
}

/** An intact log of updates with different outcomes. */
function log() {
  const applied = (latency_ms) => ({
    ...failed(null),
    attempts: 1,
    changed: [{ change: "update", encrypted: true, name: "auth_token" }],
    encrypted_confirmed: 1,
    encrypted_count: 1,
    encrypted_submitted: 1,
    latency_ms,
    outcome: "applied",
    success: true,
    target: "https://api-na1.niceincontact.com",
    variable_count: 7,
    wait_ms: 40,
  });
  const same = { ...applied(88), attempts: 0, changed: [], outcome: "unchanged" };
  const late = failed("the service did not answer within 30 seconds");
  const entries = [applied(412), late, applied(1210.25), same, applied(530)];
  const hourly = entries.map((entry, at) => ({ ...entry, timestamp: 1_700_000_000 + at * 3600 }));
  return logAfter(GENESIS, 1, hourly).text;
}

async function withExample({ page }, name) {
  await page.getByRole("button", { name: "More examples" }).click();
  await page.getByRole("button", { name, exact: true }).click();
}

async function withSettings({ page }, text) {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.locator(".settings-text .cm-content").click();
  await page.keyboard.insertText(text);
}

const go = (user, hash) => user.page.evaluate((hash) => location.assign(hash), hash);

/** The states, by their names. */
export const STATES = {
  "text-empty": async () => undefined,
  "text-findings": async (user) => {
    await withExample(user, "JSON with mistakes");
    await user.status("7 variables");
  },
  "text-fine": async (user) => {
    await withExample(user, "YAML without mistakes");
    await user.status("no findings");
  },
  "text-unreadable": async (user) => {
    await user.openFile("broken.json", '{"variables": [{"name": "a", "type": "string", "value": "x"');
    await user.status("error");
  },
  "text-tooltip": async (user) => {
    await withExample(user, "JSON with mistakes");
    await user.page.locator(".editor .cm-lintRange-error").first().hover();
    await user.page.locator(".editor .cm-tooltip-lint").waitFor();
  },
  "text-wrapped-search": async (user) => {
    await user.openFile("mixed.json", MIXED);
    await user.page.getByLabel("Wrap lines").check();
    await user.click("Find");
    await user.page.locator(".editor .cm-search input").first().fill("path");
  },
  "text-menu": async (user) => {
    await user.page.getByRole("button", { name: "More examples" }).click();
    await user.page.locator(".menu:popover-open").waitFor();
  },
  "text-notice": async (user) => {
    await user.openFile("lossy.yaml", LOSSY);
    await user.status("no findings");
    await user.click("Convert to");
    await user.click(".env");
    await user.page.locator("[role=status] li").first().waitFor();
  },
  "table-empty": async (user) => user.click("Table"),
  "table-findings": async (user) => {
    await user.openFile("mixed.json", MIXED);
    await user.click("Table");
    await user.page.locator(".notes .note").first().waitFor();
  },
  "table-long": async (user) => {
    await withExample(user, "JSON with 50 variables");
    await user.click("Table");
    await user.cell("Name of variable 50").waitFor();
  },
  "table-unreadable": async (user) => {
    await user.openFile("broken.json", '{"variables": [{"name": "a", "type": "string", "value": "x"');
    await user.click("Table");
    await user.page.locator(".hint", { hasText: "fix it in the text view" }).waitFor();
  },
  "settings-empty": async (user) => {
    await user.click("Settings");
    await user.page.locator(".settings-text .cm-content").waitFor();
  },
  "settings-in-force": async (user) => {
    await withExample(user, "JSON with mistakes");
    await user.click("Settings");
    await user.click("Example settings");
    await user.page.locator("#settings-status", { hasText: "In force" }).waitFor();
  },
  "settings-broken": async (user) => {
    await withSettings(user, BROKEN_SETTINGS);
    await user.page.locator(".problems li").first().waitFor();
  },
  "dialog-replace": async (user) => {
    await user.write("[]");
    await user.click("Load example");
    await user.page.locator("dialog[open]").waitFor();
  },
  "dialog-fixes": async (user) => {
    await withExample(user, "JSON with mistakes");
    await user.click("Show them as a diff");
    await user.page.locator("dialog[open] .diff").waitFor();
  },
  "dialog-export": async (user) => {
    await user.openFile("mixed.json", MIXED);
    await user.click("Export");
    await user.page.waitForFunction(() => (document.querySelector("#exported")?.value ?? "") !== "");
  },
  "dialog-share": async (user) => {
    await user.openFile("mixed.json", MIXED);
    await user.click("Share");
    await user.page.locator("dialog[open] #link").waitFor();
  },
  "dialog-shared": async (user) => {
    await user.write("[]");
    await go(user, sharedFragment({ text: MIXED, format: "json", parentScope: "", config: "[validate]\n" }));
    await user.page.locator("dialog[open] #shared-settings").waitFor();
  },
  "dialog-refused": async (user) => {
    await go(user, "#/share/AAAA");
    await user.page.locator("dialog[open] .error").waitFor();
  },
  "plan-empty": async (user) => user.click("Plan"),
  plan: async (user) => {
    await user.openFile("a.json", stored({ name: "a_longer_name_of_a_variable", type: "string", value: "1" }));
    await user.click("Plan");
    const other = { name: "other", type: "string", value: "2" };
    await user.page.fill("#remote", stored({ name: "a_longer_name_of_a_variable", type: "string", value: "2" }, other));
    await user.page.getByLabel(/--prune/).check();
    await user.page.locator(".plan table", { hasText: "delete" }).waitFor();
  },
  "plan-error": async (user) => {
    await user.openFile("a.json", stored({ name: "_a", type: "string", value: "1" }));
    await user.click("Plan");
    await user.page.fill("#remote", stored());
    await user.page.locator(".plan .error").waitFor();
  },
  "audit-empty": async (user) => user.click("Audit log"),
  audit: async (user) => {
    await user.click("Audit log");
    await user.choose("#log", ["audit.jsonl", log()]);
    await user.page.locator(".verdict.intact", { hasText: "5 records, one chain" }).waitFor();
    await user.page.getByText("Hold it against a signed checkpoint").click();
  },
  "audit-broken": async (user) => {
    await user.click("Audit log");
    await user.choose("#log", ["audit.jsonl", log().replace('"attempts":3', '"attempts":2')]);
    await user.page.locator(".verdict.broken", { hasText: "line 2: content does not match its hash" }).waitFor();
  },
  rules: async (user) => user.click("Rules"),
  "rules-chosen": async (user) => {
    await go(user, "#/rules/CX103");
    await user.page.locator(".rule h2").waitFor();
  },
  "rules-none": async (user) => {
    await go(user, "#/rules/CX999");
    await user.page.locator(".rule", { hasText: "There is no rule" }).waitFor();
    await user.page.getByLabel("Find", { exact: true }).fill("nothing has this");
  },
  project: async (user) => {
    const folder = mkdtempSync(join(tmpdir(), "cxvars-states-"));
    try {
      writeFileSync(join(folder, "cxvars.toml"), "[validate]\nmax_variables = 40\n");
      writeFileSync(join(folder, "crm-lookup-of-the-team-in-the-north.json"), MIXED);
      writeFileSync(join(folder, "billing.yaml"), LOSSY);
      await user.page.setInputFiles("#folder", folder);
      await user.page.locator("#project-status", { hasText: "in 2 documents" }).waitFor();
      await user.click("billing.yaml");
      await user.page.locator(".documents [aria-current=true]").waitFor();
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  "notice-replaced": async (user) => {
    await user.openFile("lossy.yaml", LOSSY);
    await user.openFile("a-file-with-a-name-that-is-longer-than-most.json", MIXED);
    await user.says("replaced the text before it");
  },
  failed: async ({ page }) => {
    await page.route("**/*.wasm", (route) => route.abort());
    await page.reload({ waitUntil: "domcontentloaded" });
    await page.locator("#alert", { hasText: "NOTHING HAS BEEN CHECKED" }).waitFor();
    await page.getByText("Why", { exact: true }).click();
  },
  "not-utf-8": async (user) => {
    await user.openFile("picture.json", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe]));
    await user.page.locator("dialog[open]", { hasText: "Not UTF-8" }).waitFor();
  },
};
