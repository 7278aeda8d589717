// Makes the npm package in target/npm/package from the modules in src and what wasm-bindgen has written into
// target/npm/glue, and packs it. `cxvars-pack npm` calls this after it has built the engine; alone it takes seconds.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../..");
const OUTPUT = join(ROOT, "target/npm");
const GLUE = join(OUTPUT, "glue");
const PACKAGE = join(OUTPUT, "package");

/** The files that `/inline` has in its code. */
const EMBEDDED = ["json_glue_bg", "editor_glue_bg", "audit_glue_bg"];
/** What the CommonJS build has no use for, or replaces. */
const ESM_ONLY = ["edge.ts", "edge_functions.ts", "inline.ts", "modules.d.ts", "web.ts", "workerd.ts"];

const glueFiles = () => readdirSync(GLUE).filter((name) => !name.endsWith(".wasm.d.ts"));
const tsc = (project) => {
  const compiler = join(HERE, "node_modules/.bin/tsc");
  execFileSync(compiler, ["--project", project], { cwd: HERE, stdio: "inherit" });
};

/** Writes each file of the engine as a module that holds it in base64. */
function embed() {
  for (const name of EMBEDDED) {
    const base64 = readFileSync(join(GLUE, `${name}.wasm`)).toString("base64");
    writeFileSync(join(GLUE, `${name}.embedded.js`), `export default "${base64}";\n`);
    writeFileSync(join(GLUE, `${name}.embedded.d.ts`), "declare const base64: string;\nexport default base64;\n");
  }
}

/** The JavaScript of wasm-bindgen. It has to know a compiled module of another realm, as Next's edge runtime has. */
function glueCode(name) {
  const code = readFileSync(join(GLUE, name), "utf8");
  const [before, after, ...more] = code.split("!(module instanceof WebAssembly.Module)");
  if (name.endsWith("_glue.js") !== (after !== undefined && more.length === 0)) {
    throw new Error(`wasm-bindgen writes another initSync than expected; compare ${name} with build.mjs`);
  }
  const isNone = 'Object.prototype.toString.call(module) !== "[object WebAssembly.Module]"';
  return after === undefined ? code : `${before}${isNone}${after}`;
}

/** An emptied folder below target/npm. */
function emptied(name) {
  const folder = join(OUTPUT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The encoders of an emulated browser may be missing, or of another realm, so Node's own are imported. */
function withNodesEncoders(code) {
  const names = ["TextDecoder", "TextEncoder"].filter((name) => code.includes(`new ${name}(`));
  return names.length === 0 ? code : `import { ${names.join(", ")} } from "node:util";\n${code}`;
}

/**
 * A module for `require` has no `import.meta`, and lies in a folder beside the engine's files. The thread of a policy
 * is a module in any case.
 */
function withFileName(code) {
  const url = (file) => `new URL("${file}", require("node:url").pathToFileURL(__filename))`;
  return code
    .replace(/new URL\("(\w+\.wasm)", import\.meta\.url\)/g, (_, file) => url(`../${file}`))
    .replaceAll("import.meta.url", `${url("../../policy/start.js")}.href`);
}

/** Compiles the same modules for `require`: for CommonJS programs, and for Jest, which runs nothing else. */
function buildCommonJs() {
  const copy = (name, from, into) => {
    const code = from === GLUE ? glueCode(name) : readFileSync(join(from, name), "utf8");
    writeFileSync(join(into, name), withFileName(withNodesEncoders(code)));
  };
  const sources = emptied("commonjs");
  for (const folder of ["editor", "policy"]) mkdirSync(join(sources, folder));
  for (const name of readdirSync(join(HERE, "src"), { recursive: true })) {
    if (name.endsWith(".ts") && !ESM_ONLY.includes(name)) copy(name, join(HERE, "src"), sources);
  }
  for (const name of readdirSync(join(HERE, "commonjs"))) {
    if (name.endsWith(".ts")) copy(name, join(HERE, "commonjs"), sources);
  }
  const glue = emptied("commonjs-glue");
  for (const name of glueFiles().filter((name) => !name.includes(".embedded."))) {
    if (name.endsWith(".d.ts")) copy(name, GLUE, sources);
    else if (name.endsWith(".js")) copy(name, GLUE, glue);
  }
  tsc("commonjs/tsconfig.json");
  tsc("commonjs/tsconfig.glue.json");
  writeFileSync(join(PACKAGE, "cjs/package.json"), '{ "type": "commonjs" }\n');
}

const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));
if (!readFileSync(join(HERE, "src/version.ts"), "utf8").includes(`"${version}"`)) {
  throw new Error(`wasm/npm/src/version.ts and package.json differ; write ${version} into both`);
}
embed();
emptied("package");
tsc(".");
for (const name of glueFiles()) {
  if (name.endsWith(".wasm")) cpSync(join(GLUE, name), join(PACKAGE, name));
  else writeFileSync(join(PACKAGE, name), glueCode(name));
}
buildCommonJs();
cpSync(join(HERE, "src/form.css"), join(PACKAGE, "form.css"));
for (const file of ["package.json", "README.md"]) cpSync(join(HERE, file), join(PACKAGE, file));
for (const file of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(join(ROOT, file), join(PACKAGE, file));
const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", OUTPUT], {
  cwd: PACKAGE,
  encoding: "utf8",
});
process.stdout.write(`packed target/npm/${packed.trim()}\n`);
