/* SPDX-License-Identifier: Apache-2.0
 * What a till gives back: the sale is found by its number, receipt or reference, and its card takes it. */
#ifndef EPURSE_TERMINAL_REFUND_H
#define EPURSE_TERMINAL_REFUND_H

#include "epurse/terminal.h"

/* A sale as the till knows it; what it says is the server's to check. */
struct sale {
  uint8_t cid[CID_SIZE];
  uint32_t atc;
  struct amount amount; /* of the whole sale */
  bool in_points;       /* it was paid with points */
  int64_t time;         /* unix seconds, when this till made it; 0: another till did, or it is not known */
  int64_t number;       /* of its entry in this till's journal; 0: likewise, or known by its receipt */
  bool brings;          /* it was paid off-line, and its receipt has the promise, which the server may not have yet */
  uint8_t promise[PROMISE_SIZE];
};

/* The sale of the journal's entry with that number; 0: the newest sale. STATUS_NOT_FOUND; STATUS_SALE_UNKNOWN: it is no
 * sale; STATUS_SALE_NOT_CAPTURED: it was not done, as far as this till knows. */
enum status sale_by_number(struct terminal *terminal, int64_t number, struct sale *sale) EPURSE_MUST_USE;
/* By a receipt of any till: its bytes, or the text of its QR code. STATUS_BAD_FORMAT; as receipt_verify. */
enum status sale_by_receipt(const struct terminal *terminal, const uint8_t *data, size_t len,
                            struct sale *sale) EPURSE_MUST_USE;
/* By the name that the caller gave it, at this till or another one of the merchant. STATUS_NOT_FOUND,
 * STATUS_SALE_UNKNOWN; STATUS_SALE_NOT_CAPTURED: its outcome is not known; else what kept it from being known. */
enum status sale_by_reference(struct terminal *terminal, const char *reference, struct sale *sale) EPURSE_MUST_USE;
/* By its number here or its reference, as people type it. Digits alone are a number, and where the journal has no entry
 * of that number, a reference. STATUS_SALE_AMBIGUOUS: a number, and in the journal another sale's reference, which was
 * not declined; else as these two. */
enum status sale_by_name(struct terminal *terminal, const char *name, struct sale *sale) EPURSE_MUST_USE;
/* Whether it can be voided: this till made it, on this day by the till's clock. */
bool sale_is_of_today(const struct sale *sale);

/* Gives payment->amount of the sale back to its card, which is in the reader and is asked for no PIN. A sale that
 * brings its promise is brought in first, whichever till took it. As purchase_run; further STATUS_SALE_UNKNOWN: another
 * card; and the server's words: ledger_refund_authorise. */
enum status refund_run(struct terminal *terminal, struct reader *reader, const struct payment *payment,
                       const struct sale *sale, const struct dialogue *dialogue,
                       struct outcome *outcome) EPURSE_MUST_USE;

/* Gives it back while the card is not there: the server owes it to the sale's card, or to the one that replaced it,
 * until a load collects it; outcome->cid becomes that card's number, and outcome->owed true. The same amount of the
 * same sale under the same reference (or none) is booked once, however often it is asked for. payment->reference is
 * looked for first: what payment_recall answers, and shows by the dialogue, and nothing more is owed:
 * outcome->finished_before. STATUS_OUTCOME_UNKNOWN: perhaps booked, ask again. Else as refund_run, and
 * STATUS_REFUND_NEEDS_CARD. */
enum status refund_owe(struct terminal *terminal, const struct payment *payment, const struct sale *sale,
                       const struct dialogue *dialogue, struct outcome *outcome) EPURSE_MUST_USE;

#endif
