/* SPDX-License-Identifier: Apache-2.0
 * An opened card may lie about its own money inside its limits. It gets no goods that nobody pays, and another card,
 * which has something open at the same terminal, is not touched by anything that it says. */
#include "wire_opened.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "epurse/journal.h"
#include "flow_world.h"
#include "wire_thief.h"

#define START     30000
#define OPEN      7 /* what the other card has open: the amount of the rows, so that it could be taken for theirs */
#define LOAD      50
#define OTHER_PIN "1111"
#define SPARSE    8 /* of what ATTACK_SHARE leaves, one of so many, unless that is 1 */

const struct opened_row opened_rows[] = {
    {&wire_purchase, "purchase, opened", GAIN_GOODS, OPEN},
    {&wire_mistyped, "mistyped PIN, opened", GAIN_GOODS, OPEN},
    {&wire_no_pin, "without a PIN, opened", GAIN_GOODS, OPEN},
    {&wire_points, "points, opened", GAIN_POINTS, OPEN},
    {&wire_retap, "re-tap, opened", GAIN_GOODS, OPEN},
    {&wire_offline, "off-line, opened", GAIN_OFFLINE, OPEN},
    {&wire_refund, "refund, opened", GAIN_NOTHING, OPEN},
    {&wire_load, "load, opened", GAIN_LOAD, LOAD},
    {&wire_payout, "payout, opened", GAIN_CASH, OPEN},
    {&wire_balance, "balance, opened", GAIN_NOTHING, 0},
    {&wire_log, "log, opened", GAIN_NOTHING, 0},
    {&wire_block, "block order, opened", GAIN_NEVER, OPEN},
    {&wire_pin, "change of PIN, opened", GAIN_NOTHING, 0},
};
const size_t opened_rows_count = sizeof opened_rows / sizeof opened_rows[0];

static struct stage stage;
static struct thief thief;

/* ---- the other card ---- */

/* An honest one, with a payment (or a load) whose r did not come. */
static struct other {
  struct flow_card card;
  struct bank bank;       /* of its own, for what is charged once */
  struct terminal *where; /* its entry is open there */
  struct journal_entry entry;
  struct card_memory memory;
  struct card_facts facts;
} other;

static enum status other_run(struct outcome *outcome) {
  const struct payment pays = {.amount = {OPEN, 978}, .ask_pin = true};
  const struct payment loads = {.amount = {LOAD, 978}, .tender = &other.bank.tender};
  struct flow_card *card = &other.card;
  card->asked = 0;
  return other.where == stage.reload ? load_run(other.where, &card->reader, &loads, &card->dialogue, outcome)
                                     : purchase_run(other.where, &card->reader, &pays, &card->dialogue, outcome);
}

