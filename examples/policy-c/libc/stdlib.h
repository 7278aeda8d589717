// The functions of the standard library that the bindings use; src/memory.c has them.
#pragma once

#include <stddef.h>

void *malloc(size_t size);
void *realloc(void *old, size_t size);
void free(void *memory);
_Noreturn void abort(void);
