// The exports of the component. The rules are in rules.ts.

import { Document, describeAs, Findings } from "./abi";
import { ALL } from "./rules";

export { cabi_realloc } from "./abi";

export function describe(): usize {
  return describeAs("acme-policy", "1.0.0", ALL);
}

export function check(
  hasEnvironment: i32,
  environment: usize,
  environmentLength: i32,
  hasDataAction: i32,
  dataAction: usize,
  dataActionLength: i32,
  parentScope: i32,
  variables: usize,
  count: i32,
): usize {
  const document = new Document(
    hasEnvironment,
    environment,
    environmentLength,
    hasDataAction,
    dataAction,
    dataActionLength,
    parentScope,
    variables,
    count,
  );
  const findings = new Findings();
  for (let rule = 0; rule < ALL.length; rule++) {
    for (let index = 0; index < document.count; index++) {
      const variable = document.variable(index);
      // The update removes this variable, so its other fields do not matter.
      if (variable.absent) continue;
      const problem = ALL[rule].check(document, variable);
      if (problem) findings.add(ALL[rule].code, index, problem);
    }
  }
  return findings.list();
}
