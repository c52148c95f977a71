/* SPDX-License-Identifier: Apache-2.0
 * BER-TLV: one encoding per object, and never past the end. */
#include <string.h>

#include "epurse/tlv.h"
#include "target.h"

#define DEPTH_MAX   8
#define CONSTRUCTED 0x20 /* of a tag's first byte, ISO/IEC 7816-4 5.2.2.1 */

static void object_check(const struct tlv *tlv, const uint8_t *data, size_t len) {
  uint8_t again[FUZZ_INPUT_MAX];
  struct bytes_writer writer = bytes_writer(again, sizeof again);
  fuzz_require(tlv->whole >= data && tlv->whole_len <= len - (size_t)(tlv->whole - data));
  fuzz_require(tlv->value + tlv->len == tlv->whole + tlv->whole_len);
  fuzz_require(tlv_header_size(tlv->tag, tlv->len) + tlv->len == tlv->whole_len);
  tlv_write(&writer, tlv->tag, tlv->value, tlv->len);
  fuzz_require(!writer.failed && writer.len == tlv->whole_len && memcmp(again, tlv->whole, writer.len) == 0);
}

/* True where all of it is objects. */
static bool walk(const uint8_t *data, size_t len, unsigned depth) {
  struct bytes_reader reader = bytes_reader(data, len);
  struct tlv tlv, found;
  bool whole = true;
  while (reader.left > 0) {
    if (tlv_next(&reader, &tlv) != STATUS_OK) {
      fuzz_require(reader.left == 0 && reader.failed);
      return false;
    }
    object_check(&tlv, data, len);
    fuzz_require(tlv_find(data, len, tlv.tag, &found) == STATUS_OK);
    fuzz_require(found.tag == tlv.tag && found.whole <= tlv.whole);
    if (depth < DEPTH_MAX && (tlv.whole[0] & CONSTRUCTED))
      whole = walk(tlv.value, tlv.len, depth + 1) && whole;
  }
  return whole;
}

static bool take(void *context, const uint8_t *data, size_t len) {
  (void)context;
  return walk(data, len, 0);
}

static void seed_long(const struct fuzz_sink *sink, size_t len) {
  uint8_t data[FUZZ_INPUT_MAX] = {0}, value[FUZZ_INPUT_MAX] = {0};
  struct bytes_writer writer = bytes_writer(data, sizeof data);
  tlv_write(&writer, 0x5F37, value, len);
  fuzz_seed(sink, data, writer.len);
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "\x6F\x14\x84\x08\xF0\x45PURSE\x01\x8A\x01\x05\xA5\x05\x9F\x08\x02\x00\x01");
  fuzz_seed_text(sink, "\x7F\x49\x04\x90\x02\x11\x01\x1F\x81\x01\x00");
  seed_long(sink, 0x7F);
  seed_long(sink, 0x80);
  seed_long(sink, 0x100);
}

const struct fuzz_target fuzz_tlv = {.name = "tlv", .take = take, .seeds = seeds};
