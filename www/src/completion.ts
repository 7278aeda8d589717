// Completion: keys, and the values of keys that allow only a few words.

const KEYS = ["name", "type", "value", "encrypted", "scope", "value_from", "secret_version", "state"];
const TOP_KEYS = ["variables", "parent_scope", "data_action", "description"];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  type: ["string", "integer", "boolean", "object"],
  scope: ["action", "template", "global"],
  parent_scope: ["action", "template", "global"],
  encrypted: ["true", "false"],
  state: ["absent"],
};

/** What can follow a text. */
export interface Completions {
  kind: "key" | "word";
  /** How many characters of it are typed already. */
  typed: number;
  labels: readonly string[];
}

/** What can follow the beginning of a line. With `isAsked`, the user asked for completion instead of typing. */
export function completionsAt(before: string, isAsked: boolean): Completions | undefined {
  const value = /["']?(\w+)["']?\s*:\s*["']?([\w-]*)$/.exec(before);
  if (value !== null) {
    const labels = WORDS[value[1]!];
    return labels === undefined ? undefined : { kind: "word", typed: value[2]!.length, labels };
  }
  const key = /(?:^|[{,-])\s*["']?(\w*)$/.exec(before);
  if (key === null || (key[1] === "" && !isAsked)) return undefined;
  const isTop = /^\w*$/.test(before);
  return { kind: "key", typed: key[1]!.length, labels: isTop ? TOP_KEYS : KEYS };
}
