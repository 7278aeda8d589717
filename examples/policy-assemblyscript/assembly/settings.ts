// The settings of the policy, from `[plugin.settings]`. Each is optional:
//
//     prefixes = { sales = "crm" }            # names begin with `crm_` in the business unit `sales`
//     global_variables = ["tenant_region"]    # variables that may be visible to every action

import { Setting, SettingType } from "./abi";

const PREFIXES = "prefixes.";

export class Settings {
  private prefixes: Map<string, string> = new Map();
  /** Variables that may have the scope `global`. */
  globalVariables: Array<string> = [];

  /** Takes a setting. Returns what is wrong with it and what to do, or null. */
  take(setting: Setting): string | null {
    const key = setting.key;
    if (key.startsWith(PREFIXES)) {
      if (setting.type != SettingType.String) return "`" + key + "` must be a string";
      this.prefixes.set(key.substring(PREFIXES.length), setting.text);
      return null;
    }
    if (key == "global_variables") {
      if (setting.type != SettingType.Strings) return "`" + key + "` must be an array of strings";
      this.globalVariables = setting.texts;
      return null;
    }
    return "unknown key `" + key + "`; there are `prefixes` and `global_variables`";
  }

  /** The prefix of a business unit, or null if the settings have none. */
  prefix(unit: string): string | null {
    return this.prefixes.has(unit) ? this.prefixes.get(unit) : null;
  }
}
