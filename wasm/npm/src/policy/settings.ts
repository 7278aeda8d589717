// The settings of a policy, from objects of JavaScript.

import type { WitSetting } from "./run.js";

/** The value of a setting. A whole number is an integer. An inner object is passed with dotted keys. */
export type SettingValue = string | number | bigint | boolean | readonly string[] | PolicySettings;

/** As `[plugin.settings]` in `cxvars.toml`. */
export interface PolicySettings {
  readonly [key: string]: SettingValue;
}

const MAX_SETTINGS = 1_000;
const KEY = /^[A-Za-z0-9_-]+$/;
/** The integers of 64 bits. */
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * The settings by their whole keys, in the order of these.
 *
 * @throws TypeError if one of them is none.
 */
export function passed(settings: PolicySettings): WitSetting[] {
  const list: WitSetting[] = [];
  collect(settings, "", list);
  if (list.length > MAX_SETTINGS) throw new TypeError(`a policy has at most ${MAX_SETTINGS} settings`);
  return list.sort((one, other) => (one.key < other.key ? -1 : 1));
}

function collect(settings: PolicySettings, prefix: string, list: WitSetting[]): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!KEY.test(name)) throw new TypeError("the key of a setting must have letters, digits, `_` and `-`");
    const key = prefix + name;
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
    if (isTable) collect(value as PolicySettings, `${key}.`, list);
    else list.push({ key, value: settingOf(key, value) });
  }
}

function settingOf(key: string, value: SettingValue): WitSetting["value"] {
  if (typeof value === "string") return { tag: "string", val: value };
  if (typeof value === "boolean") return { tag: "boolean", val: value };
  if (typeof value === "bigint" && value >= LEAST && value <= MOST) return { tag: "integer", val: String(value) };
  if (Number.isSafeInteger(value)) return { tag: "integer", val: String(value) };
  if (typeof value === "number" && Number.isFinite(value)) return { tag: "float", val: value };
  const isStrings = Array.isArray(value) && value.every((item) => typeof item === "string");
  if (isStrings) return { tag: "strings", val: value };
  throw new TypeError(`the setting ${key} must be a string, a finite number, true, false or an array of strings`);
}
