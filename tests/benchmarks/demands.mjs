// What the peer in JavaScript demands of a document: JSON.parse, a compiled schema and a set of names.

// The same demands as those of the pydantic model. The model's second check is that no variable has a wider scope than
// `action`; here `action` is the only scope that is allowed.
export const SCHEMA = {
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
};

/** Accepts a document or throws; `isDocument` is the compiled schema. */
export function accept(text, isDocument) {
  const document = JSON.parse(text);
  if (!isDocument(document)) throw new Error(JSON.stringify(isDocument.errors));
  const names = new Set(document.variables.map((variable) => variable.name));
  if (names.size !== document.variables.length) throw new Error("a collision");
}
