/* SPDX-License-Identifier: Apache-2.0
 * What must hold of payouts and of payments off-line, by the books, the drawer and the journals. */
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>

#include "epurse/journal.h"
#include "torture_judge.h"
#include "torture_world.h"

int64_t judge_payouts(struct sequence *sequence) {
  const struct books *books = &torture->books;
  if (bank_handed() != books->paid_out + books->deposits_back)
    sequence_violation(sequence, "holders have %" PRId64 " in hand, paid out are %" PRId64 ", of deposits %" PRId64,
                       bank_handed(), books->paid_out, books->deposits_back);
  if (books->unheard > 0)
    sequence_violation(sequence, "of %u payouts the server does not know that they were handed out", books->unheard);
  return books->put_back;
}

void judge_deposits(struct sequence *sequence) {
  const struct books *books = &torture->books;
  int64_t issued = 0, kept = 0;
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++) {
    unsigned state = books->cards[whose].state;
    issued += state == LEDGER_CARD_ISSUED || state == LEDGER_CARD_BLOCKED ? TORTURE_DEPOSIT : 0;
    kept += books->cards[whose].deposit;
  }
  int64_t taken = books->totals.deposits_taken;
  if (taken != issued || bank_deposits() != taken || kept + books->deposits_back != taken)
    sequence_violation(sequence,
                       "deposits: taken %" PRId64 ", booked %" PRId64 " for cards worth %" PRId64 ", kept %" PRId64
                       ", given back %" PRId64,
                       bank_deposits(), taken, issued, kept, books->deposits_back);
}

/* Payments off-line that the till gave up, because the card stored another one by then. */
static unsigned given_up(enum till till) {
  static const char question[] = "SELECT count(*) FROM entry WHERE type = 6 AND state = ?";
  char name[64];
  sqlite3 *journal = NULL;
  sqlite3_stmt *row = NULL;
  unsigned count = 0;
  snprintf(name, sizeof name, "%s/journal.db", till_name(till));
  if (sqlite3_open_v2(world_path(name), &journal, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
      sqlite3_prepare_v2(journal, question, -1, &row, NULL) == SQLITE_OK &&
      sqlite3_bind_int(row, 1, JOURNAL_CANCELLED) == SQLITE_OK && sqlite3_step(row) == SQLITE_ROW)
    count = (unsigned)sqlite3_column_int(row, 0);
  sqlite3_finalize(row);
  sqlite3_close(journal);
  return count;
}

void judge_brought_in(struct sequence *sequence) {
  unsigned lacking = 0;
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++)
    if (whose != WHOSE_OPENED)
      lacking += torture->books.lacking[whose].count;
  torture->overwritten += lacking;
  if (lacking > 0 && lacking > given_up(TILL_POS) + given_up(TILL_POS2))
    sequence_violation(sequence, "%u payments off-line were not brought in", lacking);
}
