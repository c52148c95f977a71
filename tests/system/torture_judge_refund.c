/* SPDX-License-Identifier: Apache-2.0
 * What must hold of refunds and of payments without a PIN, by the books and by what the card signed. */
#include <inttypes.h>

#include "epurse/bytes.h"
#include "torture_judge.h"

unsigned judge_owed_refunds(int64_t amount) {
  const struct books *books = &torture->books;
  unsigned count = 0;
  for (size_t i = 0; i < books->owed_count; i++)
    count += books->owed_refunds[i] == amount;
  return count;
}

int64_t judge_refunds(struct sequence *sequence, int64_t to_cards) {
  const struct books *books = &torture->books;
  int64_t owed = 0;
  for (size_t i = 0; i < books->owed_count; i++)
    owed += books->owed_refunds[i];
  if (books->refunds_borne != owed + to_cards)
    sequence_violation(sequence,
                       "the shop bears %" PRId64 " of refunds, cards have %" PRId64 " back, owed were %" PRId64,
                       books->refunds_borne, to_cards, owed);
  return owed;
}

void judge_no_pin(struct sequence *sequence, enum whose whose, const struct card_memory *memory) {
  const struct books *books = &torture->books;
  int64_t sum = 0;
  uint32_t last = 0;
  for (size_t i = books->counts[whose]; i > 0; i--) { /* the oldest first */
    const struct ledger_transaction *one = &books->transactions[whose][i - 1];
    struct promise promise;
    bool pays = one->type == TRANSACTION_PURCHASE || one->type == TRANSACTION_OFFLINE_PURCHASE;
    /* An off-line one may follow a promise that nobody heard, and that had the PIN. */
    bool unheard = one->type == TRANSACTION_OFFLINE_PURCHASE && one->atc != last + 1;
    if (promise_decode(one->promise, PROMISE_SIZE, &promise) != STATUS_OK) {
      sequence_violation(sequence, "ATC %" PRIu32 " is booked without a promise", one->atc);
      continue;
    }
    last = one->atc;
    if (promise.pin_verified || unheard)
      sum = 0;
    if (!promise.pin_verified && pays && one->state == LEDGER_CAPTURED)
      sum += one->amount;
    if (sum > TORTURE_NO_PIN)
      sequence_violation(sequence, "without a PIN %" PRId64 " were paid, by ATC %" PRIu32, sum, one->atc);
  }
  if (bytes_u32(memory->no_pin_sum) > sum + books->lacking[whose].sum)
    sequence_violation(sequence, "the card counts %" PRIu32 " without a PIN, the books %" PRId64,
                       bytes_u32(memory->no_pin_sum), sum);
}
