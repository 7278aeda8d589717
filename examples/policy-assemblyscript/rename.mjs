// Renames the exports to their names in a component. AssemblyScript cannot write these names.

import { Transform } from "assemblyscript/transform";

const INTERFACE = "cxvars:validator/rules@1.1.0";

export default class Rename extends Transform {
  afterCompile(module) {
    for (const name of ["describe", "check"]) {
      const internal = `assembly/index/${name}`;
      module.removeExport(name);
      module.addFunctionExport(internal, `${INTERFACE}#${name}`);
    }
  }
}
