/* SPDX-License-Identifier: Apache-2.0
 * The transliteration, as tables of its own: that of iconv depends on the locale. */
#include "sepa_text.h"

#include <string.h>

#include "epurse/utf8.h"

#define ALPHABET "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"

/* A word for each code point from the first on; '.' is a sign that has none. */
static const struct {
  uint32_t first, last;
  const char *words;
} blocks[] = {
    /* ASCII outside the set, as EPC217-08 has it */
    {0x21, 0x26, ". . . . . +"},
    {0x3B, 0x40, ", . . . ? ."},
    {0x5B, 0x60, "( / ) . - '"},
    {0x7B, 0x7E, "( / ) -"},
    {0xC0, 0xFF,
     "A A A A A A AE C E E E E I I I I D N O O O O O . O U U U U Y TH ss "
     "a a a a a a ae c e e e e i i i i d n o o o o o . o u u u u y th y"},
    {0x100, 0x17F,
     "A a A a A a C c C c C c C c D d D d E e E e E e E e E e G g G g "
     "G g G g H h H h I i I i I i I i I i IJ ij J j K k k L l L l L l L "
     "l L l N n N n N n n N n O o O o O o OE oe R r R r R r S s S s S s "
     "S s T t T t T t U u U u U u U u U u U u W w Y y Y Z z Z z Z z s"},
    {0x218, 0x21B, "S s T t"},
    {0x386, 0x3CE,
     "A . E I I . O . Y O i A V G D E Z I TH I K L M N X O P R . S T Y F CH PS O I Y "
     "a e i i y a v g d e z i th i k l m n x o p r s s t y f ch ps o i y o y o"},
    {0x400, 0x45F,
     "E E DJ G E DZ I I J LJ NJ C K I U DZ A B V G D E ZH Z I Y K L M N O P R S T U F H TS CH SH SHT A Y Y E YU YA "
     "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y y e yu ya e e dj g e dz i i j lj nj c k i u dz"},
    {0x490, 0x491, "G g"},
    {0x1E9E, 0x1E9E, "SS"},
    {0x2010, 0x2015, "- - - - - -"},
    {0x2018, 0x201A, "' ' '"},
    {0x20AC, 0x20AC, "E"},
};

static bool in_set(uint32_t point) {
  return point != 0 && point < 0x80 && strchr(ALPHABET DIGITS " /-?:().,'+", (int)point) != NULL;
}

/* The word at a place in a block. */
static const char *word_at(const char *words, uint32_t place) {
  while (place-- > 0)
    words += strcspn(words, " ") + 1;
  return words;
}

/* Writes what stands for it; `out` has five bytes. */
static void point_put(uint32_t point, char out[5]) {
  const char *word = ".";
  size_t len = 0;
  if (in_set(point) || point == 0xA0 || point == '\t') { /* a blank that breaks no line is one too */
    out[0] = in_set(point) ? (char)point : ' ';
    out[1] = '\0';
    return;
  }
  for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
    if (point >= blocks[i].first && point <= blocks[i].last)
      word = word_at(blocks[i].words, point - blocks[i].first);
  if (point < 0x300 || point > 0x36F) /* an accent after its letter is left away */
    len = strcspn(word, " ");
  memcpy(out, word, len);
  out[len] = '\0';
}

bool sepa_name(const char *text, char *out, size_t size) {
  size_t len = 0;
  char word[5];
  out[0] = '\0';
  while (*text != '\0') {
    uint32_t point;
    size_t used = utf8_take(text, UTF8_MAX, &point);
    if (used == 0) {
      out[0] = '\0';
      return false;
    }
    text += used;
    point_put(point, word);
    for (size_t i = 0; word[i] != '\0' && len + 1 < size; i++)
      if (len > 0 || word[i] != ' ')
        out[len++] = word[i];
  }
  while (len > 0 && out[len - 1] == ' ')
    len--;
  out[len] = '\0';
  if (strpbrk(out, ALPHABET DIGITS) != NULL)
    return true;
  out[0] = '\0';
  return false;
}

bool sepa_id_valid(const char *text) {
  return text[strspn(text, ALPHABET DIGITS " -?:().,'+")] == '\0';
}