static void other_begin(bool loads) {
  struct outcome outcome;
  memset(&other, 0, sizeof other);
  flow_card_issue(&other.card, "wire-other", START);
  bank_make(&other.bank);
  other.where = loads ? stage.reload : stage.pos;
  other.card.accident = (struct accident){
      .ins = loads ? INS_CREDIT_FOR_LOAD : INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(other_run(&outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(&other.card);
  ck_assert_int_eq(journal_next_open(other.where->journal, 0, &other.entry), STATUS_OK);
  ck_assert_int_eq(other.entry.state, JOURNAL_AUTHORISED);
  other.memory = *vcard_memory(other.card.vcard);
  other.facts = flow_facts(other.card.cid);
}

/* Its entry is where it was, and the server has heard nothing of it. */
static void other_judge(void) {
  struct journal_entry entry;
  struct card_facts facts = flow_facts(other.card.cid);
  ck_assert_int_eq(journal_next_open(other.where->journal, other.entry.id - 1, &entry), STATUS_OK);
  ck_assert_int_eq(entry.id, other.entry.id);
  ck_assert_msg(entry.state == JOURNAL_AUTHORISED, "the other card's entry is in state %d", (int)entry.state);
  ck_assert(!entry.has_secret);
  ck_assert_str_eq(entry.tender_order, other.entry.tender_order);
  ck_assert_str_eq(facts.state, other.facts.state);
  ck_assert_int_eq(facts.balance, other.facts.balance);
  ck_assert_int_eq(facts.held, other.facts.held);
  ck_assert_int_eq(facts.owed, other.facts.owed);
  ck_assert_int_eq(facts.points, other.facts.points);
  ck_assert_uint_eq(facts.last_atc, other.facts.last_atc);
}

/* It comes back, and what it had open was done, once; its PIN is right, and it pays. */
static void other_end(void) {
  int64_t change = other.where == stage.reload ? LOAD : -OPEN;
  struct outcome outcome;
  ck_assert_mem_eq(vcard_memory(other.card.vcard), &other.memory, sizeof other.memory);
  ck_assert_int_eq(other_run(&outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_uint_eq(other.bank.charged, other.where == stage.reload ? 1 : 0);
  ck_assert_uint_eq(other.bank.reversed, 0);
  flow_card_settled(&other.card, START + change);
  const struct payment pays = {.amount = {1, 978}, .ask_pin = true};
  other.card.asked = 0;
  ck_assert_int_eq(purchase_run(stage.pos2, &other.card.reader, &pays, &other.card.dialogue, &outcome), STATUS_OK);
  flow_card_settled(&other.card, START + change - 1);
  flow_card_remove(&other.card);
}

/* ---- one attack ---- */

struct attempt {
  struct snapshot before;
  int64_t handed;
  unsigned done; /* different transactions that a terminal said OK of */
  uint32_t atc;
  bool offline;
};

static void stage_renew(const struct opened_row *row) {
  char name[64];
  flow_card_remove(&stage.card);
  snprintf(name, sizeof name, "%s-%u", row->name, ++stage.cards);
  flow_card_issue(&stage.card, name, row->operation->money);
  wire_open(&stage.wire, stage.card.inner);
  if (row->operation->replenish != NULL)
    row->operation->replenish(&stage);
}

/* A payment whose DEBIT did not come through, or whose r did not. */
static void tear_payment(void) {
  const struct payment pays = {.amount = {OPEN, 978}, .ask_pin = true};
  struct flow_card *card = &stage.card;
  struct outcome outcome;
  bool after = thief.detail % 2 == 0;
  card->accident =
      (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = after, .drop_before = !after, .keep_away = true};
  card->asked = 0;
  ck_assert_int_eq(purchase_run(stage.pos, &card->reader, &pays, &card->dialogue, &outcome), STATUS_OUTCOME_UNKNOWN);
  flow_card_return(card);
  card->asked = 0;
}

static void row_prepare(const struct opened_row *row) {
  if (row->operation == &wire_retap)
    tear_payment();
  else if (row->operation->prepare != NULL)
    row->operation->prepare(&stage);
}

static bool moves_money(const struct opened_row *row) {
  return row->amount > 0;
}

/* At an honest terminal; OK is never said of the other card. */
static enum status attempt_run(const struct opened_row *row, struct attempt *attempt) {
  static const struct wire_attack nothing = {.kind = WIRE_NOTHING};
  struct outcome outcome = {.atc = 0};
  wire_open(&stage.wire, &thief.reader);
  wire_arm(&stage.wire, &nothing, NULL);
  enum status status = row->operation->run(&stage, &outcome);
  stage_calm(&stage);
  if (attack_verbose())
    printf("# %s: %s %u from %u: %s\n", row->name, thief_lie_name(thief.lie), thief.detail, thief.from,
           status_name(status)),
        fflush(stdout);
  if (status != STATUS_OK || !moves_money(row))
    return status;
  ck_assert_msg(memcmp(outcome.cid, other.card.cid, CID_SIZE) != 0, "done, in the other card's name");
  attempt->done += attempt->done == 0 || outcome.atc != attempt->atc;
  attempt->atc = outcome.atc;
  attempt->offline |= outcome.offline;
  return status;
}

/* What is said of one PIN is said of another: nobody learns the other card's. */
static void judge_pins(const struct opened_row *row, struct attempt *attempt, enum status with_right) {
  struct outcome outcome;
  thief_calm(&thief);
  thief.takes = OTHER_PIN;
  thief_arm(&thief);
  flow_card_type(&stage.card, (const char *const[]){OTHER_PIN, NULL});
  enum status status;
  if (row->operation == &wire_pin)
    status = pin_change_run(stage.pos, &thief.reader, 0, &stage.card.dialogue, &outcome);
  else
    status = attempt_run(row, attempt);
  ck_assert_msg(status == with_right, "with another PIN: %s", status_name(status));
}

/* What the terminals gave away against what the server has booked. */
static void judge_gain(const struct opened_row *row, const struct attempt *attempt) {
  const struct snapshot *before = &attempt->before;
  struct snapshot now;
  stage_snapshot(&stage, &now);
  int64_t due = attempt->done * row->amount, handed = wire_payout_handed() - attempt->handed;
  int64_t paid = now.books.merchants_due - before->books.merchants_due;
  int64_t loaded = now.books.tenders_due - before->books.tenders_due;
  int64_t charges = (int64_t)(now.charged - before->charged) - (int64_t)(now.reversed - before->reversed);
  if (row->gain == GAIN_GOODS)
    ck_assert_int_ge(paid, due);
  if (row->gain == GAIN_POINTS)
    ck_assert_int_le(now.books.points - before->books.points, -due);
  if (row->gain == GAIN_OFFLINE && paid < due)
    ck_assert_str_eq(stage_facts(&stage).state, "BLOCKED");
  if (row->gain == GAIN_LOAD)
    ck_assert_int_le(loaded, charges * row->amount);
  if (row->gain == GAIN_CASH)
    ck_assert_int_ge(handed, due);
  if (row->gain == GAIN_NEVER)
    ck_assert_uint_eq(attempt->done, 0);
  /* no money is made */
  ck_assert_int_le(now.books.outstanding - before->books.outstanding, loaded - handed);
}

static void attack_run(const struct opened_row *row) {
  struct attempt attempt = {.done = 0};
  struct figures_row *figures_of = figures_row(row->name);
  mark_point();
  stage_renew(row);
  stage_snapshot(&stage, &attempt.before);
  attempt.handed = wire_payout_handed();
  row_prepare(row);
  thief.takes = NULL;
  thief_arm(&thief);
  enum status status = attempt_run(row, &attempt);
  bool told = thief.told;
  if (thief.lie == THIEF_POSES && thief.from == 0 && row->operation != &wire_mistyped)
    judge_pins(row, &attempt, status);
  else
    (void)attempt_run(row, &attempt);
  thief_calm(&thief);
  stage_recover(&stage, stage.pos);
  stage_recover(&stage, stage.reload);
  judge_gain(row, &attempt);
  other_judge();
  figures_of->attacks += told;
  figures_of->outcomes[status] += told;
}

/* ---- all of them ---- */

/* How many APDUs the row has when the card is honest. */
static unsigned row_length(const struct opened_row *row) {
  static const struct wire_attack nothing = {.kind = WIRE_NOTHING};
  struct outcome outcome;
  stage_renew(row);
  row_prepare(row);
  wire_arm(&stage.wire, &nothing, NULL);
  (void)!row->operation->run(&stage, &outcome);
  unsigned count = stage.wire.tape.count;
  stage_calm(&stage);
  stage_recover(&stage, stage.pos);
  stage_recover(&stage, stage.reload);
  return count;
}

/* A field that is said once in a session is a lie from the beginning. */
static bool said_once(enum thief_lie lie) {
  return lie == THIEF_PROMISES || lie == THIEF_RECORDS;
}

/* In every run: from the first word on it is the other card, whose slot holds something. */
static bool always(void) {
  return thief.lie == THIEF_POSES && thief.from == 0 && thief.detail != SLOT_NONE;
}

static void attack_all(const struct opened_row *row, unsigned length) {
  uint64_t seed = attack_seed();
  unsigned step = attack_share() == 1 ? 1 : attack_share() * SPARSE;
  unsigned next = (unsigned)((wire_random(&seed) + (uint64_t)row->name[0] + (uint64_t)row->name[1]) % step);
  for (unsigned lie = 0; lie < THIEF_LIES; lie++) {
    for (thief.from = 0; thief.from < (said_once((enum thief_lie)lie) ? 1 : length); thief.from++) {
      for (thief.detail = 0; thief.detail < thief_details((enum thief_lie)lie); thief.detail++) {
        thief.lie = (enum thief_lie)lie;
        bool drawn = next == 0;
        next = drawn ? step - 1 : next - 1;
        if (drawn || always())
          attack_run(row);
      }
    }
  }
}

void wire_opened_attack(const struct opened_row *row) {
  if (!attack_wants(row->name))
    return;
  stage_open(&stage, row->name, row->operation->money);
  other_begin(row->operation == &wire_load || row->operation == &wire_payout);
  unsigned length = row_length(row);
  ck_assert_uint_gt(length, 0);
  figures_row(row->name)->messages = length;
  thief = (struct thief){.card = &stage.card, .other = &other.memory, .other_cid = other.card.cid};
  attack_all(row, length);
  other_end();
  stage_close(&stage);
}
