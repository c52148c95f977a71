/* SPDX-License-Identifier: Apache-2.0
 * What must hold after a run, counted on every side. */
#include "torture_judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "epurse/bytes.h"
#include "torture_server.h"
#include "torture_thief.h"
#include "torture_world.h"

/* What lies before the judge. */
struct evidence {
  struct sequence *sequence;
  enum whose whose;
  struct card_memory memory;
  const struct ledger_card *card;
  const struct ledger_transaction *transactions;
  size_t count;
};

/* The books have been told. */
static bool gather(struct sequence *sequence, enum whose whose, struct evidence *evidence) {
  const struct books *books = &torture->books;
  *evidence = (struct evidence){.sequence = sequence,
                                .whose = whose,
                                .card = &books->cards[whose],
                                .transactions = books->transactions[whose],
                                .count = books->counts[whose]};
  if (world_card_memory(whose, &evidence->memory))
    return true;
  sequence_violation(sequence, "the card cannot be read");
  return false;
}

static bool books_open(struct sequence *sequence) {
  if (server_books())
    return true;
  sequence_violation(sequence, "the server cannot be read");
  return false;
}

static const struct ledger_transaction *find(const struct evidence *evidence, uint32_t atc) {
  for (size_t i = 0; i < evidence->count; i++)
    if (evidence->transactions[i].atc == atc)
      return &evidence->transactions[i];
  return NULL;
}

static bool captured(const struct evidence *evidence, uint32_t atc) {
  const struct ledger_transaction *transaction = find(evidence, atc);
  return transaction != NULL && transaction->state == LEDGER_CAPTURED;
}

/* ---- the ledger with itself, and with the card ---- */

static void judge_ledger(struct sequence *sequence) {
  const struct books *books = &torture->books;
  if (books->check != STATUS_OK)
    sequence_violation(sequence, "ledger check: %s, %u findings: %s", status_name(books->check), books->findings,
                       books->finding);
  if (books->totals.incidents != books->given_back + books->lies)
    sequence_violation(sequence, "%" PRIu64 " incidents", books->totals.incidents);
  uint64_t left = books->cards[WHOSE_OPENED].held > 0 ? 1 : 0; /* a thief need not come back */
  if (books->totals.open_holds > left)
    sequence_violation(sequence, "%" PRIu64 " holds are open", books->totals.open_holds);
}

/* The card lives, or is as dead as it should be, on both sides. */
static void judge_state(const struct evidence *evidence) {
  enum card_state fate = evidence->whose == evidence->sequence->whose ? evidence->sequence->fate : CARD_PERSONALISED;
  unsigned booked = fate == CARD_BLOCKED ? LEDGER_CARD_BLOCKED : LEDGER_CARD_ISSUED;
  bool unreported = evidence->sequence->dies_alone && evidence->card->state == LEDGER_CARD_ISSUED;
  if ((evidence->card->state != booked && !unreported) || evidence->memory.state != fate)
    sequence_violation(evidence->sequence, "the card's state is %u at the server, %02X on the card, to be %u and %02X",
                       evidence->card->state, evidence->memory.state, booked, (unsigned)fate);
  if (fate == CARD_PERSONALISED && evidence->memory.pin_tries_left != PIN_TRIES)
    sequence_violation(evidence->sequence, "after a right PIN %u tries are left", evidence->memory.pin_tries_left);
}

/* All that it had is owed to the new card: its money, which it paid out, and its points, which stay on it, dead. */
static void judge_renewed(const struct evidence *evidence, int64_t *points) {
  const struct ledger_card *heir = &torture->books.cards[WHOSE_OTHER];
  if (evidence->card->owed != 0 || bytes_u32(evidence->memory.balance) != 0 || heir->points_owed != *points)
    sequence_violation(evidence->sequence,
                       "renewed: the old card holds %" PRIu32 ", is owed %" PRId64 ", left %" PRId64
                       " points to the new one, of %" PRId64,
                       bytes_u32(evidence->memory.balance), evidence->card->owed, heir->points_owed, *points);
  *points = 0;
}

static void judge_balance(const struct evidence *evidence) {
  struct sequence *sequence = evidence->sequence;
  int64_t balance = bytes_u32(evidence->memory.balance), points = bytes_u32(evidence->memory.points);
  if (sequence->renewed && evidence->whose == sequence->whose)
    judge_renewed(evidence, &points);
  if (balance != evidence->card->balance || evidence->card->held != 0)
    sequence_violation(sequence, "card holds %" PRId64 ", shadow %" PRId64 ", in hold %" PRId64, balance,
                       evidence->card->balance, evidence->card->held);
  if (points != evidence->card->points || evidence->card->points_held != 0)
    sequence_violation(sequence, "card has %" PRId64 " points, shadow %" PRId64 ", in hold %" PRId64, points,
                       evidence->card->points, evidence->card->points_held);
}

