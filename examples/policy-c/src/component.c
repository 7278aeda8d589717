// The policy as a component. `wit/policy.wit` describes its input and its answers. The rules are in rules.c, the
// settings in settings.c; this file only passes the document to each rule.

#include <stdlib.h>

#include "rules.h"
#include "settings.h"

static exports_setup_target_t target;

bool exports_setup_configure(exports_setup_list_setting_t *settings, policy_string_t *problem) {
  return settings_take(settings, problem);
}

void exports_setup_set_target(exports_setup_target_t *given) { target = *given; }

void exports_rules_describe(exports_rules_description_t *description) {
  exports_rules_rule_t *described = malloc(RULE_COUNT * sizeof *described);
  for (size_t i = 0; i < RULE_COUNT; i++) {
    described[i] = (exports_rules_rule_t){RULES[i].code, RULES[i].name, RULES[i].severity, RULES[i].summary};
  }
  *description = (exports_rules_description_t){TEXT("acme-policy"), TEXT("1.0.0"), {described, RULE_COUNT}};
}

void exports_rules_check(exports_rules_document_t *document, exports_rules_list_finding_t *findings) {
  const context_t context = {document, &target};
  size_t count = document->variables.len;
  *findings = (exports_rules_list_finding_t){malloc(RULE_COUNT * count * sizeof(exports_rules_finding_t)), 0};
  for (size_t rule = 0; rule < RULE_COUNT; rule++) {
    for (size_t i = 0; i < count; i++) {
      const variable_t *variable = &document->variables.ptr[i];
      problem_t problem;
      // The update removes an absent variable, so its other fields do not matter.
      if (variable->absent || !RULES[rule].check(&context, variable, &problem)) continue;
      findings->ptr[findings->len++] = (exports_rules_finding_t){
          .code = RULES[rule].code,
          .place = {.tag = EXPORTS_RULES_PLACE_FIELD, .val.field = {(uint32_t)i, problem.field}},
          .message = problem.message,
          .help = {true, problem.help},
      };
    }
  }
}
