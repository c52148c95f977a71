/* SPDX-License-Identifier: Apache-2.0
 * How a terminal prints: [printer] of terminal.conf. */
#ifndef EPURSE_PRINT_SETTING_H
#define EPURSE_PRINT_SETTING_H

#include <stdbool.h>
#include <stdint.h>

enum print_codes { PRINT_CODES_RASTER, PRINT_CODES_NATIVE, PRINT_CODES_NONE }; /* how a QR code is drawn */

/* What is printed as characters of the code page: all; lines that it has all characters of; none, they are drawn as
 * pictures. */
enum print_words { PRINT_WORDS_PAGE, PRINT_WORDS_MIXED, PRINT_WORDS_DRAWN };

struct print_setting {
  char output[512];       /* "": none; file:PATH (absolute), device:PATH, tcp:HOST[:PORT], queue:NAME */
  uint8_t width;          /* of the paper, mm: 58 or 80 */
  uint8_t copies;         /* by itself after a sale: 0: none, 1: the holder's, 2: the shop's too */
  bool drawer;            /* opens the cash drawer with what is loaded or paid out */
  bool ask;               /* the printer is asked for paper before a card is */
  uint8_t timeout;        /* seconds, for all of one asking or printing */
  enum print_codes codes; /* of the proof */
  uint8_t code_table;     /* the printer's number of PC858 */
  enum print_words words;
  char font[512]; /* the file of the font that lines are drawn in, of characters that are all as wide */
};

#endif