/* As the card has it: points of what it paid off-line are owed to it. */
static int32_t card_points(const struct ledger_transaction *transaction) {
  return transaction->type == TRANSACTION_OFFLINE_PURCHASE ? 0 : transaction->points;
}

/* One of the card's log rings against what is booked. */
static void judge_ring(const struct evidence *evidence, const uint8_t *ring, unsigned size, uint32_t written) {
  int64_t lacking = (int64_t)torture->books.lacking[evidence->whose].count;
  for (uint32_t i = written > size ? written - size : 0; i < written; i++) {
    struct log_record record;
    const uint8_t *data = ring + (size_t)(i % size) * LOG_RECORD_SIZE;
    bool whole = log_record_decode(data, LOG_RECORD_SIZE, &record) == STATUS_OK;
    const struct ledger_transaction *transaction = whole ? find(evidence, record.atc) : NULL;
    if (record.type == TRANSACTION_OFFLINE_PURCHASE && transaction == NULL && lacking-- > 0)
      continue;
    if (transaction == NULL || transaction->state != LEDGER_CAPTURED || transaction->amount != record.amount ||
        transaction->type != record.type || card_points(transaction) != record.points)
      sequence_violation(evidence->sequence, "the card's log has ATC %u, amount %u, and the books have it otherwise",
                         whole ? record.atc : 0, whole ? record.amount : 0);
  }
}

static bool is_credit(const struct ledger_transaction *transaction) {
  return transaction->type == TRANSACTION_LOAD || transaction->type == TRANSACTION_REFUND;
}

/* By which a card's balance rises when it commits that; minor units. */
static int64_t balance_change(const struct ledger_transaction *transaction) {
  if (transaction->type == TRANSACTION_POINTS_PURCHASE || transaction->in_points)
    return 0;
  return is_credit(transaction) ? (int64_t)transaction->amount : -(int64_t)transaction->amount;
}

/* Booked if and only if the card did it; and the sums are the card's. */
static void judge_debits(const struct evidence *evidence) {
  const struct card_memory *memory = &evidence->memory;
  const struct ledger_offline_lack *lacking = &torture->books.lacking[evidence->whose];
  uint32_t purchases = lacking->count, loads = 0;
  int64_t balance = -lacking->sum, points = 0;
  for (size_t i = 0; i < evidence->count; i++) {
    const struct ledger_transaction *transaction = &evidence->transactions[i];
    if (transaction->state != LEDGER_CAPTURED)
      continue;
    loads += is_credit(transaction);
    purchases += !is_credit(transaction);
    points += card_points(transaction);
    balance += balance_change(transaction);
  }
  if (loads != bytes_u32(memory->load_count) || purchases != bytes_u32(memory->purchase_count))
    sequence_violation(evidence->sequence, "the card did %u loads and %u purchases, booked are %u and %u",
                       bytes_u32(memory->load_count), bytes_u32(memory->purchase_count), loads, purchases);
  if (balance != bytes_u32(memory->balance) || points != bytes_u32(memory->points))
    sequence_violation(evidence->sequence, "what is booked comes to %" PRId64 " and %" PRId64 " points", balance,
                       points);
  judge_ring(evidence, memory->purchase_log[0], PURCHASE_LOG_RECORDS, bytes_u32(memory->purchase_count));
  judge_ring(evidence, memory->load_log[0], LOAD_LOG_RECORDS, bytes_u32(memory->load_count));
}

static uint8_t type_of(enum verb verb) {
  switch (verb) {
  case VERB_LOAD:
    return TRANSACTION_LOAD;
  case VERB_REFUND:
    return TRANSACTION_REFUND;
  case VERB_PAYOUT:
  case VERB_CLOSE:
    return TRANSACTION_PAYOUT;
  default:
    return verb == VERB_PAY ? TRANSACTION_PURCHASE : TRANSACTION_POINTS_PURCHASE;
  }
}

/* A payment may have been made off-line. */
static bool is_of(const struct ledger_transaction *transaction, enum verb verb) {
  return transaction->type == type_of(verb) || (verb == VERB_PAY && transaction->type == TRANSACTION_OFFLINE_PURCHASE);
}

