// The exports of the component. The rules are in rules.ts.

import { answer, Context, Document, describeAs, Findings, settingsAt, text } from "./abi";
import { ALL } from "./rules";
import { Settings } from "./settings";

export { cabi_realloc } from "./abi";

// A policy lives for one document, and each of its functions is called once.
const context = new Context(new Settings());

export function configure(list: usize, count: i32): usize {
  const settings = settingsAt(list, count);
  for (let index = 0; index < settings.length; index++) {
    const problem = context.settings.take(settings[index]);
    if (problem !== null) return answer(problem);
  }
  return answer(null);
}

export function setTarget(
  hasAction: i32,
  id: usize,
  idLength: i32,
  hasAlias: i32,
  alias: usize,
  aliasLength: i32,
  hasPath: i32,
  path: usize,
  pathLength: i32,
): void {
  context.action = text(hasAction, id, idLength);
  context.alias = text(hasAlias, alias, aliasLength);
  context.path = text(hasPath, path, pathLength);
}

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
      const problem = ALL[rule].check(context, document, variable);
      if (problem) findings.add(ALL[rule].code, index, problem);
    }
  }
  return findings.list();
}
