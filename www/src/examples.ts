// Documents to try the page with: in each format with mistakes and without, and a long one.

import type { Format } from "@cxvars/validator/editor";

/** A document to try. */
export interface Example {
  name: string;
  format: Format;
  text: string;
}

const YAML_WITH_MISTAKES = `# Values of encrypted variables are fetched when they are sent: write where from.
variables:
  - name: api_endpoint
    type: string
    value: https://api.example.com/v1
  - name: auth_token
    type: string
    value_from: {env: CRM_AUTH_TOKEN}
    encrypted: true
  - name: retry_limit
    type: integer
    value: 3
  - name: retry_limit
    type: integer
    value: "5"
`;

const JSON_WITH_MISTAKES = `{
  "variables": [
    { "name": "crm-url", "type": "string", "value": "https://crm.example.com/v2" },
    { "name": "retry_limit", "type": "integer", "value": 3 },
    { "name": "Region", "type": "string", "value": " eu-central " },
    { "name": "region", "type": "string", "value": "eu-central" },
    { "name": "verbose", "type": "boolean", "value": "True" },
    { "name": "limits", "type": "object", "value": "{retries: 3}" },
    { "name": "queue", "type": "text", "value": "support", "scop": "action" }
  ]
}
`;

const ENV_WITH_MISTAKES = `# A name, a value, and after it what cannot be told from them.
API_ENDPOINT=https://api.example.com/v1
RETRY_LIMIT=three # cxvars: type=integer
_QUEUE=support
VERBOSE=yes # cxvars: type=boolean
GREETING=Good morning $USER
`;

const YAML_WITHOUT = `data_action: CRM Lookup
parent_scope: action
variables:
  - name: api_endpoint
    type: string
    value: https://api.example.com/v1
  - name: auth_token
    type: string
    value_from: {env: CRM_AUTH_TOKEN}
    encrypted: true
  - name: retry_limit
    type: integer
    value: "3"
  - name: limits
    type: object
    value: '{"per_minute": 60, "burst": 10}'
`;

const JSON_WITHOUT = `{
  "variables": [
    { "name": "api_endpoint", "type": "string", "value": "https://api.example.com/v1", "scope": "action" },
    { "name": "retry_limit", "type": "integer", "value": "3", "scope": "action" },
    { "name": "verbose", "type": "boolean", "value": "false", "scope": "action" }
  ]
}
`;

const ENV_WITHOUT = `# Where the CRM answers.
API_ENDPOINT=https://api.example.com/v1
RETRY_LIMIT=3 # cxvars: type=integer
VERBOSE=false # cxvars: type=boolean
`;

/** The most variables that a Data Action holds. */
const MOST_VARIABLES = 50;

function long(): string {
  const kinds = [
    ["string", "https://api.example.com/v1/part"],
    ["integer", "30"],
    ["boolean", "true"],
    ["object", '{"retries": 3, "wait_ms": 250}'],
  ] as const;
  const variables = Array.from({ length: MOST_VARIABLES }, (_, at) => {
    const [type, value] = kinds[at % kinds.length]!;
    return { name: `${type}_${at + 1}`, type, value, scope: "action" };
  });
  return `${JSON.stringify({ variables }, null, 2)}\n`;
}

/** The first one is what a button loads; the others are in a menu. */
export const EXAMPLES: readonly Example[] = [
  { name: "YAML with mistakes", format: "yaml", text: YAML_WITH_MISTAKES },
  { name: "JSON with mistakes", format: "json", text: JSON_WITH_MISTAKES },
  { name: ".env with mistakes", format: "env", text: ENV_WITH_MISTAKES },
  { name: "YAML without mistakes", format: "yaml", text: YAML_WITHOUT },
  { name: "JSON without mistakes", format: "json", text: JSON_WITHOUT },
  { name: ".env without mistakes", format: "env", text: ENV_WITHOUT },
  { name: `JSON with ${MOST_VARIABLES} variables`, format: "json", text: long() },
];