/* Over all cards: merchants got what cards lost; the bank keeps what became loads, or is owed. */
static void judge_houses(struct sequence *sequence) {
  const struct books *books = &torture->books;
  int64_t due = books->risked, loaded = 0, owed = 0, given = 0;
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++) {
    owed += books->cards[whose].owed;
    for (size_t i = 0; i < books->counts[whose]; i++) {
      const struct ledger_transaction *one = &books->transactions[whose][i];
      if ((one->state == LEDGER_CAPTURED || one->honoured) && is_of(one, VERB_PAY))
        due += one->amount;
      bool charged =
          one->state == LEDGER_CAPTURED || one->state == LEDGER_HELD; /* held: of a thief that never came back */
      if (charged && one->type == TRANSACTION_LOAD)
        loaded += one->amount;
      if (one->state == LEDGER_CAPTURED && one->type == TRANSACTION_REFUND)
        given += balance_change(one);
    }
  }
  int64_t unbanked = judge_refunds(sequence, given) + judge_payouts(sequence) + judge_marked();
  if (due != books->totals.merchants_due)
    sequence_violation(sequence, "merchants have %" PRId64 ", cards paid %" PRId64, books->totals.merchants_due, due);
  torture->given_back += (unsigned)books->given_back;
  if (bank_kept() + books->given_back_sum + unbanked != loaded + owed)
    sequence_violation(sequence,
                       "bank and box keep %" PRId64 ", loaded are %" PRId64 ", owed %" PRId64
                       ", of it without a charge %" PRId64,
                       bank_kept(), loaded, owed, unbanked);
  if (books->totals.tenders_due != loaded + owed + given - books->put_back)
    sequence_violation(sequence, "tenders due are %" PRId64 ", loaded %" PRId64 ", owed %" PRId64 ", refunded %" PRId64,
                       books->totals.tenders_due, loaded, owed, given);
}

/* No card number is lost. */
static void judge_pool(struct sequence *sequence) {
  const struct ledger_totals *totals = &torture->books.totals;
  uint64_t used = 0;
  for (unsigned state = LEDGER_CARD_RESERVED; state <= LEDGER_CARD_RETIRED; state++)
    used += totals->cards[state];
  if (totals->pool_free + used != TORTURE_POOL || totals->cards[LEDGER_CARD_RESERVED] > 0)
    sequence_violation(sequence, "%" PRIu64 " numbers are free, %" PRIu64 " used, %" PRIu64 " of them reserved",
                       totals->pool_free, used, totals->cards[LEDGER_CARD_RESERVED]);
}

/* ---- what was said ---- */

static bool is_money(const struct call *call) {
  return call->verb == VERB_PAY || call->verb == VERB_PAY_POINTS || call->verb == VERB_LOAD ||
         call->verb == VERB_REFUND || call->verb == VERB_PAYOUT || call->verb == VERB_CLOSE;
}

/* By the promise that the card signed; minor units, -1: it cannot be read. */
static int64_t balance_after(const struct ledger_transaction *transaction) {
  struct promise promise;
  if (promise_decode(transaction->promise, PROMISE_SIZE, &promise) != STATUS_OK)
    return -1;
  return (int64_t)promise.balance + balance_change(transaction);
}

/* The display said "done": that very transaction is booked, as it was asked for, and was not shown as done before. */
static void judge_done(const struct evidence *evidence, unsigned at) {
  const struct event *event = &evidence->sequence->events[at];
  const struct ledger_transaction *transaction = find(evidence, event->report.outcome.atc);
  int64_t wanted = event->call.verb == VERB_CLOSE ? event->report.outcome.amount.minor : event->call.amount;
  if (transaction == NULL || transaction->state != LEDGER_CAPTURED || transaction->amount != (uint32_t)wanted ||
      !is_of(transaction, event->call.verb))
    sequence_violation(evidence->sequence, "call %u said done: ATC %u is not booked so", at + 1,
                       event->report.outcome.atc);
  else if (event->report.outcome.amount.minor != wanted ||
           event->report.outcome.balance_after != balance_after(transaction))
    sequence_violation(evidence->sequence, "call %u showed %" PRId64 " and then %" PRId64 " on the card", at + 1,
                       event->report.outcome.amount.minor, event->report.outcome.balance_after);
  for (unsigned i = 0; i < at; i++) {
    const struct event *earlier = &evidence->sequence->events[i];
    if (is_money(&earlier->call) && !earlier->report.killed && earlier->call.whose == event->call.whose &&
        earlier->report.returned && earlier->report.status == STATUS_OK &&
        earlier->report.outcome.atc == event->report.outcome.atc)
      sequence_violation(evidence->sequence, "calls %u and %u both said done of ATC %u", i + 1, at + 1,
                         event->report.outcome.atc);
  }
}

