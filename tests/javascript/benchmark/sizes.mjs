// Measures what a page has to load.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "vite";
import { PACKAGE, ROOT } from "../support.mjs";
import { table } from "./figures.mjs";

const compressed = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } })
    .length;
const kilobytes = (bytes) => (bytes / 1000).toFixed(0);

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** The sizes of a check, of the page and of a check with contracts. A bundler minifies the modules of the check. */
export async function sizes() {
  const folder = mkdtempSync(join(tmpdir(), "cxvars-bundle-"));
  const entry = join(folder, "main.js");
  const web = JSON.stringify(join(PACKAGE, "web.js"));
  writeFileSync(entry, `import { check, init } from ${web};\nawait init();\nglobalThis.check = check;\n`);
  writeFileSync(join(folder, "index.html"), '<script type="module" src="/main.js"></script>');
  const { output } = await build({
    root: folder,
    logLevel: "error",
    build: { target: "es2022", modulePreload: { polyfill: false }, write: false },
  });
  rmSync(folder, { recursive: true });
  const code = Buffer.from(output.find((file) => file.type === "chunk" && file.isEntry).code);
  const wasm = readFileSync(join(PACKAGE, "json_glue_bg.wasm"));
  const page = files(join(ROOT, "target/www"))
    .filter((name) => !name.endsWith("cxvars.html"))
    .map((name) => [name, readFileSync(name)]);
  const isLater = (name) => /\/audit_glue|\/offline\.js$/.test(name);
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
      row("**a check: engine and modules**", [wasm, code], "≤ 96, then ≤ 64"),
      row("of that the engine", [wasm], ""),
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
      row("a check with contracts: engine", [readFileSync(join(PACKAGE, "project_glue_bg.wasm"))], ""),
    ],
  );
}
