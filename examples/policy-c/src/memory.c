// Memory. A policy lives for one document, so it never frees any.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define PAGE 65536

/// The end of the static data and the stack; the linker sets it.
extern unsigned char __heap_base;

static uintptr_t next;

void *malloc(size_t size) {
  if (next == 0) next = (uintptr_t)&__heap_base;
  uintptr_t start = (next + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
  uintptr_t end = start + size;
  uintptr_t limit = __builtin_wasm_memory_size(0) * PAGE;
  if (end < start) abort();
  if (end > limit && __builtin_wasm_memory_grow(0, (end - limit + PAGE - 1) / PAGE) == SIZE_MAX) abort();
  next = end;
  return (void *)start;
}

// Its caller, `cabi_realloc`, passes on no old size, and the host never enlarges memory.
void *realloc(void *old, size_t size) {
  if (old) abort();
  return malloc(size);
}

void free(void *memory) { (void)memory; }

// Ends the policy, and with it the update.
_Noreturn void abort(void) { __builtin_trap(); }

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
  return to;
}

void *memset(void *to, int byte, size_t count) {
  for (size_t i = 0; i < count; i++) ((unsigned char *)to)[i] = (unsigned char)byte;
  return to;
}

int memcmp(const void *one, const void *other, size_t count) {
  for (size_t i = 0; i < count; i++) {
    int difference = ((const unsigned char *)one)[i] - ((const unsigned char *)other)[i];
    if (difference) return difference;
  }
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}
