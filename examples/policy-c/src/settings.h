// The settings of the policy, from `[plugin.settings]`. Each is optional:
//
//     prefixes = { sales = "crm" }            # names begin with `crm_` in the business unit `sales`
//     global_variables = ["tenant_region"]    # variables that may be visible to every action
#pragma once

#include "text.h"

/// Takes the settings. Returns false and says what is wrong and what to do if one is unknown or has the wrong type.
bool settings_take(const exports_setup_list_setting_t *settings, text_t *problem);

/// The prefix of a business unit; false if the settings have none.
bool settings_prefix(text_t unit, text_t *prefix);

/// Whether a variable may have the scope `global`.
bool settings_allow_global(text_t name);
