/* SPDX-License-Identifier: Apache-2.0
 * OpenSSL's heap, wiped when it is given back. */
#include "heap.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void *heap_get(size_t size, const char *file, int line) {
  (void)file, (void)line;
  return size > 0 ? malloc(size) : NULL;
}

static void heap_return(void *memory, const char *file, int line) {
  (void)file, (void)line;
  if (memory != NULL) {
    explicit_bzero(memory, malloc_usable_size(memory)); /* OPENSSL_cleanse takes eight bytes at a time */
    free(memory);
  }
}

/* realloc(3) would leave what it moves away from as it was. */
static void *heap_resize(void *memory, size_t size, const char *file, int line) {
  size_t before = memory != NULL ? malloc_usable_size(memory) : 0;
  void *fresh = NULL;

  if (size > 0) {
    fresh = malloc(size);
    if (fresh == NULL)
      return NULL; /* what there was stays */
    if (memory != NULL)
      memcpy(fresh, memory, before < size ? before : size);
  }
  heap_return(memory, file, line);
  return fresh;
}

void heap_wipe_freed(void) {
  (void)CRYPTO_set_mem_functions(heap_get, heap_resize, heap_return);
}
