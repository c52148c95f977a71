/* SPDX-License-Identifier: Apache-2.0
 * Lines of text as pictures: each character in a cell of its own, as a printer's are. */
#include "drawn.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "document.h"
#include "pc858.h"

#ifdef HAVE_FREETYPE

#include <ft2build.h>
#include FT_FREETYPE_H

#define CELL_WIDTH  12U /* dots of a plain character, as printers have them */
#define CELL_HEIGHT 24U
#define LEADING     6U /* white below a line */

struct pen {
  FT_Library library;
  FT_Face face;
  FT_UInt size; /* of the line */
};

/* Where characters go: the cell's size, the dots across the paper, what is drawn on. */
struct canvas {
  unsigned scale, across;
  uint8_t *picture;
};

struct pen *pen_open(const char *font) {
  struct pen *pen = calloc(1, sizeof *pen);
  if (pen != NULL && FT_Init_FreeType(&pen->library) == 0) {
    if (FT_New_Face(pen->library, font, 0, &pen->face) == 0 && FT_IS_SCALABLE(pen->face))
      return pen;
  }
  pen_close(&pen);
  return NULL;
}

void pen_close(struct pen **pen) {
  if (*pen == NULL)
    return;
  if ((*pen)->face != NULL)
    FT_Done_Face((*pen)->face);
  if ((*pen)->library != NULL)
    FT_Done_FreeType((*pen)->library);
  free(*pen);
  *pen = NULL;
}

/* The largest size whose lines are no higher than a cell, and whose digits no wider. */
static bool size_take(struct pen *pen, unsigned scale) {
  for (pen->size = CELL_HEIGHT * scale; pen->size >= 6; pen->size--) {
    if (FT_Set_Pixel_Sizes(pen->face, 0, pen->size) != 0 || FT_Load_Char(pen->face, '0', FT_LOAD_TARGET_MONO) != 0)
      return false;
    const FT_Size_Metrics *metrics = &pen->face->size->metrics;
    if (metrics->ascender - metrics->descender <= (FT_Pos)(64 * CELL_HEIGHT * scale) &&
        pen->face->glyph->advance.x <= (FT_Pos)(64 * CELL_WIDTH * scale))
      return true;
  }
  return false;
}

/* What is wider than a cell (of East Asia) is drawn smaller. */
static bool glyph_load(struct pen *pen, FT_UInt glyph, unsigned scale) {
  const FT_Int32 how = FT_LOAD_RENDER | FT_LOAD_TARGET_MONO | FT_LOAD_MONOCHROME;
  if (FT_Set_Pixel_Sizes(pen->face, 0, pen->size) != 0 || FT_Load_Glyph(pen->face, glyph, how) != 0)
    return false;
  FT_Pos wide = pen->face->glyph->advance.x, room = (FT_Pos)(64 * CELL_WIDTH * scale);
  return wide <= room || (FT_Set_Pixel_Sizes(pen->face, 0, (FT_UInt)(pen->size * room / wide)) == 0 &&
                          FT_Load_Glyph(pen->face, glyph, how) == 0);
}

static void dot(const struct canvas *canvas, long x, long y) {
  if (x >= 0 && x < (long)canvas->across && y >= 0 && y < (long)(CELL_HEIGHT * canvas->scale))
    canvas->picture[(unsigned)y * (canvas->across / 8) + (unsigned)x / 8] |= (uint8_t)(0x80 >> x % 8);
}

/* Bold is drawn twice, a dot apart. */
static void glyph_put(const struct canvas *canvas, const FT_GlyphSlot glyph, long x, long baseline, bool bold) {
  const FT_Bitmap *bitmap = &glyph->bitmap;
  if (bitmap->pixel_mode != FT_PIXEL_MODE_MONO)
    return;
  for (unsigned row = 0; row < bitmap->rows; row++)
    for (unsigned column = 0; column < bitmap->width; column++) {
      const uint8_t *line = bitmap->buffer + (long)row * bitmap->pitch;
      if ((line[column / 8] & 0x80 >> column % 8) == 0)
        continue;
      dot(canvas, x + glyph->bitmap_left + (long)column, baseline - glyph->bitmap_top + (long)row);
      if (bold)
        dot(canvas, x + glyph->bitmap_left + (long)column + 1, baseline - glyph->bitmap_top + (long)row);
    }
}

static size_t characters(const char *text, size_t len) {
  size_t count = 0;
  for (size_t at = 0, used = 0; at < len; at += used, count++)
    (void)character_take(text + at, len - at, &used);
  return count;
}

/* The font's own, else what the code page has for it, where that is a letter of ASCII. */
static FT_UInt glyph_of(const struct pen *pen, uint32_t code) {
  FT_UInt glyph = FT_Get_Char_Index(pen->face, code);
  char instead = pc858_of(code);
  return glyph != 0 ? glyph : FT_Get_Char_Index(pen->face, (uint8_t)instead < 0x80 ? (FT_ULong)instead : '?');
}

unsigned pen_row(struct pen *pen, struct print_paper paper, enum print_align align, unsigned style, const char *text,
                 size_t len, uint8_t picture[PEN_PICTURE_MAX]) {
  struct canvas canvas = {(style & PRINT_DOUBLE) != 0 ? 2 : 1, paper.dots, picture};
  unsigned rows = CELL_HEIGHT * canvas.scale + LEADING, cell = CELL_WIDTH * canvas.scale;
  unsigned used = (unsigned)characters(text, len) * cell, left = used < paper.dots ? paper.dots - used : 0;
  long x = align == PRINT_LEFT ? 0 : align == PRINT_CENTRE ? left / 2 : left;
  memset(picture, 0, PEN_PICTURE_MAX);
  if (!size_take(pen, canvas.scale))
    return rows;
  long baseline = (pen->face->size->metrics.ascender + 63) / 64;
  for (size_t at = 0, taken = 0; at < len; at += taken, x += cell)
    if (glyph_load(pen, glyph_of(pen, character_take(text + at, len - at, &taken)), canvas.scale))
      glyph_put(&canvas, pen->face->glyph, x, baseline, (style & PRINT_BOLD) != 0);
  return rows;
}

#else

struct pen *pen_open(const char *font) {
  (void)font;
  return NULL;
}

void pen_close(struct pen **pen) {
  (void)pen;
}

unsigned pen_row(struct pen *pen, struct print_paper paper, enum print_align align, unsigned style, const char *text,
                 size_t len, uint8_t picture[PEN_PICTURE_MAX]) {
  (void)pen, (void)paper, (void)align, (void)style, (void)text, (void)len, (void)picture;
  return 0;
}

#endif
