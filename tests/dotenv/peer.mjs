// Reads a JSON array of .env texts on standard input, and prints what a peer reads in each of them: `dotenv` is the npm
// package, `node` is Node itself.

import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import dotenv from "dotenv";

const read = { dotenv: dotenv.parse, node: parseEnv }[process.argv[2]];
const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => ({ ...read(text) }))));
