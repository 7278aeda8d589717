// The peer in JavaScript: checks the documents of a folder by JSON.parse, a compiled schema and a set of names.
//
// It answers each line on standard input with the seconds of one pass, as core/examples/check_turns.rs does, and fails
// on a document that it refuses. Its working directory has to be the folder where ajv is installed.

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { accept, SCHEMA } from "./demands.mjs";

const { default: Ajv } = createRequire(join(process.cwd(), "package.json"))("ajv");

const isDocument = new Ajv().compile(SCHEMA);

function onePass(texts) {
  const start = performance.now();
  for (const text of texts) accept(text, isDocument);
  return (performance.now() - start) / 1000;
}

const folder = process.argv[2];
const documents = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
for await (const _ of createInterface({ input: process.stdin })) {
  onePass(documents);
  console.log(onePass(documents));
}
