/* SPDX-License-Identifier: Apache-2.0
 * Bytes: big-endian numbers, cursors that cannot overrun, hexadecimal. Freestanding. */
#ifndef EPURSE_BYTES_H
#define EPURSE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "epurse/status.h"

/* Big-endian load and store of fixed width; the caller guarantees the bytes. */
uint16_t bytes_u16(const uint8_t *from);
/* Four bytes likewise. */
uint32_t bytes_u32(const uint8_t *from);
/* Writes two bytes. */
void bytes_put_u16(uint8_t *to, uint16_t value);
/* Writes four bytes. */
void bytes_put_u32(uint8_t *to, uint32_t value);

/* A reading cursor over borrowed bytes. After the first read past the end `failed` stays true and every
 * further read yields zero bytes, so that a decoder asks once, at its end. */
struct bytes_reader {
  const uint8_t *at;
  size_t left;
  bool failed;
};

/* A cursor at the beginning of len bytes; `data` may be NULL where len is 0. */
struct bytes_reader bytes_reader(const uint8_t *data, size_t len);
/* The next byte; 0 where it is not there. */
uint8_t bytes_read_u8(struct bytes_reader *reader);
/* The next two, big-endian; 0 where they are not there. */
uint16_t bytes_read_u16(struct bytes_reader *reader);
/* The next four, likewise. */
uint32_t bytes_read_u32(struct bytes_reader *reader);
/* Copies len bytes to out, or zeros where they are not there. */
void bytes_read(struct bytes_reader *reader, uint8_t *out, size_t len);
/* Points into the borrowed bytes and steps over len of them; NULL where they are not there. */
const uint8_t *bytes_read_view(struct bytes_reader *reader, size_t len);
/* True if nothing failed and nothing is left. */
bool bytes_read_all(const struct bytes_reader *reader);

/* A writing cursor over the caller's buffer; `failed` stays true after the first write that did not fit. */
struct bytes_writer {
  uint8_t *start;
  size_t len, capacity;
  bool failed;
};

/* A cursor at the beginning of an empty buffer of `capacity` bytes, which the caller keeps. */
struct bytes_writer bytes_writer(uint8_t *buffer, size_t capacity);
/* Appends a byte. */
void bytes_write_u8(struct bytes_writer *writer, uint8_t value);
/* Appends two, big-endian. */
void bytes_write_u16(struct bytes_writer *writer, uint16_t value);
/* Appends four, likewise. */
void bytes_write_u32(struct bytes_writer *writer, uint32_t value);
/* Appends len bytes, all or none of them. */
void bytes_write(struct bytes_writer *writer, const uint8_t *data, size_t len);

/* Lower-case hexadecimal without separators, NUL-terminated; `text` holds 2 * len + 1 characters. */
void bytes_to_hex(const uint8_t *data, size_t len, char *text);
/* Bytes that a stranger chose, a card or a reader's maker, as text that a screen can be given: up to the first NUL,
 * ASCII as it is, whatever else (control bytes, escape codes, '\') as \xNN. `text` holds 4 * len + 1 characters. */
void bytes_to_text(const void *data, size_t len, char *text);
/* Whether `part` occurs in `text`; the letters A to Z match in either case, whatever the locale (Turkish has two i). */
bool bytes_text_has(const char *text, const char *part);
/* Reads hexadecimal digits; blanks and colons between bytes are skipped. *len is the number of bytes, at most
 * capacity. STATUS_BAD_FORMAT: another character, or half a byte; STATUS_BAD_LENGTH: does not fit. */
enum status bytes_from_hex(const char *text, uint8_t *out, size_t capacity, size_t *len) EPURSE_MUST_USE;

#endif
