/* SPDX-License-Identifier: Apache-2.0
 * How the body of a signed record begins and ends: only for src/protocol/. */
#ifndef EPURSE_PROTOCOL_RECORD_BODY_H
#define EPURSE_PROTOCOL_RECORD_BODY_H

#include "epurse/bytes.h"
#include "epurse/record.h"

/* Writes tag, length and version; the caller writes the rest of the body. `tlv_size` is that of the whole TLV. */
struct bytes_writer record_begin(uint8_t *tlv, size_t tlv_size, uint32_t tag, size_t body_size);

/* Opens TLV || signature TLV: *body stands after the version. STATUS_BAD_LENGTH: not exactly `tlv_size` and a
 * signature; STATUS_BAD_FORMAT: tag, inner length, version, or what follows is no signature. */
enum status record_open(const uint8_t *record, size_t len, uint32_t tag, size_t tlv_size,
                        struct bytes_reader *body) EPURSE_MUST_USE;

/* Whether that is a transaction_type. */
bool transaction_type_valid(uint8_t type);

#endif
