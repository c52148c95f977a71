/* SPDX-License-Identifier: Apache-2.0
 * What a bank's terminal's answers mean for the money; where they do not say, it is unknown. */
#include <string.h>

#include "zvt_client.h"

#define CODE_BROKEN   0xFF /* "system error": may be anything */
#define CODE_REVERSED 0xB4 /* of a reversal: it was reversed already */

static bool of_that_amount(const struct zvt_status *status, const struct zvt_order *order) {
  return status->amount == order->amount && (status->currency < 0 || status->currency == order->currency);
}

bool zvt_says_paid(const struct zvt_status *status, const struct zvt_order *order) {
  return status->result == 0 && of_that_amount(status, order) && status->receipt >= 0;
}

enum tender_outcome zvt_judge_payment(const struct zvt_talk *talk, const struct zvt_order *order) {
  const bool approved = talk->has_bad || (talk->has_status && talk->status.result == 0);
  switch (talk->end) {
  case ZVT_REFUSED:
  case ZVT_UNSENT:
    return TENDER_DECLINED;
  case ZVT_ENDED: /* after an approval it may have been taken back, or not */
    return approved || talk->code == CODE_BROKEN ? TENDER_UNKNOWN : TENDER_DECLINED;
  case ZVT_DONE:
    if (!talk->has_status)
      return TENDER_UNKNOWN;
    if (talk->status.result != 0)
      return talk->has_bad ? TENDER_UNKNOWN : TENDER_DECLINED;
    return zvt_says_paid(&talk->status, order) ? TENDER_PAID : TENDER_UNKNOWN;
  default:
    return TENDER_UNKNOWN;
  }
}

static bool agree(int64_t one, int64_t two) {
  return one < 0 || two < 0 || one == two;
}

/* Whether that is the same transaction: by a number at least, and in all that both say. */
static bool same_mark(const struct zvt_mark *one, const struct zvt_status *two) {
  if ((one->receipt < 0 || two->receipt < 0) && (one->trace < 0 || two->trace < 0))
    return false;
  return agree(one->receipt, two->receipt) && agree(one->trace, two->trace) && agree(one->time, two->time) &&
         agree(one->date, two->date);
}

bool zvt_says_none(const struct zvt_talk *talk) {
  static const uint8_t others[] = {0x6B, 0x6C, 0x83, 0x9A, 0x9C, 0xA0, CODE_BROKEN}; /* not now, not here, not so */
  return talk->end == ZVT_ENDED && !talk->has_status && !talk->has_bad &&
         memchr(others, talk->code, sizeof others) == NULL;
}

/* Of one whose charge is known: is it the last still, or was it given back? */
static enum tender_outcome judge_reversing(const struct zvt_status *status, const struct zvt_order *order) {
  if (status->result == 0 && status->original >= 0 && status->original == order->charge.trace)
    return TENDER_REVERSED;
  if (status->result == 0 && status->original < 0 && same_mark(&order->charge, status))
    return TENDER_PAID;
  return TENDER_UNKNOWN;
}

/* A reversal of something newer than all that was there before the order: a charge that waited for its goods, and lost
 * its line. */
static bool gave_back_since(const struct zvt_status *status, const struct zvt_order *order) {
  const bool newer = order->told == ZVT_NONE || (order->before.trace >= 0 && status->original > order->before.trace);
  return newer && status->result == 0 && of_that_amount(status, order);
}

enum tender_outcome zvt_judge_last(const struct zvt_talk *talk, const struct zvt_order *order, bool newest) {
  const struct zvt_status *status = &talk->status;
  if (!newest)
    return TENDER_UNKNOWN;
  if (zvt_says_none(talk))
    return order->stage == ZVT_SENT && order->told == ZVT_NONE ? TENDER_DECLINED : TENDER_UNKNOWN;
  if (talk->end != ZVT_DONE || !talk->has_status)
    return TENDER_UNKNOWN;
  if (order->stage == ZVT_REVERSING || order->stage == ZVT_HELD)
    return judge_reversing(status, order);
  if (order->told == ZVT_UNTOLD)
    return TENDER_UNKNOWN;
  if (order->told == ZVT_KNOWN && same_mark(&order->before, status))
    return TENDER_DECLINED; /* nothing has happened since */
  if (status->original >= 0)
    return gave_back_since(status, order) ? TENDER_REVERSED : TENDER_UNKNOWN;
  if (zvt_says_paid(status, order))
    return TENDER_PAID;
  return status->result != 0 && of_that_amount(status, order) ? TENDER_DECLINED : TENDER_UNKNOWN;
}

enum tender_outcome zvt_judge_reversal(const struct zvt_talk *talk) {
  const bool done = talk->has_bad || (talk->has_status && talk->status.result == 0); /* and then broken off */
  switch (talk->end) {
  case ZVT_DONE:
    if (!talk->has_status)
      return TENDER_UNKNOWN;
    return talk->status.result == 0 || talk->status.result == CODE_REVERSED ? TENDER_REVERSED : TENDER_PAID;
  case ZVT_REFUSED:
  case ZVT_ENDED:
    if (talk->code == CODE_REVERSED)
      return TENDER_REVERSED;
    return done || talk->code == CODE_BROKEN ? TENDER_UNKNOWN : TENDER_PAID;
  default:
    return TENDER_UNKNOWN;
  }
}
