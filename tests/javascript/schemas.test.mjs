// The schemas in docs/schemas are fit for SchemaStore: strict, described, and right about the files beside them.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Ajv } from "ajv";
import { parse } from "smol-toml";
import { ROOT } from "./support.mjs";

const FOLDER = join(ROOT, "docs/schemas");
const NAMES = ["cxvars", "cxvars-manifest"];
const schemaOf = (name) => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));

/** The files below `folder`, with what they hold. */
function files(folder) {
  return readdirSync(join(FOLDER, folder)).map((file) => {
    const text = readFileSync(join(FOLDER, folder, file), "utf8");
    return [file, file.endsWith(".toml") ? parse(text) : JSON.parse(text)];
  });
}

/** Calls `visit` with each property of a schema, at any depth. */
function eachProperty(schema, visit) {
  if (typeof schema !== "object" || schema === null) return;
  for (const [name, property] of Object.entries(schema.properties ?? {})) visit(name, property);
  for (const inner of Object.values(schema)) eachProperty(inner, visit);
}

for (const name of NAMES) {
  const schema = schemaOf(name);
  const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);

  test(`${name} accepts its tests and refuses its negative tests`, () => {
    for (const [file, content] of files(`test/${name}`)) {
      assert.ok(validate(content), `${file}: ${JSON.stringify(validate.errors)}`);
    }
    for (const [file, content] of files(`negative_test/${name}`)) assert.ok(!validate(content), file);
  });

  test(`${name} has an address, a title and a description, and describes each property`, () => {
    assert.equal(schema.$schema, "http://json-schema.org/draft-07/schema#");
    assert.equal(schema.$id, `https://json.schemastore.org/${name}.json`);
    assert.ok(schema.title && schema.description);
    eachProperty(schema, (property, described) => {
      // `true` only repeats the name of a property that is required.
      assert.ok(described === true || described.description || described.$ref, property);
    });
  });

  test(`the catalog has the address of ${name}`, () => {
    const { schemas } = JSON.parse(readFileSync(join(FOLDER, "catalog.json"), "utf8"));
    const entry = schemas.find(({ url }) => url === schema.$id);
    assert.ok(entry.name && entry.description && entry.fileMatch.length > 0);
  });
}
