/* SPDX-License-Identifier: Apache-2.0
 * BER-TLV as cards use it: ISO/IEC 7816-4 5.2.2, tags of one to three bytes, definite lengths up to 65535.
 * Freestanding. */
#ifndef EPURSE_TLV_H
#define EPURSE_TLV_H

#include <stddef.h>
#include <stdint.h>

#include "epurse/bytes.h"
#include "epurse/status.h"

/* One data object inside borrowed bytes. */
struct tlv {
  uint32_t tag;         /* 0x7F21, 0x95, ... as written */
  const uint8_t *value; /* borrowed */
  size_t len;
  const uint8_t *whole; /* tag, length and value: what a signature covers */
  size_t whole_len;
};

/* Reads the next object and steps over it. STATUS_BAD_FORMAT: cut short, indefinite or over-long length (more
 * bytes than needed are refused: one encoding per object), tag of more than three bytes; the reader is spent. */
enum status tlv_next(struct bytes_reader *reader, struct tlv *tlv) EPURSE_MUST_USE;

/* The first object with that tag among those that stand side by side in data; not recursive.
 * STATUS_NOT_FOUND, or STATUS_BAD_FORMAT if what comes before it is damaged. */
enum status tlv_find(const uint8_t *data, size_t len, uint32_t tag, struct tlv *tlv) EPURSE_MUST_USE;

/* Writes tag, length, value. Failure shows in the writer. */
void tlv_write(struct bytes_writer *writer, uint32_t tag, const uint8_t *value, size_t len);
/* Writes tag and length only; the caller writes the value. */
void tlv_write_header(struct bytes_writer *writer, uint32_t tag, size_t len);
/* How many bytes tag and length take for a value of len bytes. */
size_t tlv_header_size(uint32_t tag, size_t len);

#endif
