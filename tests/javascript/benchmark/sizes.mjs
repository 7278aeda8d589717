// Measures what a page has to load.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";
import { PACKAGE, ROOT } from "../support.mjs";
import { compiledSchema } from "./browser.mjs";
import { table } from "./figures.mjs";

/** The demands of the peers, for valibot. */
const VALIBOT = `
import { array, boolean, literal, maxLength, object, optional, picklist } from "valibot";
import { pipe, regex, safeParse, string } from "valibot";
const variable = object({
  name: pipe(string(), regex(/^[A-Za-z][A-Za-z0-9_]*$/)),
  type: picklist(["string", "integer", "boolean", "object"]),
  value: string(),
  encrypted: optional(boolean()),
  scope: optional(literal("action")),
});
const schema = object({ variables: pipe(array(variable), maxLength(50)) });
globalThis.check = (text) => safeParse(schema, JSON.parse(text));
`;

const compressed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } })
    .length;
const kilobytes = (bytes) => (bytes / 1000).toFixed(0);

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** The script of a page that consists of this module, as a bundler makes it. */
async function bundled(code) {
  const folder = mkdtempSync(join(ROOT, "target/bundle-"));
  writeFileSync(join(folder, "main.js"), code);
  writeFileSync(join(folder, "index.html"), '<script type="module" src="/main.js"></script>');
  const { output } = await build({
    root: folder,
    logLevel: "error",
    resolve: { alias: { valibot: join(ROOT, "tests/javascript/node_modules/valibot") } },
    build: { target: "es2022", modulePreload: { polyfill: false }, write: false },
  });
  rmSync(folder, { recursive: true });
  return Buffer.from(output.find((file) => file.type === "chunk" && file.isEntry).code);
}

/** The sizes of a check and of its peers, of the parts, and of the page. A bundler minifies the modules. */
export async function sizes() {
  const web = JSON.stringify(join(PACKAGE, "web.js"));
  const code = await bundled(`import { check, init } from ${web};\nawait init();\nglobalThis.check = check;\n`);
  const ajv = await bundled(
    compiledSchema()
      .replace("export default", "globalThis.check =")
      .replace(/export const validate = .*?;/, ""),
  );
  const valibot = await bundled(VALIBOT);
  const policy = (name) => bundled(`import * as all from "${join(PACKAGE, "policy", name)}";\nglobalThis.all = all;\n`);
  const adapter = [await policy("worker.js"), await policy("set.js")];
  const engine = (name) => readFileSync(join(PACKAGE, `${name}_glue_bg.wasm`));
  const wasm = engine("json");
  const page = files(join(ROOT, "target/www"))
    .filter((name) => !name.endsWith("cxvars.html"))
    .map((name) => [name, readFileSync(name)]);
  const later = "worker|settings_editor|export_dialog|fixes_dialog|editor_search";
  const isLater = (name) => new RegExp(`/(?:(?:audit|project)_glue|(?:${later})-|offline\\.js$)`).test(name);
  const single = readFileSync(join(ROOT, "target/www/cxvars.html"));
  const sum = (list, size) => list.reduce((total, bytes) => total + size(bytes), 0);
  const row = (name, list, goal) => [
    name,
    goal,
    kilobytes(sum(list, (bytes) => bytes.length)),
    kilobytes(sum(list, compressed)),
  ];
  return table(
    ["what is loaded, kB", "goal", "as it is", "brotli"],
    [
      row("**a check of JSON: engine and modules**", [wasm, code], "≤ 48"),
      row("of that the engine", [wasm], "≤ 64"),
      row("the same demands without findings: ajv, compiled", [ajv], ""),
      row("the same demands without findings: valibot", [valibot], ""),
      row("the part for every format, fixes, plans and conversions", [engine("editor")], ""),
      row("the part for audit logs", [engine("audit")], ""),
      row("the part for contracts and projects", [engine("project")], ""),
      row("what runs policies, without the policies", adapter, ""),
      row(
        "**the page, until it checks**",
        page.filter(([name]) => !isLater(name)).map(([, bytes]) => bytes),
        "≤ 300",
      ),
      row(
        "the page, with what it loads after that: audit logs, and its worker for offline use",
        page.map(([, bytes]) => bytes),
        "",
      ),
      row("the page as one file", [single], ""),
    ],
  );
}
