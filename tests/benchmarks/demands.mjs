// What the peer in JavaScript demands of a document: JSON.parse, a compiled schema and a set of names.

// What the pydantic model of the same comparison demands. That no variable reaches further than `action`, which is what
// the model's second check comes to here, is the one scope that is allowed.
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
