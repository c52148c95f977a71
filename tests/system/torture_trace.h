/* SPDX-License-Identifier: Apache-2.0
 * What became of each transaction, step by step, as the model of the commit protocol names it: the state of the card's
 * slot, of the terminal's journal entry, and of the server's hold. */
#ifndef EPURSE_TESTS_SYSTEM_TORTURE_TRACE_H
#define EPURSE_TESTS_SYSTEM_TORTURE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "epurse/card.h"
#include "epurse/journal.h"
#include "epurse/ledger_transaction.h"

/* A transaction as all three have it. */
struct trace_state {
  uint8_t slot;    /* enum slot_state; of one that was overtaken: SLOT_COMMITTED or SLOT_ABORTED */
  uint8_t journal; /* enum journal_state, 0: none has it */
  uint8_t hold;    /* enum ledger_transaction_state, 0: none */
  bool load;
  bool other; /* a payout, or a payment off-line: not a transaction of the model, and not traced */
};
struct trace_step {
  struct trace_state from, to;
  unsigned count; /* how often it was seen */
};

#define TRACE_CARDS 4  /* WHOSE_COUNT */
#define TRACE_ATCS  48 /* of one card in one run */
#define TRACE_STEPS 512
struct trace {
  uint8_t cids[TRACE_CARDS][CID_SIZE]; /* zeros: of the card that has none at the beginning */
  uint32_t begun[TRACE_CARDS];         /* each card's ATC at the beginning: what came before is not traced */
  struct trace_state now[TRACE_CARDS][TRACE_ATCS];
  uint8_t promised[TRACE_CARDS][TRACE_ATCS][CRYPTO_SHA256_SIZE]; /* by the card itself: a thief uses its number, too */
  struct trace_step steps[TRACE_STEPS];
  unsigned count;
  bool begins; /* the beginning has been made: what comes from now on is traced */
  bool full;   /* the engine's own room did not suffice */
};

/* Every run begins anew; the steps stay. */
void trace_begin(struct trace *trace);
/* What they have now; whose card it is by the order of enum whose. */
void trace_card(struct trace *trace, unsigned whose, const struct card_memory *memory);
void trace_journal(struct trace *trace, const struct journal_entry *entry);
void trace_hold(struct trace *trace, const struct ledger_transaction *transaction);
/* Writes all steps that were seen, a line for each; false: the file cannot be written. */
bool trace_write(const struct trace *trace, const char *path);

#endif
