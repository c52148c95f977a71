/* SPDX-License-Identifier: Apache-2.0
 * A document's elements, and how they become lines of a paper. */
#ifndef EPURSE_PRINT_DOCUMENT_H
#define EPURSE_PRINT_DOCUMENT_H

#include "epurse/print.h"

enum element_kind { ELEMENT_LINE, ELEMENT_PAIR, ELEMENT_RULE, ELEMENT_QR, ELEMENT_CUT, ELEMENT_DRAWER };

struct element {
  enum element_kind kind;
  enum print_align align;
  unsigned style;
  char *text, *second; /* second: right of a pair, instead of a QR code */
};

struct print_document {
  struct element *elements;
  size_t count, capacity;
  bool failed; /* memory was short */
};

/* What takes the lines of a paper, from above to below. */
struct layout {
  void *context;
  unsigned columns;
  /* At most as many characters as there are columns, half as many where they are double. Of `len` bytes, UTF-8,
   * printing ones only. */
  void (*row)(void *context, enum print_align align, unsigned style, const char *text, size_t len);
  bool (*qr)(void *context, const char *text); /* false: it does not fit here. NULL: none does */
  void (*cut)(void *context);
  void (*drawer)(void *context);
};
/* STATUS_NO_MEMORY: a part of the document is missing. */
enum status layout_run(const struct print_document *document, const struct layout *layout) EPURSE_MUST_USE;

/* Takes one character off UTF-8, at most `len` bytes and at least one; *used of them. What is none is U+FFFD. */
uint32_t character_take(const char *text, size_t len, size_t *used);

/* Bytes that grow; a failure is kept. */
struct output {
  uint8_t *data;
  size_t len, capacity;
  bool failed;
};
void output_add(struct output *output, const void *data, size_t len);
/* Hands them over, or frees them. STATUS_NO_MEMORY. */
enum status output_end(struct output *output, enum status status, uint8_t **data, size_t *len) EPURSE_MUST_USE;

#endif
