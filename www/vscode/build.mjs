// Bundles and packs the extension: `node build.mjs CXVARS`. CXVARS is the program, which prints the JSON Schema.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const npm = join(root, "target/npm/package");
const output = join(root, "target/vscode/extension");

rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, "dist"), { recursive: true });
const common = {
  bundle: true,
  format: "cjs",
  platform: "browser",
  target: "es2022",
  external: ["vscode"],
  logLevel: "warning",
  alias: { "@cxvars/validator/web": join(npm, "web.js") },
};
await build({
  ...common,
  entryPoints: [join(here, "src/extension.ts")],
  outfile: join(output, "dist/extension.js"),
  minify: true,
  // The extension reads the engine's file through the editor, so the address in the code is never used.
  define: { "import.meta.url": '"file:///"' },
});
await build({ ...common, entryPoints: [join(here, "test/suite.ts")], outfile: join(root, "target/vscode/suite.js") });
copyFileSync(join(npm, "validator_glue_bg.wasm"), join(output, "dist/validator.wasm"));
writeFileSync(join(output, "dist/schema.json"), execFileSync(process.argv[2], ["schema"]));
for (const file of ["package.json", "README.md"]) copyFileSync(join(here, file), join(output, file));
copyFileSync(join(root, "CHANGELOG.md"), join(output, "CHANGELOG.md"));
copyFileSync(join(root, "LICENSE-MIT"), join(output, "LICENSE"));
const flags = ["--no-dependencies", "--allow-missing-repository", "--skip-license"];
execFileSync(
  join(here, "node_modules/.bin/vsce"),
  ["package", ...flags, "--out", join(root, "target/vscode/cxvars.vsix")],
  { cwd: output, stdio: ["ignore", "ignore", "inherit"] },
);
// Copied after the packing: the tests run from within the extension's folder, and are not part of the extension.
mkdirSync(join(output, "test"));
copyFileSync(join(root, "target/vscode/suite.js"), join(output, "test/suite.js"));
console.log("packed target/vscode/cxvars.vsix");
