/* SPDX-License-Identifier: Apache-2.0
 * What a cash register sends on a ZVT line: frames in a row, their fields, and texts for it. */
#include <string.h>

#include "target.h"
#include "zvt/zvt_frame.h"

static bool fields_take(const struct zvt_frame *frame) {
  struct zvt_fields fields;
  if (zvt_fields_read(frame->data, frame->len, &fields) != STATUS_OK)
    return false;
  fuzz_require(fields.amount <= UINT64_C(999999999999) && fields.currency <= 9999 && fields.receipt <= 9999);
  fuzz_require(fields.tlv == NULL ||
               (fields.tlv > frame->data && fields.tlv + fields.tlv_len <= frame->data + frame->len));
  return true;
}

static void text_take(const uint8_t *data, size_t len) {
  char utf8[256], out[64];
  size_t kept = len < sizeof utf8 ? len : sizeof utf8 - 1;
  memcpy(utf8, data, kept);
  utf8[kept] = 0;
  for (int charset = ZVT_CP437; charset <= ZVT_ISO8859_15; charset++) {
    size_t got = zvt_text(utf8, (enum zvt_charset)charset, out, sizeof out);
    fuzz_require(got < sizeof out && strlen(out) == got);
  }
}

/* A frame that was cut off is written as it was read, but for a long length that was not needed. */
static void written_again(const struct zvt_frame *frame) {
  uint8_t bytes[ZVT_FRAME_MAX];
  struct bytes_writer writer = bytes_writer(bytes, sizeof bytes);
  struct zvt_frame again;
  size_t used = 0;
  zvt_frame_write(&writer, frame);
  fuzz_require(!writer.failed && zvt_frame_cut(bytes, writer.len, &again, &used) == ZVT_WHOLE && used == writer.len);
  fuzz_require(again.len == frame->len && (frame->len == 0 || memcmp(again.data, frame->data, frame->len) == 0));
}

static bool take(void *context, const uint8_t *data, size_t len) {
  struct zvt_frame frame;
  size_t used = 0;
  bool taken = len > 0;
  (void)context;
  text_take(data, len);
  for (; len > 0; data += used, len -= used) {
    if (zvt_frame_cut(data, len, &frame, &used) != ZVT_WHOLE)
      return false;
    fuzz_require(used >= 3 && used <= len && frame.len <= ZVT_DATA_MAX);
    written_again(&frame);
    taken = fields_take(&frame) && taken;
  }
  return taken;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "\x06\x01\x0A\x04\x00\x00\x00\x00\x10\x00\x49\x09\x78");
  fuzz_seed_text(sink, "\x80\x00\x00\x06\xB0\x00\x80\x00\x00");
  fuzz_seed_text(
      sink, "\x06\x01\x19\x19\x40\x04\x00\x00\x00\x00\x01\x99\x06\x06\x26\x04\x0A\x02\x06\xD3\x3C\xF0\xF0\xF4paid");
  fuzz_seed_text(sink, "\x06\x30\xFF\x03\x00\x87\x01\x23");
}

const struct fuzz_target fuzz_zvt = {.name = "zvt", .take = take, .seeds = seeds};
