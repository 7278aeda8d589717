// Renames the exports to their names in a component. AssemblyScript cannot write these names.

import { Transform } from "assemblyscript/transform";

const INTERFACES = {
  rules: { describe: "describe", check: "check" },
  setup: { configure: "configure", setTarget: "set-target" },
};

export default class Rename extends Transform {
  afterCompile(module) {
    for (const [name, functions] of Object.entries(INTERFACES)) {
      for (const [written, renamed] of Object.entries(functions)) {
        module.removeExport(written);
        module.addFunctionExport(`assembly/index/${written}`, `cxvars:validator/${name}@1.1.0#${renamed}`);
      }
    }
  }
}
