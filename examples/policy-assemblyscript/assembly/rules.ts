// The rules. A rule is a code, a sentence and a function that checks one variable. Add yours to ALL.

import { Context, Document, Field, PrefixClass, Problem, Rule, Scope, Severity, Variable } from "./abi";

const ENDINGS: Array<string> = ["_token", "_secret", "_password", "_key", "_credential", "_credentials"];

export const ALL: Array<Rule> = [
  new Rule(
    "PX001",
    "business-unit-prefix",
    Severity.Error,
    "The name does not begin with the prefix of the business unit.",
    businessUnit,
  ),
  new Rule(
    "PX002",
    "encrypt-credentials",
    Severity.Error,
    "A variable that is named like a credential, or whose value looks like one, is not encrypted.",
    credentials,
  ),
  new Rule("PX003", "no-global-scope", Severity.Error, "A variable is visible to every action of the tenant.", scope),
  new Rule("PX004", "https-only", Severity.Warning, "An address is reached without TLS.", https),
];

/**
 * In the environment `sales-prod`, names begin with `sales_`, or with another prefix that the settings have for
 * `sales`. Without an environment, the unit is the folder of the document, if the settings have a prefix for it.
 */
function businessUnit(context: Context, document: Document, variable: Variable): Problem | null {
  const prefix = prefixFor(context, document);
  const name = variable.name;
  if (prefix === null || name === null || name.startsWith(prefix + "_")) return null;
  const message = "the name does not begin with the prefix `" + prefix + "` of the business unit";
  return new Problem(Field.Name, message, "name it `" + prefix + "_" + name + "`");
}

function prefixFor(context: Context, document: Document): string | null {
  const environment = document.environment;
  if (environment !== null) {
    const unit = environment.split("-")[0];
    const prefix = context.settings.prefix(unit);
    return prefix === null ? unit : prefix;
  }
  const path = context.path;
  if (path === null || !path.includes("/")) return null;
  return context.settings.prefix(path.split("/")[0]);
}

function credentials(context: Context, document: Document, variable: Variable): Problem | null {
  if (variable.encrypted) return null;
  const name = variable.name;
  const lower = name === null ? "" : name.toLowerCase();
  let isNamedSo = false;
  for (let index = 0; index < ENDINGS.length; index++) {
    if (lower.endsWith(ENDINGS[index])) isNamedSo = true;
  }
  const looksSo = variable.hasValue && variable.prefix == PrefixClass.Credential;
  if (!isNamedSo && !looksSo) return null;
  return new Problem(isNamedSo ? Field.Name : Field.Value, "a credential is not encrypted", "set `encrypted` to true");
}

function scope(context: Context, document: Document, variable: Variable): Problem | null {
  if (variable.scope != Scope.Global) return null;
  const name = variable.name;
  if (name !== null && context.settings.globalVariables.includes(name)) return null;
  const help = "use the scope `template` or `action`, or ask the platform team";
  return new Problem(Field.Scope, "every action of the tenant would see this variable", help);
}

function https(context: Context, document: Document, variable: Variable): Problem | null {
  if (!variable.hasValue || variable.prefix != PrefixClass.HttpUrl) return null;
  return new Problem(Field.Value, "the address is reached without TLS", "use https");
}
