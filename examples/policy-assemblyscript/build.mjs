// Builds build/policy.wasm: the compiler makes a core module, and jco makes a component of it.

import { readFile, writeFile } from "node:fs/promises";

import { componentEmbed, componentNew } from "@bytecodealliance/jco";
import asc from "assemblyscript/asc";

/** A custom section with a text, which registries and `cxvars plugin inspect` show. */
function section(name, text) {
  const content = Buffer.concat([length(name), Buffer.from(name), Buffer.from(text)]);
  return Buffer.concat([Buffer.of(0), length(content), content]);
}

/** The length in bytes, in LEB128. */
function length(content) {
  const bytes = [];
  let left = Buffer.byteLength(content);
  for (; left > 127; left >>= 7) bytes.push((left & 127) | 128);
  return Buffer.from([...bytes, left]);
}

const compiled = await asc.main(["assembly/index.ts", "--config", "asconfig.json"], { stderr: process.stderr });
if (compiled.error) process.exit(1);
const embedded = await componentEmbed({
  binary: await readFile("build/core.wasm"),
  witSource: await readFile("wit/policy.wit", "utf8"),
  world: "policy-with-setup",
  stringEncoding: "utf16",
});
const { version, license, repository, description } = JSON.parse(await readFile("package.json", "utf8"));
const metadata = { version, licenses: license, source: repository, description };
const sections = Object.entries(metadata).map(([name, text]) => section(name, text));
const component = Buffer.concat([await componentNew(embedded, []), ...sections]);
await writeFile("build/policy.wasm", component);
console.log(`build/policy.wasm, ${component.length} bytes`);
