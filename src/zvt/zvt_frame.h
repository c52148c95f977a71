/* SPDX-License-Identifier: Apache-2.0
 * What stands on a ZVT line (PA00P015, PA00P016): frames, BCD, fields and texts, read strictly and written. Nothing is
 * held. */
#ifndef EPURSE_ZVT_FRAME_H
#define EPURSE_ZVT_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/bytes.h"

#define ZVT_DATA_MAX  2048               /* bytes of data in a frame; no register sends so many */
#define ZVT_FRAME_MAX (ZVT_DATA_MAX + 5) /* with class, instruction and the long length */

/* ---- zvt_frame.c ---- */

struct zvt_frame {
  uint8_t class, instruction; /* 06 01; of an acknowledgement 80 00, of a refusal 84 and why */
  const uint8_t *data;        /* borrowed */
  size_t len;
};

enum zvt_cut {
  ZVT_MORE,  /* what is there may become a frame */
  ZVT_WHOLE, /* *frame and *used say */
  ZVT_BROKEN /* it cannot: another protocol's bytes, or a length beyond ZVT_DATA_MAX */
};

/* Cuts the first frame off bytes that came in any pieces. The length is one byte, or FF and two, low one first. */
enum zvt_cut zvt_frame_cut(const uint8_t *bytes, size_t len, struct zvt_frame *frame, size_t *used);
/* Appends a frame, with the short length where it suffices. */
void zvt_frame_write(struct bytes_writer *writer, const struct zvt_frame *frame);

/* Packed digits, most significant first; false: a nibble is none. At most 8 bytes. */
bool zvt_bcd_read(const uint8_t *bytes, size_t len, uint64_t *value);
/* `len` bytes of them; digits that do not fit are lost at the front. */
void zvt_bcd_write(struct bytes_writer *writer, uint64_t value, size_t len);

/* ---- zvt_field.c ---- */

enum zvt_bmp {
  ZVT_SERVICE = 0x03,  /* 1 byte: service byte of 06 00 and 06 20 */
  ZVT_AMOUNT = 0x04,   /* 6 bytes BCD, minor units */
  ZVT_TLV = 0x06,      /* BER length and objects */
  ZVT_TRACE = 0x0B,    /* 3 bytes BCD */
  ZVT_TIME = 0x0C,     /* 3 bytes BCD, HHMMSS */
  ZVT_DATE = 0x0D,     /* 2 bytes BCD, MMDD */
  ZVT_RESULT = 0x27,   /* 1 byte */
  ZVT_TERMINAL = 0x29, /* 4 bytes BCD */
  ZVT_ORIGINAL = 0x37, /* 3 bytes BCD: of a reversal, the trace number of what it gives back */
  ZVT_TEXT = 0x3C,     /* LLLVAR */
  ZVT_CURRENCY = 0x49, /* 2 bytes BCD */
  ZVT_TOTALS = 0x60,   /* LLLVAR */
  ZVT_RECEIPT = 0x87,  /* 2 bytes BCD */
  ZVT_CARD_NAME = 0x8B /* LLVAR */
};

/* What a frame says; of the fields that are not here only the form is looked at, those with a card's number among
 * them. */
struct zvt_fields {
  bool has_amount, has_currency, has_receipt, has_service, has_result, has_trace, has_time, has_date, has_terminal,
      has_original;
  uint64_t amount;
  uint16_t currency, receipt, date;
  uint32_t trace, time, terminal, original;
  uint8_t service, result;
  const uint8_t *text; /* borrowed, in the sender's characters; NULL: none */
  size_t text_len;
  const uint8_t *tlv; /* the container's objects, borrowed; NULL: none */
  size_t tlv_len;
};

/* All of `data` is fields. STATUS_BAD_FORMAT: one that is not known, is cut short, is no BCD, or stands twice. */
enum status zvt_fields_read(const uint8_t *data, size_t len, struct zvt_fields *fields) EPURSE_MUST_USE;
/* The same up to the first field that is not known or not well formed: what a bank's terminal says before it counts.
 * What stands twice makes it STATUS_BAD_FORMAT. */
enum status zvt_fields_skim(const uint8_t *data, size_t len, struct zvt_fields *fields) EPURSE_MUST_USE;
/* The next object of a TLV container, whose length may have more bytes than it needs; false: none, or cut short. */
bool zvt_object_next(struct bytes_reader *reader, uint32_t *tag, const uint8_t **value, size_t *len);

/* Append a field. */
void zvt_put_byte(struct bytes_writer *writer, enum zvt_bmp bmp, uint8_t value);
void zvt_put_bcd(struct bytes_writer *writer, enum zvt_bmp bmp, uint64_t value, size_t len);
/* `digits` of the length before it: 2 (LLVAR) or 3 (LLLVAR). */
void zvt_put_var(struct bytes_writer *writer, enum zvt_bmp bmp, unsigned digits, const void *data, size_t len);

/* ---- zvt_text.c ---- */

enum zvt_charset { ZVT_CP437, ZVT_ISO8859_15 };

/* UTF-8 in the register's characters: what it has not becomes '?', the euro sign "EUR" where there is none, what is no
 * UTF-8 '?' for each byte, control characters a blank. `out` ends with NUL, cut at `capacity`; answers its length. */
size_t zvt_text(const char *utf8, enum zvt_charset charset, char *out, size_t capacity);
/* The other way: UTF-8 of what came, with '?' for what is no letter here and a blank for control characters; ends with
 * NUL, cut at `capacity` between two characters; answers its length. */
size_t zvt_text_read(const uint8_t *bytes, size_t len, enum zvt_charset charset, char *out, size_t capacity);
/* Hides card numbers: of 12 digits or more in a row, blanks, dots and dashes between them or not, all but the last four
 * become '#'. */
void zvt_text_mask(char *text);

#endif
