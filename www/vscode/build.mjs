// Bundles and packs the extension: `node build.mjs CXVARS [--bundle-program]`. CXVARS is the program, which prints the
// JSON Schemas. With `--bundle-program` it becomes part of the extension, which then fits its platform only.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const server = join(root, "target/language-server");
const policies = join(root, "wasm/npm/src/policy");
const output = join(root, "target/vscode/extension");
const [program, bundle] = process.argv.slice(2);

rmSync(output, { recursive: true, force: true });
mkdirSync(join(output, "dist"), { recursive: true });
const common = {
  bundle: true,
  format: "cjs",
  target: "es2022",
  external: ["vscode"],
  logLevel: "warning",
  alias: {
    "@cxvars/language-server": join(server, "language_server.js"),
    "@cxvars/validator/policy/set": join(policies, "set.ts"),
  },
};
// The thread of a policy is started from a text, because an extension has no address from which an editor in a browser
// lets it start one.
const thread = await build({
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  target: "es2022",
  entryPoints: [join(policies, "worker.ts")],
});
const extension = {
  ...common,
  minify: true,
  define: {
    RULES: JSON.stringify(rules()),
    POLICY_THREAD: JSON.stringify(thread.outputFiles[0].text),
    // The extension reads the module through the editor, so the address in the code is never used.
    "import.meta.url": '"file:///"',
  },
};
const browser = { platform: "browser", conditions: ["browser"] };
await build({
  ...extension,
  ...browser,
  entryPoints: [join(here, "src/browser.ts")],
  outfile: join(output, "dist/browser.js"),
});
await build({
  ...extension,
  platform: "node",
  entryPoints: [join(here, "src/node.ts")],
  outfile: join(output, "dist/node.js"),
});
copyFileSync(join(server, "language_server_bg.wasm"), join(output, "dist/language_server.wasm"));
writeFileSync(join(output, "dist/schema.json"), execFileSync(program, ["schema", "--no-config"]));
writeFileSync(join(output, "dist/configuration.schema.json"), execFileSync(program, ["schema", "--config"]));
for (const file of ["package.json", "README.md", "icon.png"]) copyFileSync(join(here, file), join(output, file));
cpSync(join(here, "walkthrough"), join(output, "walkthrough"), { recursive: true });
copyFileSync(join(root, "CHANGELOG.md"), join(output, "CHANGELOG.md"));
copyFileSync(join(root, "LICENSE-MIT"), join(output, "LICENSE"));
if (bundle === "--bundle-program") {
  const name = basename(program).endsWith(".exe") ? "cxvars.exe" : "cxvars";
  mkdirSync(join(output, "bin"));
  copyFileSync(program, join(output, "bin", name));
  chmodSync(join(output, "bin", name), 0o755);
}
const flags = ["--no-dependencies", "--allow-missing-repository", "--skip-license", "--allow-unused-files-pattern"];
execFileSync(
  join(here, "node_modules/.bin/vsce"),
  ["package", ...flags, "--out", join(root, "target/vscode/cxvars.vsix")],
  { cwd: output, stdio: ["ignore", "ignore", "inherit"] },
);
// After the packing, because tests are not part of the extension: those in the editor run from within its folder.
await build({
  ...common,
  ...browser,
  entryPoints: ["suite", "workspace_findings"].map((name) => join(here, `test/${name}.ts`)),
  outdir: join(output, "test"),
});
await build({
  ...common,
  platform: "node",
  entryPoints: [join(here, "test/program.ts")],
  outfile: join(root, "target/vscode/program.cjs"),
});
console.log("packed target/vscode/cxvars.vsix");

/** The rules by code, from docs/rules.md, which is generated from their documentation. */
function rules() {
  const [, ...sections] = readFileSync(join(root, "docs/rules.md"), "utf8").split(/^## (?=CX\d)/m);
  return Object.fromEntries(
    sections.map((section) => {
      const [, code, name, summary] = /^(\S+) (\S+)\n\n(.+?)\n\n/s.exec(section);
      const text = section.replace(/^### /gm, "## ").trimEnd();
      return [code, { name, summary: summary.replaceAll("\n", " "), text: `# ${text}\n` }];
    }),
  );
}
