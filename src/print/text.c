/* SPDX-License-Identifier: Apache-2.0
 * A document as plain text. */
#include "document.h"

struct page {
  struct output output;
  unsigned columns;
};

static void row(void *context, enum print_align align, unsigned style, const char *text, size_t len) {
  struct page *page = context;
  unsigned characters = 0, gap = 0;
  (void)style;
  while (len > 0 && text[len - 1] == ' ')
    len--;
  for (size_t i = 0; i < len; i++)
    characters += ((uint8_t)text[i] & 0xC0) != 0x80;
  if (align != PRINT_LEFT && len > 0 && characters < page->columns)
    gap = (page->columns - characters) / (align == PRINT_CENTRE ? 2 : 1);
  for (unsigned i = 0; i < gap; i++)
    output_add(&page->output, " ", 1);
  output_add(&page->output, text, len);
  output_add(&page->output, "\n", 1);
}

static void cut(void *context) {
  row(context, PRINT_LEFT, PRINT_PLAIN, "", 0);
}

static void drawer(void *context) {
  (void)context;
}

enum status print_text(const struct print_document *document, unsigned columns, char **text, size_t *len) {
  struct page page = {.columns = columns};
  const struct layout layout = {.context = &page, .columns = columns, .row = row, .cut = cut, .drawer = drawer};
  uint8_t *data = NULL;
  enum status status = output_end(&page.output, layout_run(document, &layout), &data, len);
  *text = (char *)data;
  return status;
}
