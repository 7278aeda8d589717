#include "settings.h"

static const text_t PREFIXES = LITERAL("prefixes.");

// They stay in memory as the host has put them there.
static exports_setup_list_setting_t taken;
static policy_list_string_t global_variables;

static bool take(const exports_setup_setting_t *setting, text_t *problem) {
  if (text_starts_with(setting->key, PREFIXES)) {
    if (setting->value.tag == EXPORTS_SETUP_SETTING_VALUE_STRING) return true;
    *problem = JOIN(TEXT("`"), setting->key, TEXT("` must be a string"));
    return false;
  }
  if (text_equals(setting->key, TEXT("global_variables"))) {
    if (setting->value.tag == EXPORTS_SETUP_SETTING_VALUE_STRINGS) {
      global_variables = setting->value.val.strings;
      return true;
    }
    *problem = JOIN(TEXT("`"), setting->key, TEXT("` must be an array of strings"));
    return false;
  }
  *problem = JOIN(TEXT("unknown key `"), setting->key, TEXT("`; there are `prefixes` and `global_variables`"));
  return false;
}

bool settings_take(const exports_setup_list_setting_t *settings, text_t *problem) {
  for (size_t i = 0; i < settings->len; i++) {
    if (!take(&settings->ptr[i], problem)) return false;
  }
  taken = *settings;
  return true;
}

bool settings_prefix(text_t unit, text_t *prefix) {
  for (size_t i = 0; i < taken.len; i++) {
    const exports_setup_setting_t *setting = &taken.ptr[i];
    if (text_starts_with(setting->key, PREFIXES) && text_equals(text_without_start(setting->key, PREFIXES.len), unit)) {
      *prefix = setting->value.val.string;
      return true;
    }
  }
  return false;
}

bool settings_allow_global(text_t name) {
  for (size_t i = 0; i < global_variables.len; i++) {
    if (text_equals(global_variables.ptr[i], name)) return true;
  }
  return false;
}
