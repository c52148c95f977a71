/* SPDX-License-Identifier: Apache-2.0
 * A document as PDF, by libharu: a page for each part that a printer would cut off, as wide as the paper and as long as
 * what is on it. */
#include "document.h"

#include "config.h"

#ifdef HAVE_HARU

#include <hpdf.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "pc858.h"

#define POINTS_PER_MM (72.0F / 25.4F)
#define PAPER_WIDTH   (80.0F * POINTS_PER_MM)
#define COLUMNS       48 /* of Courier, whose characters are 0.6 of its size wide */
#define MARGIN        (4.0F * POINTS_PER_MM)
#define PRINTABLE     (PAPER_WIDTH - 2.0F * MARGIN)
#define FONT_WIDTH    0.6F
#define FONT_SIZE     (PRINTABLE / COLUMNS / FONT_WIDTH)
#define LEADING       1.3F
#define DESCENT       0.3F /* of the size, below the line that the letters stand on */
#define QR_QUIET      4

struct sheet {
  HPDF_Doc pdf;
  HPDF_Font plain, bold;
  HPDF_Page page;       /* NULL: what is on it is only measured */
  unsigned wanted, now; /* which part between cuts the page is; in which part the layout is */
  float height, used;   /* of the page; so far from its top */
};

/* Room for that much below what is there. False: nothing is drawn. */
static bool room_take(struct sheet *sheet, float height) {
  if (sheet->now != sheet->wanted)
    return false;
  sheet->used += height;
  return sheet->page != NULL;
}

/* In WinAnsi, which has Latin-1 and the euro; of the others the letter without the mark, or '?'. */
static char winansi_of(uint32_t code) {
  if (code == 0x20AC)
    return (char)0x80;
  if (code < 0x80 || (code >= 0xA0 && code <= 0xFF))
    return (char)code;
  char byte = pc858_of(code);
  return (uint8_t)byte < 0x80 ? byte : '?';
}

static void row(void *context, enum print_align align, unsigned style, const char *text, size_t len) {
  struct sheet *sheet = context;
  const float size = (style & PRINT_DOUBLE) != 0 ? 2 * FONT_SIZE : FONT_SIZE;
  char line[COLUMNS + 1];
  size_t count = 0;
  if (!room_take(sheet, size * LEADING))
    return;
  for (size_t at = 0, used = 0; at < len && count < COLUMNS; at += used)
    line[count++] = winansi_of(character_take(text + at, len - at, &used));
  line[count] = 0;
  float left = PRINTABLE - (float)count * size * FONT_WIDTH;
  float indent = align == PRINT_LEFT ? 0 : align == PRINT_CENTRE ? left / 2 : left;
  HPDF_Page_BeginText(sheet->page);
  HPDF_Page_SetFontAndSize(sheet->page, (style & PRINT_BOLD) != 0 ? sheet->bold : sheet->plain, size);
  HPDF_Page_TextOut(sheet->page, MARGIN + indent, sheet->height - sheet->used + size * DESCENT, line);
  HPDF_Page_EndText(sheet->page);
}

/* The black modules of a line that stand side by side are one rectangle. */
static void qr_line(const struct sheet *sheet, const QRcode *code, int y, float side) {
  const uint8_t *modules = code->data + (size_t)y * (size_t)code->width;
  float bottom = sheet->height - sheet->used + (float)(code->width + QR_QUIET - 1 - y) * side;
  for (int x = 0, end = 0; x < code->width; x = end) {
    for (end = x; end < code->width && (modules[end] & 1) == (modules[x] & 1);)
      end++;
    if ((modules[x] & 1) != 0)
      HPDF_Page_Rectangle(sheet->page, MARGIN + (float)(x + QR_QUIET) * side, bottom, (float)(end - x) * side, side);
  }
}

static bool qr(void *context, const char *text) {
  struct sheet *sheet = context;
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  if (code == NULL)
    return false;
  if (room_take(sheet, PRINTABLE)) {
    for (int y = 0; y < code->width; y++)
      qr_line(sheet, code, y, PRINTABLE / (float)(code->width + 2 * QR_QUIET));
    HPDF_Page_Fill(sheet->page);
  }
  QRcode_free(code);
  return true;
}

static void cut(void *context) {
  ((struct sheet *)context)->now++;
}

static void drawer(void *context) {
  (void)context;
}

static enum status layout_again(const struct print_document *document, struct sheet *sheet) {
  const struct layout layout = {
      .context = sheet, .columns = COLUMNS, .row = row, .qr = qr, .cut = cut, .drawer = drawer};
  sheet->now = 0;
  sheet->used = MARGIN;
  return layout_run(document, &layout);
}

/* Page by page: measured, then drawn. */
static enum status pages_draw(const struct print_document *document, struct sheet *sheet) {
  enum status status = STATUS_OK;
  do {
    sheet->page = NULL;
    status = layout_again(document, sheet);
    if (status != STATUS_OK || sheet->used <= MARGIN)
      continue;
    sheet->height = sheet->used + MARGIN;
    sheet->page = HPDF_AddPage(sheet->pdf);
    HPDF_Page_SetWidth(sheet->page, PAPER_WIDTH);
    HPDF_Page_SetHeight(sheet->page, sheet->height);
    status = layout_again(document, sheet);
  } while (status == STATUS_OK && sheet->wanted++ < sheet->now);
  return status;
}

static enum status bytes_take(HPDF_Doc pdf, uint8_t **data, size_t *len) {
  if (HPDF_SaveToStream(pdf) != HPDF_OK)
    return STATUS_NO_MEMORY;
  HPDF_UINT32 size = HPDF_GetStreamSize(pdf);
  *data = malloc(size);
  if (*data == NULL || HPDF_ReadFromStream(pdf, *data, &size) != HPDF_OK) {
    free(*data);
    *data = NULL;
    return STATUS_NO_MEMORY;
  }
  *len = size;
  return STATUS_OK;
}

bool print_pdf_there(void) {
  return true;
}

/* libharu does nothing more after a failure, and keeps it until it is asked. */
enum status print_pdf(const struct print_document *document, uint8_t **data, size_t *len) {
  struct sheet sheet = {.pdf = HPDF_New(NULL, NULL)};
  *data = NULL;
  *len = 0;
  if (sheet.pdf == NULL)
    return STATUS_NO_MEMORY;
  HPDF_SetCompressionMode(sheet.pdf, HPDF_COMP_ALL);
  sheet.plain = HPDF_GetFont(sheet.pdf, "Courier", "WinAnsiEncoding");
  sheet.bold = HPDF_GetFont(sheet.pdf, "Courier-Bold", "WinAnsiEncoding");
  enum status status = pages_draw(document, &sheet);
  if (status == STATUS_OK && HPDF_GetError(sheet.pdf) != HPDF_OK)
    status = STATUS_NO_MEMORY;
  if (status == STATUS_OK)
    status = bytes_take(sheet.pdf, data, len);
  HPDF_Free(sheet.pdf);
  return status;
}

#else

bool print_pdf_there(void) {
  return false;
}

enum status print_pdf(const struct print_document *document, uint8_t **data, size_t *len) {
  (void)document;
  *data = NULL;
  *len = 0;
  return STATUS_INTERNAL;
}

#endif
