export interface Variable {
  name: string;
  type: string;
  value: string;
}

export const TYPES = ["string", "integer", "boolean", "object"];

export const FIRST: Variable = { name: "retry_limit", type: "integer", value: "3" };
export const NEW: Variable = { name: "", type: "string", value: "" };
