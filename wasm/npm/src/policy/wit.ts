// The types of `policy.wit`. A policy is only run if its functions have these types.

/** A type of the component model, as far as policies use it. */
export type Type =
  | "bool"
  | "u32"
  | "s64"
  | "f64"
  | "string"
  | { list: Type }
  | { option: Type }
  | { enum: string[] }
  | { record: [string, Type][] }
  | { tuple: Type[] }
  | { variant: [string, Type | null][] }
  | { result: [Type | null, Type | null] };

/** The type of a function: its parameters and its result. */
export interface FunctionType {
  parameters: [string, Type][];
  result: Type | null;
}

const text: Type = { option: "string" };
const scope: Type = { enum: ["global", "template", "action"] };

const description: Type = {
  record: [
    ["name", "string"],
    ["version", "string"],
    [
      "rules",
      {
        list: {
          record: [
            ["code", "string"],
            ["name", "string"],
            ["severity", { enum: ["warning", "error"] }],
            ["summary", "string"],
          ],
        },
      },
    ],
  ],
};

const valueClass: Type = {
  record: [
    ["length", { enum: ["empty", "under8", "under16", "under32", "under64", "under256", "longer"] }],
    ["entropy", { enum: ["ordinary", "random"] }],
    ["prefix", { enum: ["other", "https-url", "http-url", "url", "credential"] }],
  ],
};

const variable: Type = {
  record: [
    ["name", text],
    ["type", { option: { enum: ["string", "integer", "boolean", "object"] } }],
    ["scope", { option: scope }],
    ["encrypted", "bool"],
    ["absent", "bool"],
    ["has-secret-version", "bool"],
    ["source", { enum: ["inline", "env", "file", "param", "command", "vault", "missing"] }],
    ["value", { option: valueClass }],
    ["contract", text],
  ],
};

const document: Type = {
  record: [
    ["environment", text],
    ["data-action", text],
    ["parent-scope", scope],
    ["variables", { list: variable }],
  ],
};

const place: Type = {
  variant: [
    ["document", null],
    ["variable", "u32"],
    ["field", { tuple: ["u32", { enum: ["name", "type", "value", "encrypted", "scope"] }] }],
  ],
};

const finding: Type = {
  record: [
    ["code", "string"],
    ["place", place],
    ["message", "string"],
    ["help", text],
  ],
};

const setting: Type = {
  record: [
    ["key", "string"],
    [
      "value",
      {
        variant: [
          ["string", "string"],
          ["integer", "s64"],
          ["float", "f64"],
          ["boolean", "bool"],
          ["strings", { list: "string" }],
        ],
      },
    ],
  ],
};

const action: Type = {
  record: [
    ["id", "string"],
    ["alias", text],
  ],
};

const target: Type = {
  record: [
    ["action", { option: action }],
    ["path", text],
  ],
};

/** The functions of the interface `rules`, which every policy has. */
export const RULES = {
  describe: { parameters: [], result: description },
  check: { parameters: [["document", document]], result: { list: finding } },
} satisfies Record<string, FunctionType>;

/** The functions of the interface `setup`, which a policy may have. */
export const SETUP = {
  configure: { parameters: [["settings", { list: setting }]], result: { result: [null, "string"] } },
  "set-target": { parameters: [["target", target]], result: null },
} satisfies Record<string, FunctionType>;
