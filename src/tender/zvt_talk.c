/* SPDX-License-Identifier: Apache-2.0
 * One command's talk with a bank's terminal: what each of its frames says, and what it is to hear. */
#include <string.h>

#include "zvt_client.h"

#define TAG_TEXTS 0x25   /* the lines of a receipt */
#define TAG_LINE  0x07   /* one of them */
#define TAG_KIND  0x1F07 /* whose receipt */
#define FEED      0xFF   /* attribute of a 06 D1: so many empty lines */
#define FEEDS_MAX 10

/* ---- receipts ---- */

static void part_add(char part[ZVT_PAPER_MAX], const char *line) {
  size_t len = strlen(part), more = strlen(line);
  if (len + more + 2 > ZVT_PAPER_MAX)
    return;
  memcpy(part + len, line, more);
  memcpy(part + len + more, "\n", 2);
}

enum { KIND_SHOP = 1, KIND_HOLDER = 2, KIND_BOTH = 3 };

static void line_add(struct zvt_paper *paper, int kind, const uint8_t *bytes, size_t len) {
  char line[256];
  (void)zvt_text_read(bytes, len, ZVT_CP437, line, sizeof line);
  zvt_text_mask(line);
  if ((kind & KIND_HOLDER) != 0)
    part_add(paper->holder, line);
  if ((kind & KIND_SHOP) != 0)
    part_add(paper->shop, line);
}

/* 06 D1: an attribute, and a line; it does not say whose. */
static void print_line_take(struct zvt_paper *paper, const struct zvt_frame *frame) {
  if (frame->len > 1 && frame->data[0] == FEED)
    for (unsigned i = 0; i < frame->data[1] && i < FEEDS_MAX; i++)
      line_add(paper, KIND_BOTH, NULL, 0);
  else if (frame->len > 0)
    line_add(paper, KIND_BOTH, frame->data + 1, frame->len - 1);
}

static void lines_take(struct zvt_paper *paper, int kind, const uint8_t *data, size_t len) {
  struct bytes_reader reader = bytes_reader(data, len);
  const uint8_t *value = NULL;
  uint32_t tag = 0;
  size_t size = 0;
  while (zvt_object_next(&reader, &tag, &value, &size))
    if (tag == TAG_LINE)
      line_add(paper, kind, value, size);
}

/* 06 D3: whose receipt, and its lines, in whatever order. */
static void print_block_take(struct zvt_paper *paper, const struct zvt_frame *frame) {
  struct bytes_reader outer = bytes_reader(frame->data, frame->len), reader;
  const uint8_t *value = NULL, *texts = NULL;
  uint32_t tag = 0;
  size_t size = 0, texts_len = 0;
  int kind = KIND_BOTH;
  if (!zvt_object_next(&outer, &tag, &value, &size) || tag != ZVT_TLV)
    return;
  reader = bytes_reader(value, size);
  while (zvt_object_next(&reader, &tag, &value, &size)) {
    if (tag == TAG_KIND && size == 1)
      kind = value[0] & KIND_BOTH;
    if (tag == TAG_TEXTS) {
      texts = value;
      texts_len = size;
    }
  }
  lines_take(paper, kind == 0 ? KIND_BOTH : kind, texts, texts_len);
}

/* ---- 04 0F ---- */

static int64_t said(bool has, uint64_t value) {
  return has ? (int64_t)value : -1;
}

static void status_take(struct zvt_talk *talk, const struct zvt_frame *frame) {
  struct zvt_fields fields;
  talk->has_status = zvt_fields_skim(frame->data, frame->len, &fields) == STATUS_OK && fields.has_result;
  if (!talk->has_status) {
    talk->has_bad = true;
    return;
  }
  struct zvt_status *status = &talk->status;
  *status = (struct zvt_status){.result = fields.result,
                                .amount = said(fields.has_amount, fields.amount),
                                .currency = said(fields.has_currency, fields.currency),
                                .receipt = said(fields.has_receipt, fields.receipt),
                                .trace = said(fields.has_trace, fields.trace),
                                .time = said(fields.has_time, fields.time),
                                .date = said(fields.has_date, fields.date),
                                .terminal = said(fields.has_terminal, fields.terminal),
                                .original = said(fields.has_original, fields.original)};
  if (fields.text != NULL)
    (void)zvt_text_read(fields.text, fields.text_len, ZVT_CP437, status->text, sizeof status->text);
  zvt_text_mask(status->text);
}

/* ---- the talk ---- */

static enum zvt_reply end_take(struct zvt_talk *talk, enum zvt_end end, uint8_t code, enum zvt_reply reply) {
  talk->end = end;
  talk->code = code;
  return reply;
}

/* What is said once the command is acknowledged. */
static enum zvt_reply command_take(struct zvt_talk *talk, const struct zvt_frame *frame) {
  switch (frame->class << 8 | frame->instruction) {
  case 0x040F:
    status_take(talk, frame);
    return talk->has_status && talk->status.result == 0 ? ZVT_REPLY_GOODS : ZVT_REPLY_YES;
  case 0x0401: /* the terminal's clock */
  case 0x04FF:
    return ZVT_REPLY_YES;
  case 0x06D1:
    if (talk->paper != NULL)
      print_line_take(talk->paper, frame);
    return ZVT_REPLY_YES;
  case 0x06D3:
    if (talk->paper != NULL)
      print_block_take(talk->paper, frame);
    return ZVT_REPLY_YES;
  case 0x060F:
    return end_take(talk, ZVT_DONE, 0, ZVT_REPLY_YES);
  case 0x061E:
    return end_take(talk, ZVT_ENDED, frame->len > 0 ? frame->data[0] : 0xFF, ZVT_REPLY_YES);
  default:
    return ZVT_REPLY_NO;
  }
}

enum zvt_reply zvt_talk_take(struct zvt_talk *talk, const struct zvt_frame *frame) {
  if (frame->class == 0x84)
    return talk->acknowledged ? ZVT_REPLY_NONE : end_take(talk, ZVT_REFUSED, frame->instruction, ZVT_REPLY_NONE);
  if (frame->class == 0x80) {
    talk->acknowledged = true;
    return ZVT_REPLY_NONE;
  }
  return talk->acknowledged ? command_take(talk, frame) : ZVT_REPLY_YES;
}