/* The display said that it was settled elsewhere and, by the card's word, done: our cards do not lie. */
static void judge_elsewhere(const struct evidence *evidence, unsigned at) {
  const struct call *call = &evidence->sequence->events[at].call;
  const struct books *books = &torture->books;
  for (size_t i = 0; i < books->counts[evidence->whose]; i++) {
    const struct ledger_transaction *one = &books->transactions[evidence->whose][i];
    if (one->state == LEDGER_CAPTURED && is_of(one, call->verb) && one->amount == (uint32_t)call->amount)
      return;
  }
  sequence_violation(evidence->sequence, "call %u said settled elsewhere: nothing of it is booked", at + 1);
}

/* Of what moves no money: what was shown. */
static void judge_shown(const struct evidence *evidence, unsigned at) {
  const struct event *event = &evidence->sequence->events[at];
  const struct report *report = &event->report;
  bool alone = at == 0 || !evidence->sequence->events[at - 1].is_inside;
  if (report->status != STATUS_OK)
    return;
  if (event->call.verb == VERB_BALANCE && alone && report->shown != report->before)
    sequence_violation(evidence->sequence, "call %u showed a balance of %" PRId64 ", the card had %" PRId64, at + 1,
                       report->shown, report->before);
  if (event->call.verb == VERB_OWE && judge_count(evidence->sequence, &event->call) == 0)
    sequence_violation(evidence->sequence, "call %u said that it is owed, which it is not", at + 1);
}

static void judge_displays(const struct evidence *evidence) {
  const struct sequence *sequence = evidence->sequence;
  for (unsigned i = 0; i < sequence->count; i++) {
    const struct report *report = &sequence->events[i].report;
    if (sequence->events[i].call.whose != evidence->whose || !report->returned)
      continue;
    if (!is_money(&sequence->events[i].call))
      judge_shown(evidence, i);
    else if (report->status == STATUS_OK)
      judge_done(evidence, i);
    else if (report->status == STATUS_SETTLED_ELSEWHERE)
      judge_elsewhere(evidence, i);
    else if (report->status != STATUS_OUTCOME_UNKNOWN && report->status != STATUS_PAYOUT_OPEN &&
             report->outcome.atc > report->atc && captured(evidence, report->outcome.atc))
      sequence_violation(evidence->sequence, "call %u said %s: ATC %u was committed all the same", i + 1,
                         status_name(report->status), report->outcome.atc);
  }
}

/* ---- the verdict ---- */

static void judge_card(const struct evidence *evidence) {
  judge_state(evidence);
  judge_balance(evidence);
  judge_debits(evidence);
  judge_no_pin(evidence->sequence, evidence->whose, &evidence->memory);
}

void judge_contact(struct sequence *sequence) {
  struct evidence evidence;
  if (!books_open(sequence) || !gather(sequence, sequence->whose, &evidence))
    return;
  judge_ledger(sequence);
  judge_card(&evidence);
}

void judge_settled(struct sequence *sequence) {
  struct evidence evidence;
  if (!books_open(sequence))
    return;
  judge_ledger(sequence);
  judge_houses(sequence);
  judge_pool(sequence);
  judge_brought_in(sequence);
  judge_deposits(sequence);
  for (enum whose whose = 0; whose < WHOSE_COUNT; whose++) {
    if (whose == WHOSE_OPENED || (whose == WHOSE_NOBODY && sequence->whose != WHOSE_NOBODY) ||
        !gather(sequence, whose, &evidence))
      continue;
    judge_card(&evidence);
    judge_displays(&evidence);
  }
  thief_judge(sequence);
  for (enum till till = 0; till < TILL_COUNT; till++)
    judge_journal(sequence, till);
}

unsigned judge_count(const struct sequence *sequence, const struct call *call) {
  const struct books *books = &torture->books;
  unsigned count = 0;
  if (call->verb == VERB_OWE)
    return judge_owed_refunds(call->amount);
  for (size_t i = 0; i < books->counts[sequence->whose]; i++) {
    const struct ledger_transaction *one = &books->transactions[sequence->whose][i];
    count += one->state == LEDGER_CAPTURED && is_of(one, call->verb) && one->amount == (uint32_t)call->amount;
  }
  return count;
}
