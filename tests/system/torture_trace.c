/* SPDX-License-Identifier: Apache-2.0
 * What became of each transaction, step by step. */
#include "torture_trace.h"

#include <stdio.h>
#include <string.h>

#include "epurse/bytes.h"

void trace_begin(struct trace *trace) {
  memset(trace->now, 0, sizeof trace->now);
  trace->begins = true;
}

static bool same(const struct trace_state *a, const struct trace_state *b) {
  return a->slot == b->slot && a->journal == b->journal && a->hold == b->hold && a->load == b->load;
}

static void take_step(struct trace *trace, const struct trace_state *from, const struct trace_state *to) {
  for (unsigned i = 0; i < trace->count; i++)
    if (same(&trace->steps[i].from, from) && same(&trace->steps[i].to, to)) {
      trace->steps[i].count++;
      return;
    }
  trace->full = trace->full || trace->count == TRACE_STEPS;
  if (!trace->full)
    trace->steps[trace->count++] = (struct trace_step){*from, *to, 1};
}

/* Whose it is; the card without a number at the beginning has any that is no other's. */
static unsigned whose_cid(const struct trace *trace, const uint8_t cid[CID_SIZE]) {
  static const uint8_t none[CID_SIZE];
  unsigned nobody = 0;
  for (unsigned whose = 0; whose < TRACE_CARDS; whose++) {
    if (memcmp(trace->cids[whose], cid, CID_SIZE) == 0)
      return whose;
    if (memcmp(trace->cids[whose], none, CID_SIZE) == 0)
      nobody = whose;
  }
  return nobody;
}

/* NULL: of before, or no room. */
static struct trace_state *state_of(struct trace *trace, unsigned whose, uint32_t atc) {
  uint32_t at = atc - trace->begun[whose];
  if (!trace->begins || atc <= trace->begun[whose])
    return NULL;
  trace->full = trace->full || at >= TRACE_ATCS;
  return at < TRACE_ATCS ? &trace->now[whose][at] : NULL;
}

static void slot_becomes(struct trace *trace, struct trace_state *state, uint8_t slot) {
  struct trace_state before = *state;
  if (state->slot == slot)
    return;
  state->slot = slot;
  take_step(trace, &before, state);
}

void trace_card(struct trace *trace, unsigned whose, const struct card_memory *memory) {
  uint32_t atc = bytes_u32(memory->atc);
  struct promise promise;
  for (uint32_t k = trace->begun[whose] + 1; trace->begins && k < atc; k++) {
    struct trace_state *state = state_of(trace, whose, k);
    if (state != NULL && !state->other && state->slot != SLOT_COMMITTED)
      slot_becomes(trace, state, SLOT_ABORTED);
  }
  struct trace_state *state = state_of(trace, whose, atc);
  if (state == NULL)
    return;
  if (promise_decode(memory->offline_promise, PROMISE_SIZE, &promise) == STATUS_OK && promise.atc == atc)
    state->other = true;
  if (state->other || promise_decode(memory->slot_promise, PROMISE_SIZE, &promise) != STATUS_OK)
    return;
  state->other = promise.type == TRANSACTION_PAYOUT;
  if (state->other)
    return;
  memcpy(trace->promised[whose][atc - trace->begun[whose]], promise.commitment, CRYPTO_SHA256_SIZE);
  state->load = promise.type == TRANSACTION_LOAD;
  slot_becomes(trace, state, memory->slot_state);
}

void trace_journal(struct trace *trace, const struct journal_entry *entry) {
  struct promise promise;
  if (!entry->has_promise || promise_decode(entry->promise, PROMISE_SIZE, &promise) != STATUS_OK)
    return;
  unsigned whose = whose_cid(trace, promise.cid);
  struct trace_state *state = state_of(trace, whose, promise.atc);
  if (state == NULL || state->other || state->journal == entry->state ||
      memcmp(trace->promised[whose][promise.atc - trace->begun[whose]], promise.commitment, CRYPTO_SHA256_SIZE) != 0)
    return;
  struct trace_state before = *state;
  state->journal = (uint8_t)entry->state;
  take_step(trace, &before, state);
}

void trace_hold(struct trace *trace, const struct ledger_transaction *transaction) {
  struct trace_state *state = state_of(trace, whose_cid(trace, transaction->cid), transaction->atc);
  if (state == NULL || state->other || state->hold == transaction->state)
    return;
  struct trace_state before = *state;
  state->hold = transaction->state;
  take_step(trace, &before, state);
}

/* ---- written, in the model's words ---- */

static const char *slot_word(uint8_t slot) {
  static const char *const words[] = {"SLOT_NONE", "SLOT_PREPARED", "SLOT_COMMITTED", "SLOT_ABORTED"};
  return words[slot];
}

static const char *journal_word(uint8_t journal) {
  static const char *const words[] = {[0] = "NONE",
                                      [JOURNAL_INTENT] = "JOURNAL_INTENT",
                                      [JOURNAL_PROMISED] = "JOURNAL_PROMISED",
                                      [JOURNAL_CHARGING] = "JOURNAL_CHARGING",
                                      [JOURNAL_CHARGED] = "JOURNAL_CHARGED",
                                      [JOURNAL_AUTHORISED] = "JOURNAL_AUTHORISED",
                                      [JOURNAL_COMMITTED] = "JOURNAL_COMMITTED",
                                      [JOURNAL_CONFIRMED] = "JOURNAL_CONFIRMED",
                                      [JOURNAL_REVERSING] = "JOURNAL_REVERSING",
                                      [JOURNAL_CANCELLED] = "JOURNAL_CANCELLED",
                                      [JOURNAL_SETTLED] = "JOURNAL_SETTLED"};
  return words[journal];
}

static const char *hold_word(uint8_t hold) {
  static const char *const words[] = {[0] = "NONE",
                                      [LEDGER_HELD] = "HELD",
                                      [LEDGER_CAPTURED] = "CAPTURED",
                                      [LEDGER_RELEASED] = "RELEASED",
                                      [LEDGER_DECLINED] = "DECLINED",
                                      [LEDGER_OWED] = "OWED",
                                      [LEDGER_REFUNDED] = "REFUNDED"};
  return words[hold];
}

bool trace_write(const struct trace *trace, const char *path) {
  FILE *file = fopen(path, "w");
  if (file == NULL)
    return false;
  for (unsigned i = 0; i < trace->count; i++) {
    const struct trace_state *from = &trace->steps[i].from, *to = &trace->steps[i].to;
    fprintf(file, "%s %s %s %s > %s %s %s\n", to->load ? "load" : "purchase", slot_word(from->slot),
            journal_word(from->journal), hold_word(from->hold), slot_word(to->slot), journal_word(to->journal),
            hold_word(to->hold));
  }
  return fclose(file) == 0 && !trace->full;
}
