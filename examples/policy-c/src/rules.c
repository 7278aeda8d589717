// The rules. Each has a code, a summary, and a function that checks one variable. Add yours to RULES.

#include "rules.h"

#include "settings.h"

/// The prefix that names begin with; false if there is none to compare with.
static bool prefix_of(const context_t *context, text_t *prefix) {
  const policy_option_string_t *environment = &context->document->environment, *path = &context->target->path;
  if (environment->is_some) {
    text_t unit = text_before(environment->val, '-', NULL);
    if (!settings_prefix(unit, prefix)) *prefix = unit;
    return true;
  }
  bool is_in_folder = false;
  if (!path->is_some) return false;
  text_t folder = text_before(path->val, '/', &is_in_folder);
  return is_in_folder && settings_prefix(folder, prefix);
}

/// In the environment `sales-prod`, names begin with `sales_`, or with another prefix that the settings have for
/// `sales`. Without an environment, the unit is the folder of the document, if the settings have a prefix for it.
static bool business_unit(const context_t *context, const variable_t *variable, problem_t *problem) {
  text_t prefix, name = variable->name.val;
  if (!variable->name.is_some || !prefix_of(context, &prefix)) return false;
  if (text_starts_with(name, prefix) && text_starts_with(text_without_start(name, prefix.len), TEXT("_"))) return false;
  problem->field = EXPORTS_RULES_FIELD_NAME;
  problem->message = JOIN(TEXT("the name does not begin with the prefix `"), prefix, TEXT("` of the business unit"));
  problem->help = JOIN(TEXT("name it `"), prefix, TEXT("_"), name, TEXT("`"));
  return true;
}

static bool credentials(const context_t *context, const variable_t *variable, problem_t *problem) {
  static const text_t ENDINGS[] = {LITERAL("_token"), LITERAL("_secret"),     LITERAL("_password"),
                                   LITERAL("_key"),   LITERAL("_credential"), LITERAL("_credentials")};
  (void)context;
  if (variable->encrypted) return false;
  bool is_named_so = false;
  for (size_t i = 0; variable->name.is_some && i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
    is_named_so |= text_ends_with(variable->name.val, ENDINGS[i]);
  }
  bool looks_so = variable->value.is_some && variable->value.val.prefix == EXPORTS_RULES_PREFIX_CLASS_CREDENTIAL;
  if (!is_named_so && !looks_so) return false;
  problem->field = is_named_so ? EXPORTS_RULES_FIELD_NAME : EXPORTS_RULES_FIELD_VALUE;
  problem->message = TEXT("a credential is not encrypted");
  problem->help = TEXT("set `encrypted` to true");
  return true;
}

static bool scope(const context_t *context, const variable_t *variable, problem_t *problem) {
  (void)context;
  if (!variable->scope.is_some || variable->scope.val != EXPORTS_RULES_SCOPE_GLOBAL) return false;
  if (variable->name.is_some && settings_allow_global(variable->name.val)) return false;
  problem->field = EXPORTS_RULES_FIELD_SCOPE;
  problem->message = TEXT("every action of the tenant would see this variable");
  problem->help = TEXT("use the scope `template` or `action`, or ask the platform team");
  return true;
}

static bool https(const context_t *context, const variable_t *variable, problem_t *problem) {
  (void)context;
  if (!variable->value.is_some || variable->value.val.prefix != EXPORTS_RULES_PREFIX_CLASS_HTTP_URL) return false;
  problem->field = EXPORTS_RULES_FIELD_VALUE;
  problem->message = TEXT("the address is reached without TLS");
  problem->help = TEXT("use https");
  return true;
}

const rule_t RULES[] = {
    {
        LITERAL("PX001"),
        LITERAL("business-unit-prefix"),
        EXPORTS_RULES_SEVERITY_ERROR,
        LITERAL("The name does not begin with the prefix of the business unit."),
        business_unit,
    },
    {
        LITERAL("PX002"),
        LITERAL("encrypt-credentials"),
        EXPORTS_RULES_SEVERITY_ERROR,
        LITERAL("A variable that is named like a credential, or whose value looks like one, is not encrypted."),
        credentials,
    },
    {
        LITERAL("PX003"),
        LITERAL("no-global-scope"),
        EXPORTS_RULES_SEVERITY_ERROR,
        LITERAL("A variable is visible to every action of the tenant."),
        scope,
    },
    {
        LITERAL("PX004"),
        LITERAL("https-only"),
        EXPORTS_RULES_SEVERITY_WARNING,
        LITERAL("An address is reached without TLS."),
        https,
    },
};
const size_t RULE_COUNT = sizeof RULES / sizeof *RULES;
