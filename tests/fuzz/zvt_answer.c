/* SPDX-License-Identifier: Apache-2.0
 * What a bank's terminal sends on a ZVT line: the talk over one command, its receipts, and what it means for the
 * money. */
#include <string.h>

#include "target.h"
#include "tender/zvt_client.h"

/* No twelve digits together, with up to two blanks, dots or dashes between them. */
static bool hidden(const char *text) {
  unsigned digits = 0, between = 0;
  for (; *text != 0; text++) {
    if (*text >= '0' && *text <= '9') {
      digits++;
      between = 0;
    } else if (strchr(" .-", *text) == NULL || ++between > 2) {
      digits = 0;
    }
    if (digits >= 12)
      return false;
  }
  return true;
}

static bool printable(const char *text) {
  for (; *text != 0; text++)
    if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7F)
      return false;
  return true;
}

static void texts_check(const struct zvt_talk *talk) {
  const struct zvt_paper *paper = talk->paper;
  fuzz_require(strlen(paper->holder) < sizeof paper->holder && strlen(paper->shop) < sizeof paper->shop);
  fuzz_require(hidden(paper->holder) && hidden(paper->shop) && hidden(talk->status.text));
  fuzz_require(printable(paper->holder) && printable(paper->shop) && printable(talk->status.text));
}

static void judge_check(const struct zvt_talk *talk) {
  struct zvt_order order = {.amount = 1000, .currency = 978, .told = ZVT_KNOWN, .before = {16, 4710, 120000, 1129}};
  if (zvt_judge_payment(talk, &order) == TENDER_PAID)
    fuzz_require(talk->end == ZVT_DONE && zvt_says_paid(&talk->status, &order) && talk->status.amount == 1000 &&
                 talk->status.receipt >= 0 && talk->status.receipt <= 9999);
  if (talk->end == ZVT_OPEN || talk->end == ZVT_LOST)
    fuzz_require(zvt_judge_payment(talk, &order) == TENDER_UNKNOWN && zvt_judge_reversal(talk) == TENDER_UNKNOWN);
  for (int told = ZVT_UNTOLD; told <= ZVT_KNOWN; told++) {
    order.told = (enum zvt_told)told;
    enum tender_outcome outcome = zvt_judge_last(talk, &order, true);
    fuzz_require(outcome == TENDER_UNKNOWN || (told != ZVT_UNTOLD && talk->end >= ZVT_DONE));
    fuzz_require(outcome != TENDER_PAID || zvt_says_paid(&talk->status, &order));
    fuzz_require(zvt_judge_last(talk, &order, false) == TENDER_UNKNOWN);
  }
  order.stage = ZVT_REVERSING;
  order.charge = (struct zvt_mark){17, 4711, 120100, 1129};
  if (zvt_judge_last(talk, &order, true) == TENDER_REVERSED)
    fuzz_require(talk->status.original == 4711 && talk->status.result == 0);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  static struct zvt_paper paper;
  struct zvt_talk talk = {.end = ZVT_OPEN, .paper = &paper};
  struct zvt_frame frame;
  size_t used = 0;
  (void)context;
  paper.holder[0] = paper.shop[0] = 0;
  for (; len > 0 && talk.end == ZVT_OPEN; data += used, len -= used) {
    if (zvt_frame_cut(data, len, &frame, &used) != ZVT_WHOLE)
      break;
    (void)zvt_talk_take(&talk, &frame);
    texts_check(&talk);
    judge_check(&talk);
  }
  return talk.end != ZVT_OPEN;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink,
                 "\x80\x00\x00\x04\xFF\x01\x0A\x04\x0F\x1F\x27\x00\x04\x00\x00\x00\x00\x10\x00\x49\x09\x78\x0B\x00"
                 "\x47\x11\x87\x00\x17\x0C\x12\x01\x00\x0D\x11\x29\x29\x52\x50\x00\x38\x06\x0F\x00");
  fuzz_seed_text(sink, "\x80\x00\x00\x06\xD1\x17\x00Karte 4111111111111111\x06\xD1\x02\xFF\x02\x06\x0F\x00");
  fuzz_seed_text(sink, "\x80\x00\x00\x06\xD3\x13\x06\x11\x1F\x07\x01\x02\x25\x0B\x07\x02Hi\x07\x05"
                       "5 EUR\x06\x1E\x01\x6C");
  fuzz_seed_text(sink, "\x80\x00\x00\x04\x0F\x08\x27\x05\x3C\xF0\xF0\xF2no\x06\x1E\x01\x05");
  fuzz_seed_text(sink, "\x80\x00\x00\x04\x0F\x0D\x27\x00\x04\x00\x00\x00\x00\x10\x00\x37\x00\x47\x11\x06\x0F\x00");
  fuzz_seed_text(sink, "\x84\xA0\x00");
}

const struct fuzz_target fuzz_zvt_answer = {.name = "zvt_answer", .take = take, .seeds = seeds};
