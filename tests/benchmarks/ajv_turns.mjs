// JSON.parse, a compiled schema and a set of names, checking the documents of a folder again and again.
//
// Answers each line on standard input with the seconds of one pass, as core/examples/check_turns.rs does. A document that
// is refused ends it. Run with the folder where ajv is installed as the working directory.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const { default: Ajv } = createRequire(join(process.cwd(), "package.json"))("ajv");

// What the pydantic model of the same comparison demands. That no variable reaches further than `action`, which is what
// the model's second check comes to here, is the one scope that is allowed.
const isDocument = new Ajv().compile({
  type: "object",
  required: ["variables"],
  properties: {
    variables: {
      type: "array",
      maxItems: 50,
      items: {
        type: "object",
        required: ["name", "type", "value"],
        properties: {
          name: { type: "string", pattern: "^[A-Za-z][A-Za-z0-9_]*$" },
          type: { enum: ["string", "integer", "boolean", "object"] },
          value: { type: "string" },
          encrypted: { type: "boolean" },
          scope: { const: "action" },
        },
      },
    },
  },
});

function onePass(texts) {
  const start = performance.now();
  for (const text of texts) {
    const document = JSON.parse(text);
    if (!isDocument(document)) throw new Error(JSON.stringify(isDocument.errors));
    const names = new Set(document.variables.map((variable) => variable.name));
    if (names.size !== document.variables.length) throw new Error("a collision");
  }
  return (performance.now() - start) / 1000;
}

const folder = process.argv[2];
const documents = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
for await (const _ of createInterface({ input: process.stdin })) {
  onePass(documents);
  console.log(onePass(documents));
}
