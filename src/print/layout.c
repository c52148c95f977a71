/* SPDX-License-Identifier: Apache-2.0
 * Elements become lines of a paper: broken at blanks, pairs spread over the width, nothing in them that is no
 * character. */
#include <string.h>

#include "document.h"
#include "epurse/utf8.h"

#define ROW_MAX 1024 /* bytes of a line, with what fills a pair */

uint32_t character_take(const char *text, size_t len, size_t *used) {
  uint32_t code;
  size_t size = utf8_take(text, len, &code);
  *used = size > 0 ? size : 1;
  return code;
}

/* A printing character as it is; a blank of whatever width as a blank; else '?': nothing that people typed commands a
 * printer. */
static void character_copy(char *row, size_t *len, const char *text, size_t used, uint32_t code) {
  bool blank = code == 0xA0 || code == 0x2009 || code == 0x202F || code == '\t';
  bool none = code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0xFFFD || (code >= 0x200B && code <= 0x200F) ||
              (code >= 0x2028 && code <= 0x202E) || (code >= 0xD800 && code < 0xE000);
  if (blank || none) {
    row[(*len)++] = blank ? ' ' : '?';
    return;
  }
  memcpy(row + *len, text, used);
  *len += used;
}

struct row {
  char text[ROW_MAX];
  size_t len;
  unsigned characters;
};

/* Where a row may end: at a blank, but not at one that French puts before ; : ! ? and within its quotation marks. */
static bool blank_breaks(const char *text, size_t at) {
  const char *next = text + at + 1;
  bool mark = *next != '\0' && strchr(";:!?", *next) != NULL && (next[1] == '\0' || next[1] == ' ' || next[1] == '\n');
  bool quoted = strncmp(next, "\xC2\xBB", 2) == 0 || (at >= 2 && memcmp(text + at - 2, "\xC2\xAB", 2) == 0);
  return text[at] == ' ' && !mark && !quoted;
}

static bool of_a_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}

/* Or behind a hyphen between letters, as in a double name; not one within a number or a moment. */
static bool hyphen_breaks(const char *text, size_t at) {
  return text[at] == '-' && at > 0 && of_a_word(text[at - 1]) && of_a_word(text[at + 1]);
}

/* What a row can be cut back to: `at` in the text, and how much of the row stands before it. */
struct row_break {
  size_t at, len;
  unsigned characters;
};

static size_t row_cut(struct row *row, const struct row_break *end) {
  row->len = end->len;
  row->characters = end->characters;
  return end->at;
}

/* As much of the text as fits in `columns`, to a blank where there is one, else to a hyphen; answers the bytes of the
 * text that it took. */
static size_t row_fill(struct row *row, const char *text, unsigned columns) {
  size_t whole = strlen(text), at = 0, used = 0;
  struct row_break blank = {0}, hyphen = {0};
  row->len = row->characters = 0;
  for (; at < whole && row->characters < columns && row->len + 4 < ROW_MAX; at += used, row->characters++) {
    uint32_t code = character_take(text + at, whole - at, &used);
    if (code == '\n')
      return at + 1;
    if (row->characters > 0 && blank_breaks(text, at))
      blank = (struct row_break){at + 1, row->len, row->characters};
    character_copy(row->text, &row->len, text + at, used, code);
    if (hyphen_breaks(text, at))
      hyphen = (struct row_break){at + 1, row->len, row->characters + 1};
  }
  if (at >= whole || text[at] == '\n')
    return at + (at < whole);
  if (blank_breaks(text, at))
    return at + 1;
  if (blank.at > 0)
    return row_cut(row, &blank);
  return hyphen.at > 0 ? row_cut(row, &hyphen) : at + (text[at] == ' ');
}

static void line_run(const struct layout *layout, enum print_align align, unsigned style, const char *text) {
  unsigned columns = (style & PRINT_DOUBLE) != 0 ? layout->columns / 2 : layout->columns;
  struct row row;
  do {
    text += row_fill(&row, text, columns);
    layout->row(layout->context, align, style, row.text, row.len);
  } while (*text != '\0');
}

static void pair_run(const struct layout *layout, const struct element *element) {
  unsigned columns = (element->style & PRINT_DOUBLE) != 0 ? layout->columns / 2 : layout->columns;
  struct row left, right;
  bool whole = element->text[row_fill(&left, element->text, columns)] == '\0' &&
               element->second[row_fill(&right, element->second, columns)] == '\0';
  unsigned gap = columns - left.characters;
  if (!whole || left.characters + right.characters + 1 > columns || left.len + gap + right.len > ROW_MAX) {
    line_run(layout, PRINT_LEFT, element->style, element->text);
    line_run(layout, PRINT_RIGHT, element->style, element->second);
    return;
  }
  gap -= right.characters;
  memset(left.text + left.len, ' ', gap);
  memcpy(left.text + left.len + gap, right.text, right.len);
  layout->row(layout->context, PRINT_LEFT, element->style, left.text, left.len + gap + right.len);
}

static void rule_run(const struct layout *layout) {
  char text[ROW_MAX];
  size_t len = layout->columns < ROW_MAX ? layout->columns : ROW_MAX;
  memset(text, '-', len);
  layout->row(layout->context, PRINT_LEFT, PRINT_PLAIN, text, len);
}

static void element_run(const struct layout *layout, const struct element *element) {
  switch (element->kind) {
  case ELEMENT_LINE:
    line_run(layout, element->align, element->style, element->text);
    break;
  case ELEMENT_PAIR:
    pair_run(layout, element);
    break;
  case ELEMENT_RULE:
    rule_run(layout);
    break;
  case ELEMENT_QR:
    if (layout->qr == NULL || !layout->qr(layout->context, element->text))
      line_run(layout, PRINT_CENTRE, PRINT_PLAIN, element->second);
    break;
  case ELEMENT_CUT:
    layout->cut(layout->context);
    break;
  case ELEMENT_DRAWER:
    layout->drawer(layout->context);
    break;
  }
}

enum status layout_run(const struct print_document *document, const struct layout *layout) {
  if (document->failed)
    return STATUS_NO_MEMORY;
  for (size_t i = 0; i < document->count; i++)
    element_run(layout, &document->elements[i]);
  return STATUS_OK;
}
