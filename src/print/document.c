/* SPDX-License-Identifier: Apache-2.0
 * Documents: a list of elements, each with texts of its own. */
#include "document.h"

#include <stdlib.h>
#include <string.h>

enum status print_document_new(struct print_document **document) {
  *document = calloc(1, sizeof **document);
  return *document != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

void print_document_free(struct print_document **document) {
  struct print_document *old = *document;
  *document = NULL;
  if (old == NULL)
    return;
  for (size_t i = 0; i < old->count; i++) {
    free(old->elements[i].text);
    free(old->elements[i].second);
  }
  free(old->elements);
  free(old);
}

static bool room_make(struct print_document *document) {
  size_t capacity = document->capacity == 0 ? 32 : 2 * document->capacity;
  if (document->count < document->capacity)
    return true;
  struct element *elements = reallocarray(document->elements, capacity, sizeof *elements);
  if (elements == NULL)
    return false;
  document->elements = elements;
  document->capacity = capacity;
  return true;
}

static void element_add(struct print_document *document, struct element element, const char *text, const char *second) {
  if (document->failed)
    return;
  element.text = strdup(text);
  element.second = strdup(second);
  if (element.text != NULL && element.second != NULL && room_make(document)) {
    document->elements[document->count++] = element;
    return;
  }
  free(element.text);
  free(element.second);
  document->failed = true;
}

void print_line(struct print_document *document, enum print_align align, unsigned style, const char *text) {
  element_add(document, (struct element){.kind = ELEMENT_LINE, .align = align, .style = style}, text, "");
}

void print_pair(struct print_document *document, unsigned style, const char *left, const char *right) {
  element_add(document, (struct element){.kind = ELEMENT_PAIR, .style = style}, left, right);
}

void print_rule(struct print_document *document) {
  element_add(document, (struct element){.kind = ELEMENT_RULE}, "", "");
}

void print_qr(struct print_document *document, const char *text, const char *instead) {
  element_add(document, (struct element){.kind = ELEMENT_QR}, text, instead);
}

void print_cut(struct print_document *document) {
  element_add(document, (struct element){.kind = ELEMENT_CUT}, "", "");
}

void print_drawer(struct print_document *document) {
  element_add(document, (struct element){.kind = ELEMENT_DRAWER}, "", "");
}

/* ---- bytes ---- */

void output_add(struct output *output, const void *data, size_t len) {
  size_t capacity = output->capacity == 0 ? 1024 : output->capacity;
  while (capacity - output->len < len)
    capacity *= 2;
  if (!output->failed && capacity != output->capacity) {
    uint8_t *more = realloc(output->data, capacity);
    output->failed = more == NULL;
    if (more == NULL)
      return;
    output->data = more;
    output->capacity = capacity;
  }
  if (output->failed || len == 0)
    return;
  memcpy(output->data + output->len, data, len);
  output->len += len;
}

enum status output_end(struct output *output, enum status status, uint8_t **data, size_t *len) {
  if (status == STATUS_OK && output->failed)
    status = STATUS_NO_MEMORY;
  if (status != STATUS_OK) {
    free(output->data);
    *output = (struct output){.failed = true};
  }
  *data = output->data;
  *len = output->len;
  return status;
}
