#include "text.h"

#include <stdlib.h>
#include <string.h>

bool text_equals(text_t one, text_t other) { return one.len == other.len && memcmp(one.ptr, other.ptr, one.len) == 0; }

bool text_starts_with(text_t text, text_t start) {
  return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0;
}

bool text_ends_with(text_t text, text_t end) {
  if (text.len < end.len) return false;
  const uint8_t *last = text.ptr + text.len - end.len;
  for (size_t i = 0; i < end.len; i++) {
    bool is_upper = last[i] >= 'A' && last[i] <= 'Z';
    if ((is_upper ? last[i] + ('a' - 'A') : last[i]) != end.ptr[i]) return false;
  }
  return true;
}

text_t text_before(text_t text, char byte, bool *found) {
  size_t length = 0;
  while (length < text.len && text.ptr[length] != (uint8_t)byte) length++;
  if (found) *found = length < text.len;
  return (text_t){text.ptr, length};
}

text_t text_without_start(text_t text, size_t length) { return (text_t){text.ptr + length, text.len - length}; }

text_t text_join(const text_t *parts, size_t count) {
  size_t length = 0;
  for (size_t i = 0; i < count; i++) length += parts[i].len;
  text_t joined = {malloc(length), 0};
  for (size_t i = 0; i < count; i++) {
    memcpy(joined.ptr + joined.len, parts[i].ptr, parts[i].len);
    joined.len += parts[i].len;
  }
  return joined;
}
