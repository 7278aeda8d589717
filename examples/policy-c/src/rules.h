// The rules of the policy.
#pragma once

#include "text.h"

typedef exports_rules_variable_t variable_t;

/// A document and its target.
typedef struct {
  const exports_rules_document_t *document;
  const exports_setup_target_t *target;
} context_t;

/// What is wrong with a variable.
typedef struct {
  exports_rules_field_t field;
  text_t message;
  text_t help;
} problem_t;

typedef struct {
  text_t code;
  text_t name;
  exports_rules_severity_t severity;
  text_t summary;
  /// Whether something is wrong with a variable, and what.
  bool (*check)(const context_t *context, const variable_t *variable, problem_t *problem);
} rule_t;

/// Every rule of the policy.
extern const rule_t RULES[];
extern const size_t RULE_COUNT;
