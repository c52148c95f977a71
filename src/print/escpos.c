/* SPDX-License-Identifier: Apache-2.0
 * A document in ESC/POS, the language of receipt printers. */
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "drawn.h"
#include "pc858.h"

#define QR_QUIET     4   /* modules that stay white on each side */
#define QR_DOTS_MIN  3   /* across a module: with fewer, cheap heads print what no telephone reads */
#define QR_DOTS_MAX  6   /* more need not be */
#define BAND_ROWS    128 /* of a picture at once: printers have little memory */
#define QR_STORE_MAX 7089

struct tape {
  struct output output;
  const struct print_setting *setting;
  struct print_paper paper;
  enum print_align align;
  struct pen *pen; /* NULL: nothing is drawn */
};

struct print_paper print_paper_of(uint8_t width_mm) {
  return width_mm == 58 ? (struct print_paper){32, 384} : (struct print_paper){48, 576};
}

#define ADD(tape, ...)                                                                                                 \
  output_add(&(tape)->output, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void align_to(struct tape *tape, enum print_align align) {
  if (tape->align != align)
    ADD(tape, 0x1B, 0x61, (uint8_t)align);
  tape->align = align;
}

static bool in_page(const char *text, size_t len) {
  bool all = true;
  for (size_t at = 0, used = 0; at < len && all; at += used)
    all = pc858_has(character_take(text + at, len - at, &used));
  return all;
}

/* A line of text as a picture, as wide as the paper. */
static void row_draw(struct tape *tape, enum print_align align, unsigned style, const char *text, size_t len) {
  uint8_t picture[PEN_PICTURE_MAX];
  unsigned bytes = tape->paper.dots / 8;
  unsigned rows = pen_row(tape->pen, tape->paper, align, style, text, len, picture);
  align_to(tape, PRINT_LEFT);
  ADD(tape, 0x1D, 0x76, 0x30, 0, (uint8_t)bytes, 0, (uint8_t)rows, 0);
  output_add(&tape->output, picture, (size_t)bytes * rows);
}

static void row(void *context, enum print_align align, unsigned style, const char *text, size_t len) {
  struct tape *tape = context;
  if (tape->pen != NULL && len > 0 && (tape->setting->words == PRINT_WORDS_DRAWN || !in_page(text, len))) {
    row_draw(tape, align, style, text, len);
    return;
  }
  align_to(tape, align);
  if ((style & PRINT_BOLD) != 0)
    ADD(tape, 0x1B, 0x45, 1);
  if ((style & PRINT_DOUBLE) != 0)
    ADD(tape, 0x1D, 0x21, 0x11);
  for (size_t at = 0, used = 0; at < len; at += used) {
    char byte = pc858_of(character_take(text + at, len - at, &used));
    output_add(&tape->output, &byte, 1);
  }
  ADD(tape, '\n');
  if ((style & PRINT_DOUBLE) != 0)
    ADD(tape, 0x1D, 0x21, 0);
  if ((style & PRINT_BOLD) != 0)
    ADD(tape, 0x1B, 0x45, 0);
}

static void cut(void *context) {
  ADD((struct tape *)context, 0x1B, 0x64, 4, 0x1D, 0x56, 1);
}

static void drawer(void *context) {
  ADD((struct tape *)context, 0x1B, 0x70, 0, 25, 250);
}

/* ---- QR codes ---- */

/* By the printer itself: model 2, the size of a module, level L; the data; print. */
static void qr_native(struct tape *tape, const char *text, unsigned dots) {
  size_t len = strlen(text), stored = len + 3;
  ADD(tape, 0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0);
  ADD(tape, 0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43, (uint8_t)dots);
  ADD(tape, 0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x45, 0x30);
  ADD(tape, 0x1D, 0x28, 0x6B, (uint8_t)stored, (uint8_t)(stored >> 8), 0x31, 0x50, 0x30);
  output_add(&tape->output, text, len);
  ADD(tape, 0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30);
}

/* A line of dots, eight a byte, the leftmost in the highest bit. `across`: of modules, white ones around included. */
static void dots_of(const QRcode *code, unsigned y, unsigned dots, uint8_t *bytes, size_t count) {
  unsigned across = (unsigned)code->width + 2 * QR_QUIET;
  memset(bytes, 0, count);
  for (unsigned x = 0; x < across * dots; x++) {
    unsigned column = x / dots - QR_QUIET, line = y / dots - QR_QUIET; /* wraps round where it is white */
    bool black = column < (unsigned)code->width && line < (unsigned)code->width &&
                 (code->data[line * (unsigned)code->width + column] & 1) != 0;
    if (black)
      bytes[x / 8] |= (uint8_t)(0x80 >> x % 8);
  }
}

/* As a picture, in bands, which join. */
static void qr_raster(struct tape *tape, const QRcode *code, unsigned dots) {
  unsigned side = ((unsigned)code->width + 2 * QR_QUIET) * dots;
  unsigned bytes = (side + 7) / 8;
  uint8_t line[128];
  for (unsigned y = 0; y < side; y++) {
    unsigned rows = side - y < BAND_ROWS ? side - y : BAND_ROWS;
    if (y % BAND_ROWS == 0)
      ADD(tape, 0x1D, 0x76, 0x30, 0, (uint8_t)bytes, (uint8_t)(bytes >> 8), (uint8_t)rows, (uint8_t)(rows >> 8));
    dots_of(code, y, dots, line, bytes);
    output_add(&tape->output, line, bytes);
  }
}

/* Level L, as on a screen: what is damaged is refused by its signatures anyway, and wider modules read better. */
static bool qr(void *context, const char *text) {
  struct tape *tape = context;
  if (tape->setting->codes == PRINT_CODES_NONE || strlen(text) > QR_STORE_MAX)
    return false;
  QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
  if (code == NULL)
    return false;
  unsigned dots = tape->paper.dots / ((unsigned)code->width + 2 * QR_QUIET);
  bool fits = dots >= QR_DOTS_MIN;
  if (dots > QR_DOTS_MAX)
    dots = QR_DOTS_MAX;
  if (fits)
    align_to(tape, PRINT_CENTRE);
  if (fits && tape->setting->codes == PRINT_CODES_NATIVE)
    qr_native(tape, text, dots);
  else if (fits)
    qr_raster(tape, code, dots);
  QRcode_free(code);
  return fits;
}

/* Begins with the printer as it is when it is switched on; FS . ends a mode for Chinese in which some begin. */
enum status print_escpos(const struct print_document *document, const struct print_setting *setting, uint8_t **data,
                         size_t *len) {
  struct tape tape = {.setting = setting, .paper = print_paper_of(setting->width)};
  const struct layout layout = {
      .context = &tape, .columns = tape.paper.columns, .row = row, .qr = qr, .cut = cut, .drawer = drawer};
  if (setting->words != PRINT_WORDS_PAGE)
    tape.pen = pen_open(setting->font); /* none: paper without marks is better than no paper */
  ADD(&tape, 0x1B, 0x40, 0x1C, 0x2E, 0x1B, 0x74, setting->code_table);
  enum status status = layout_run(document, &layout);
  pen_close(&tape.pen);
  return output_end(&tape.output, status, data, len);
}

bool print_font_there(const struct print_setting *setting) {
  struct pen *pen = setting->words != PRINT_WORDS_PAGE ? pen_open(setting->font) : NULL;
  bool there = setting->words == PRINT_WORDS_PAGE || pen != NULL;
  pen_close(&pen);
  return there;
}
