// Builds build/policy.wasm: the compiler makes a core module, and jco makes a component of it.

import { readFile, writeFile } from "node:fs/promises";

import { componentEmbed, componentNew } from "@bytecodealliance/jco";
import asc from "assemblyscript/asc";

const compiled = await asc.main(["assembly/index.ts", "--config", "asconfig.json"], { stderr: process.stderr });
if (compiled.error) process.exit(1);
const embedded = await componentEmbed({
  binary: await readFile("build/core.wasm"),
  witSource: await readFile("wit/policy.wit", "utf8"),
  world: "policy-with-setup",
  stringEncoding: "utf16",
});
const component = await componentNew(embedded, []);
await writeFile("build/policy.wasm", component);
console.log(`build/policy.wasm, ${component.length} bytes`);
