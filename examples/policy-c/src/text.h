// Texts in UTF-8, as the bindings have them: a pointer and a length, without a zero at the end.
#pragma once

#include "policy.h"

typedef policy_string_t text_t;

/// A text for an initializer.
#define LITERAL(text) {(uint8_t *)(text), sizeof(text) - 1}
/// A text for an expression.
#define TEXT(text) ((text_t)LITERAL(text))

bool text_equals(text_t one, text_t other);
bool text_starts_with(text_t text, text_t start);
/// Compares ASCII letters in any case; `end` is in lower case.
bool text_ends_with(text_t text, text_t end);
/// The part before the first `byte`, or the whole text. `found` says whether there is one; it may be null.
text_t text_before(text_t text, char byte, bool *found);
text_t text_without_start(text_t text, size_t length);
text_t text_join(const text_t *parts, size_t count);

/// Joins the texts that are given.
#define JOIN(...) text_join((const text_t[]){__VA_ARGS__}, sizeof((const text_t[]){__VA_ARGS__}) / sizeof(text_t))
