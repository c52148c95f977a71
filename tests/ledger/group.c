/* SPDX-License-Identifier: Apache-2.0
 * Steps that are committed together: each is whole or undone alone, and answers what it would have answered alone. */
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_limit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_totals.h"
#include "suites.h"
#include "world.h"

#define COUNT 40

static enum status fail_after(struct ledger *ledger, void *context) {
  const struct ledger_merchant *merchant = context;
  enum status status = ledger_merchant_add(ledger, merchant);
  return status == STATUS_OK ? STATUS_DECLINED : status;
}

static enum status add(struct ledger *ledger, void *context) {
  const struct ledger_merchant *merchant = context;
  return ledger_merchant_add(ledger, merchant);
}

/* Does not listen to what the database says. */
static enum status add_blindly(struct ledger *ledger, void *context) {
  const struct ledger_merchant bad = {.id = "BAD", .name = "Bad"};
  enum status status = ledger_merchant_add(ledger, context);
  (void)!ledger_merchant_add(ledger, &bad);
  return status;
}

static enum status see(struct ledger *ledger, void *context) {
  const struct ledger_merchant *merchant = context;
  struct ledger_merchant found;
  return ledger_merchant_find(ledger, merchant->id, &found);
}

static enum status nest(struct ledger *ledger, void *context) {
  return ledger_transact(ledger, add, context);
}

static void name(struct ledger_merchant *merchant, unsigned number) {
  *merchant = (struct ledger_merchant){.name = "x"};
  (void)snprintf(merchant->id, sizeof merchant->id, "M%u", number);
}

START_TEST(failing_steps_are_undone_alone) {
  struct world world;
  struct ledger_merchant merchants[COUNT];
  struct ledger_job jobs[COUNT];
  world_open(&world);
  for (unsigned i = 0; i < COUNT; i++) {
    name(&merchants[i], i);
    jobs[i] = (struct ledger_job){.step = i % 7 == 3 ? fail_after : add, .context = &merchants[i]};
  }
  ledger_transact_group(world.ledger, jobs, COUNT);
  world_reopen(&world);
  for (unsigned i = 0; i < COUNT; i++) {
    ck_assert_int_eq(jobs[i].status, i % 7 == 3 ? STATUS_DECLINED : STATUS_OK);
    ck_assert_int_eq(see(world.ledger, &merchants[i]), i % 7 == 3 ? STATUS_NOT_FOUND : STATUS_OK);
  }
  world_close(&world);
}
END_TEST

START_TEST(later_steps_see_earlier_ones) {
  struct world world;
  struct ledger_merchant first, second, third;
  world_open(&world);
  world_refuse_bad(&world);
  name(&first, 1);
  name(&second, 2);
  name(&third, 3);
  struct ledger_job jobs[] = {{.step = see, .context = &first},  {.step = add, .context = &first},
                              {.step = see, .context = &first},  {.step = fail_after, .context = &second},
                              {.step = see, .context = &second}, {.step = add_blindly, .context = &third},
                              {.step = add, .context = &second}, {.step = nest, .context = &first},
                              {.step = see, .context = &second}, {.step = see, .context = &third}};
  ledger_transact_group(world.ledger, jobs, sizeof jobs / sizeof jobs[0]);
  ck_assert_int_eq(jobs[0].status, STATUS_NOT_FOUND);
  ck_assert_int_eq(jobs[1].status, STATUS_OK);
  ck_assert_int_eq(jobs[2].status, STATUS_OK);
  ck_assert_int_eq(jobs[3].status, STATUS_DECLINED);
  ck_assert_int_eq(jobs[4].status, STATUS_NOT_FOUND);
  ck_assert_int_eq(jobs[5].status, STATUS_LEDGER_BROKEN); /* the store refused: not committed, whatever the step says */
  ck_assert_int_eq(jobs[6].status, STATUS_OK);
  ck_assert_int_eq(jobs[7].status, STATUS_INTERNAL);
  ck_assert_int_eq(jobs[8].status, STATUS_OK);
  ck_assert_int_eq(jobs[9].status, STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

START_TEST(empty_and_failed_groups_leave_nothing) {
  struct world world;
  struct ledger_merchant merchant;
  struct ledger_totals before, after;
  world_open(&world);
  name(&merchant, 1);
  ck_assert_int_eq(ledger_totals(world.ledger, &before), STATUS_OK);
  ledger_transact_group(world.ledger, NULL, 0);
  struct ledger_job jobs[] = {{.step = fail_after, .context = &merchant}, {.step = fail_after, .context = &merchant}};
  ledger_transact_group(world.ledger, jobs, 2);
  ck_assert_int_eq(jobs[0].status, STATUS_DECLINED);
  ck_assert_int_eq(jobs[1].status, STATUS_DECLINED);
  ck_assert_int_eq(ledger_totals(world.ledger, &after), STATUS_OK);
  ck_assert_uint_eq(before.merchants, after.merchants);
  world_close(&world);
}
END_TEST

/* The same promise twice in one group, as by two lines of one terminal: the second gets the answer of the first. */
START_TEST(same_promise_is_answered_once) {
  struct world world;
  struct purse purse;
  struct ask asks[2];
  struct asking rooms[2];
  struct ledger_job jobs[2];
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  for (size_t i = 0; i < 2; i++) {
    asks[i] = (struct ask){.purse = &purse};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  ledger_transact_group(world.ledger, jobs, 2);
  for (size_t i = 0; i < 2; i++) {
    ck_assert_int_eq(jobs[i].status, STATUS_OK);
    ck_assert_int_eq(asks[i].outcome, STATUS_OK);
    ck_assert(asks[i].standing.answered == (i == 1));
  }
  ck_assert_mem_eq(asks[0].transaction.authorisation, asks[1].transaction.authorisation, AUTHORISATION_SIZE);
  world_assert_card(&world, &purse, 4990, 10, 0);
  world_close(&world);
}
END_TEST

/* A clone between honest cards: it is noted and blocked though its step is undone, and harms nobody else's. */
START_TEST(fork_is_noted_between_others) {
  struct world world;
  struct purse purses[3], clone;
  struct ask asks[5];
  struct asking rooms[5];
  struct ledger_job jobs[5];
  world_open(&world);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
  }
  clone = purses[1];
  purse_promise(&clone, TRANSACTION_PURCHASE, 20, OTHER_POS);
  for (size_t i = 0; i < 3; i++)
    purse_promise(&purses[i], TRANSACTION_PURCHASE, 10, OTHER_POS);
  struct purse *order[] = {&purses[0], &purses[1], &clone, &purses[2], &purses[1]};
  for (size_t i = 0; i < 5; i++) {
    asks[i] = (struct ask){.purse = order[i]};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  ledger_transact_group(world.ledger, jobs, 5);
  static const enum status wanted[] = {STATUS_OK, STATUS_OK, STATUS_CARD_FORKED, STATUS_OK, STATUS_OK};
  for (size_t i = 0; i < 5; i++)
    ck_assert_msg(jobs[i].status == wanted[i], "%zu: %s", i, status_name(jobs[i].status));
  ck_assert(asks[4].standing.answered);
  world_reopen(&world);
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world.ledger, clone.cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_assert_card(&world, &purses[0], 4990, 10, 0);
  world_assert_card(&world, &purses[2], 4990, 10, 0);
  world_close(&world);
}
END_TEST

/* A chain that one step opened is no other step's. */
static enum status authorise_alone(struct ledger *ledger, void *context) {
  struct asking *asking = context;
  const struct ledger_signer signer = {.sign = purse_sign};
  return ledger_purchase_authorise(ledger, &asking->offer, &signer, &asking->ask->transaction);
}

static enum status open_alone(struct ledger *ledger, void *context) {
  struct asking *asking = context;
  return ledger_promise_open(ledger, &asking->offer, &asking->ask->standing);
}

START_TEST(open_promise_ends_with_its_step) {
  struct world world;
  struct purse purse;
  struct asking room;
  world_open(&world);
  world_issue(&world, 1, &purse);
  world_complete(&world, &purse, TRANSACTION_LOAD, 5000, RELOAD);
  purse_promise(&purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  struct ask ask = {.purse = &purse};
  (void)world_ask_job(&world, &ask, &room);
  struct ledger_job jobs[] = {{.step = open_alone, .context = &room}, {.step = authorise_alone, .context = &room}};
  ledger_transact_group(world.ledger, jobs, 2);
  ck_assert_int_eq(jobs[0].status, STATUS_OK);
  ck_assert_int_eq(jobs[1].status, STATUS_INTERNAL);
  world_assert_card(&world, &purse, 5000, 0, 0);
  world_close(&world);
}
END_TEST

static enum status post_then_fail(struct ledger *ledger, void *context) {
  const struct ledger_job *job = context;
  enum status status = job->step(ledger, job->context);
  return status == STATUS_OK ? STATUS_DECLINED : status;
}

/* What /metrics tells of postings counts only what was kept. */
START_TEST(postings_are_counted_as_kept) {
  struct world world;
  struct purse purses[3];
  struct ask asks[3];
  struct asking rooms[3];
  struct ledger_job jobs[3];
  struct ledger_totals counted, anew;
  world_open(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &counted), STATUS_OK);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    purse_promise(&purses[i], TRANSACTION_PURCHASE, 10, POS);
    asks[i] = (struct ask){.purse = &purses[i]};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  struct ledger_job third = jobs[2];
  jobs[2] = (struct ledger_job){.step = post_then_fail, .context = &third};
  ledger_transact_group(world.ledger, jobs, 3);
  ck_assert_int_eq(jobs[2].status, STATUS_DECLINED);
  ck_assert_int_eq(ledger_totals(world.ledger, &counted), STATUS_OK);
  world_reopen(&world);
  ck_assert_int_eq(ledger_totals(world.ledger, &anew), STATUS_OK);
  ck_assert_uint_eq(counted.postings, anew.postings);
  world_close(&world);
}
END_TEST

/* What the database refuses is its own step's, though it may be told only when all is to be committed. */
START_TEST(a_refused_row_is_its_own_steps) {
  static const uint32_t amounts[] = {10, 666, 30};
  struct world world;
  struct purse purses[3];
  struct ask asks[3];
  struct asking rooms[3];
  struct ledger_job jobs[3];
  world_open(&world);
  const char *sql = place_is_file() ? "CREATE TRIGGER no_bad BEFORE INSERT ON booking WHEN NEW.amount = 666 "
                                      "BEGIN SELECT RAISE(ABORT, 'no'); END"
                                    : "ALTER TABLE booking ADD CHECK (amount <> 666)";
  ck_assert_int_eq(world_tamper(&world, sql), PLACE_DONE);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    purse_promise(&purses[i], TRANSACTION_PURCHASE, amounts[i], POS);
    asks[i] = (struct ask){.purse = &purses[i]};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  ledger_transact_group(world.ledger, jobs, 3);
  for (size_t i = 0; i < 3; i++) {
    ck_assert((jobs[i].status == STATUS_OK) == (i != 1));
    world_assert_card(&world, &purses[i], i == 1 ? 5000 : 5000 - amounts[i], i == 1 ? 0 : amounts[i], 0);
  }
  ck_assert_uint_eq(world_state(&world, &purses[1], purses[1].atc), 0);
  purse_promise(&purses[1], TRANSACTION_PURCHASE, 20, POS); /* and the next one is whole again */
  asks[1] = (struct ask){.purse = &purses[1]};
  ck_assert_int_eq(world_ask(&world, &asks[1]), STATUS_OK);
  ck_assert_int_eq(asks[1].outcome, STATUS_OK);
  world_close(&world);
}
END_TEST

struct message {
  uint64_t seq;
};

static enum status take_message(struct ledger *ledger, void *context) {
  struct message *message = context;
  return ledger_terminal_accept(ledger, (const uint8_t *)POS, message->seq);
}

/* The window of one terminal, three times: what is read for all beforehand is not what an earlier one has left. */
START_TEST(a_number_is_taken_once_in_a_group) {
  static const uint64_t numbers[] = {1, 1, 2, 70, 2};
  static const enum status wanted[] = {STATUS_OK, STATUS_REPLAYED, STATUS_OK, STATUS_OK, STATUS_REPLAYED};
  const struct ledger_hint hint = {.tid = (const uint8_t *)POS, .numbered = true};
  struct world world;
  struct message messages[5];
  struct ledger_job jobs[5];
  world_open(&world);
  for (size_t i = 0; i < 5; i++) {
    messages[i].seq = numbers[i];
    jobs[i] = (struct ledger_job){.step = take_message, .context = &messages[i], .hints = &hint, .hint_count = 1};
  }
  ledger_transact_group(world.ledger, jobs, 5);
  for (size_t i = 0; i < 5; i++)
    ck_assert_msg(jobs[i].status == wanted[i], "%zu: %s", i, status_name(jobs[i].status));
  world_close(&world);
}
END_TEST

static enum status prove(struct ledger *ledger, void *context) {
  return ledger_confirm(ledger, context, NULL);
}

/* One card, three times: its payment, r, and the same promise again; beside it two cards whose hints are wrong. */
START_TEST(a_payment_and_its_proof_share_a_group) {
  struct world world;
  struct purse purses[3];
  struct ask asks[4];
  struct asking rooms[4];
  struct ledger_job jobs[5];
  world_open(&world);
  for (uint32_t i = 0; i < 3; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    world_commit(&world, &purses[i], TRANSACTION_PURCHASE, 100, POS); /* the next promise captures it */
    purse_promise(&purses[i], TRANSACTION_PURCHASE, 10, OTHER_POS);
  }
  for (size_t i = 0; i < 4; i++) {
    asks[i] = (struct ask){.purse = &purses[i % 3]};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  struct ledger_confirmation proof = {.atc = purses[0].atc, .now = world.now};
  memcpy(proof.cid, purses[0].cid, CID_SIZE);
  memcpy(proof.secret, purses[0].secret, SECRET_SIZE);
  const struct ledger_hint named = {.cid = proof.cid, .atc = proof.atc};
  jobs[4] = jobs[3];
  jobs[3] = (struct ledger_job){.step = prove, .context = &proof, .hints = &named, .hint_count = 1};
  rooms[1].hint.last_atc = 77;
  rooms[1].hint.tid = (const uint8_t *)"NOBODY00";
  rooms[2].hint.cid = purses[1].cid;
  rooms[2].hint.atc = 1;
  ledger_transact_group(world.ledger, jobs, 5);
  for (size_t i = 0; i < 5; i++)
    ck_assert_msg(jobs[i].status == STATUS_OK, "%zu: %s", i, status_name(jobs[i].status));
  for (size_t i = 0; i < 4; i++) {
    ck_assert_int_eq(asks[i].outcome, STATUS_OK);
    ck_assert(asks[i].standing.answered == (i == 3));
  }
  ck_assert_uint_eq(asks[3].standing.transaction.state, LEDGER_CAPTURED);
  world_assert_card(&world, &purses[0], 4890, 0, 0);
  world_assert_card(&world, &purses[1], 4890, 10, 0);
  world_assert_card(&world, &purses[2], 4890, 10, 0);
  world_assert_merchant(&world, "SHOP", 300, 0);
  world_assert_merchant(&world, "KIOSK", 10, 0);
  world_close(&world);
}
END_TEST

/* A name of a sale is taken by the first of two, though nobody had it when all was read. */
START_TEST(a_reference_is_taken_once_in_a_group) {
  struct world world;
  struct purse purses[2];
  struct ask asks[2];
  struct asking rooms[2];
  struct ledger_job jobs[2];
  world_open(&world);
  for (uint32_t i = 0; i < 2; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000, RELOAD);
    purse_promise(&purses[i], TRANSACTION_PURCHASE, 10, POS);
    asks[i] = (struct ask){.purse = &purses[i], .reference = "bill-17"};
    jobs[i] = world_ask_job(&world, &asks[i], &rooms[i]);
  }
  ledger_transact_group(world.ledger, jobs, 2);
  ck_assert_int_eq(asks[0].outcome, STATUS_OK);
  ck_assert_int_eq(asks[1].outcome, STATUS_REFERENCE_HELD);
  world_close(&world);
}
END_TEST

struct look {
  uint8_t cid[CID_SIZE];
  struct ledger_card card;
  struct ledger_terminal terminal;
};

static enum status look_at_both(struct ledger *ledger, void *context) {
  struct look *look = context;
  enum status status = ledger_terminal_find(ledger, (const uint8_t *)POS, &look->terminal);
  return status == STATUS_OK ? ledger_card_find(ledger, look->cid, &look->card) : status;
}

/* Readings of several, one of them of a card that is not there; and what is written afterwards is read afterwards. */
START_TEST(readings_share_a_group) {
  struct world world;
  struct purse purses[2];
  struct look looks[3];
  struct ledger_hint hints[3];
  struct ledger_job jobs[3];
  world_open(&world);
  for (uint32_t i = 0; i < 2; i++) {
    world_issue(&world, i + 1, &purses[i]);
    world_complete(&world, &purses[i], TRANSACTION_LOAD, 5000 + i, RELOAD);
  }
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < 3; i++) {
      memcpy(looks[i].cid, purses[i % 2].cid, CID_SIZE);
      looks[i].cid[1] ^= i == 2 ? 0x10 : 0; /* another issuer's */
      hints[i] = (struct ledger_hint){.tid = (const uint8_t *)POS, .cid = looks[i].cid};
      jobs[i] = (struct ledger_job){.step = look_at_both, .context = &looks[i], .hints = &hints[i], .hint_count = 1};
    }
    ledger_read_group(world.ledger, jobs, 3);
    ck_assert_int_ne(jobs[2].status, STATUS_OK);
    for (uint32_t i = 0; i < 2; i++) {
      ck_assert_int_eq(jobs[i].status, STATUS_OK);
      ck_assert_int_eq(looks[i].card.balance, 5000 + (int64_t)i - round * 100);
      ck_assert_mem_eq(looks[i].card.cid, purses[i].cid, CID_SIZE);
      ck_assert_uint_eq(looks[i].card.last_atc, purses[i].atc);
      ck_assert_mem_eq(looks[i].terminal.tid, POS, TID_SIZE);
      ck_assert_str_eq(looks[i].terminal.merchant, "SHOP");
      world_complete(&world, &purses[i], TRANSACTION_PURCHASE, 100, POS);
    }
  }
  world_close(&world);
}
END_TEST

/* ---- one group decides as its steps would one by one ---- */

#define CROWD      6
#define CROWD_JOBS 20

struct crowd {
  struct world world;
  struct purse purses[CROWD], told[CROWD_JOBS]; /* told: the card as it stood when it promised */
  struct ask asks[CROWD_JOBS];
  struct asking rooms[CROWD_JOBS];
  struct ledger_confirmation proofs[2];
  struct ledger_hint named[2];
  struct ledger_replacing replacing;
  struct ledger_job jobs[CROWD_JOBS];
  size_t count;
};

static enum status act_credit(struct ledger *ledger, const void *what) {
  return ledger_merchant_limit(ledger, "BANK", *(const int64_t *)what);
}

static enum status revoke(struct ledger *ledger, void *context) {
  (void)context;
  return ledger_terminal_revoke(ledger, (const uint8_t *)POS);
}

static enum status block(struct ledger *ledger, void *context) {
  const struct purse *purse = context;
  return ledger_card_block(ledger, purse->cid, "lost", WORLD_NOW);
}

static enum status miss_pin(struct ledger *ledger, void *context) {
  const struct purse *purse = context;
  uint32_t failures = 0;
  return ledger_card_pin_count(ledger, purse->cid, false, &failures);
}

static enum status replace(struct ledger *ledger, void *context) {
  struct ledger_replacement done;
  return ledger_card_replace(ledger, context, &done);
}

static void crowd_ask(struct crowd *crowd, unsigned card, uint8_t type, uint32_t amount, const char *tid,
                      const char *reference) {
  size_t i = crowd->count++;
  purse_promise(&crowd->purses[card], type, amount, tid);
  crowd->told[i] = crowd->purses[card];
  crowd->asks[i] = (struct ask){.purse = &crowd->told[i], .reference = reference};
  crowd->jobs[i] = world_ask_job(&crowd->world, &crowd->asks[i], &crowd->rooms[i]);
}

static void crowd_prove(struct crowd *crowd, unsigned which, unsigned card) {
  const struct purse *purse = &crowd->purses[card];
  struct ledger_confirmation *proof = &crowd->proofs[which];
  *proof = (struct ledger_confirmation){.atc = purse->atc, .now = crowd->world.now};
  memcpy(proof->cid, purse->cid, CID_SIZE);
  memcpy(proof->secret, purse->secret, SECRET_SIZE);
  crowd->named[which] = (struct ledger_hint){.cid = proof->cid, .atc = proof->atc};
  crowd->jobs[crowd->count++] =
      (struct ledger_job){.step = prove, .context = proof, .hints = &crowd->named[which], .hint_count = 1};
}

static void crowd_do(struct crowd *crowd, ledger_step *step, void *context) {
  crowd->jobs[crowd->count++] = (struct ledger_job){.step = step, .context = context};
}

static void crowd_open(struct crowd *crowd) {
  const int64_t credit = 5000 * CROWD + 10000;
  memset(crowd, 0, sizeof *crowd);
  world_open(&crowd->world);
  for (uint32_t i = 0; i < CROWD; i++) {
    world_issue(&crowd->world, i + 1, &crowd->purses[i]);
    world_complete(&crowd->world, &crowd->purses[i], TRANSACTION_LOAD, 5000, RELOAD);
  }
  ck_assert_int_eq(world_do(&crowd->world, act_credit, &credit), STATUS_OK);
  crowd->replacing = (struct ledger_replacing){.window = 0, .now = crowd->world.now};
  memcpy(crowd->replacing.cid, crowd->purses[3].cid, CID_SIZE);
  memcpy(crowd->replacing.new_cid, crowd->purses[4].cid, CID_SIZE);
}

/* Cards that promise twice, names that become free and are taken, a limit used up, a till revoked, a card blocked and
 * replaced. */
static void crowd_gather(struct crowd *crowd) {
  struct purse *purses = crowd->purses;
  crowd_ask(crowd, 0, TRANSACTION_PURCHASE, 3000, OTHER_POS, NULL);
  crowd_ask(crowd, 0, TRANSACTION_PURCHASE, 4000, OTHER_POS, NULL); /* says that it did not pay the one before */
  crowd_ask(crowd, 1, TRANSACTION_PURCHASE, 6000, POS, "bill-1");
  crowd_ask(crowd, 2, TRANSACTION_PURCHASE, 100, POS, "bill-1");
  crowd_ask(crowd, 3, TRANSACTION_PURCHASE, 100, POS, "bill-1");
  crowd_prove(crowd, 0, 2);
  crowd_ask(crowd, 3, TRANSACTION_PURCHASE, 100, POS, "bill-1");
  crowd_ask(crowd, 4, TRANSACTION_LOAD, 6000, RELOAD, NULL);
  crowd_ask(crowd, 5, TRANSACTION_LOAD, 6000, RELOAD, NULL);
  crowd_do(crowd, miss_pin, &purses[1]);
  crowd_do(crowd, miss_pin, &purses[1]);
  crowd_do(crowd, revoke, NULL);
  crowd_ask(crowd, 1, TRANSACTION_PURCHASE, 100, POS, NULL);
  crowd_ask(crowd, 3, TRANSACTION_PURCHASE, 700, OTHER_POS, NULL);
  crowd_do(crowd, block, &purses[3]);
  crowd_do(crowd, replace, &crowd->replacing);
  crowd_prove(crowd, 1, 3); /* too late: its money went on */
  crowd_ask(crowd, 3, TRANSACTION_PURCHASE, 10, OTHER_POS, NULL);
  crowd_ask(crowd, 1, TRANSACTION_PURCHASE, 5001, OTHER_POS, NULL);
  crowd_ask(crowd, 1, TRANSACTION_PURCHASE, 5000, OTHER_POS, NULL);
  ck_assert_uint_eq(crowd->count, CROWD_JOBS);
}

START_TEST(a_group_decides_as_its_steps_alone) {
  static struct crowd together, alone;
  crowd_open(&together);
  crowd_gather(&together);
  ledger_transact_group(together.world.ledger, together.jobs, together.count);
  crowd_open(&alone);
  crowd_gather(&alone);
  for (size_t i = 0; i < alone.count; i++)
    ledger_transact_group(alone.world.ledger, &alone.jobs[i], 1);
  for (size_t i = 0; i < alone.count; i++) {
    const struct ask *one = &together.asks[i], *other = &alone.asks[i];
    ck_assert_msg(together.jobs[i].status == alone.jobs[i].status, "%zu: %s, alone %s", i,
                  status_name(together.jobs[i].status), status_name(alone.jobs[i].status));
    ck_assert_msg(one->outcome == other->outcome, "%zu: %s, alone %s", i, status_name(one->outcome),
                  status_name(other->outcome));
    ck_assert_uint_eq(one->standing.pin_failures, other->standing.pin_failures);
    ck_assert_uint_eq(one->standing.settled_state, other->standing.settled_state);
    ck_assert_int_eq(one->transaction.state, other->transaction.state);
  }
  for (size_t i = 0; i < CROWD; i++) {
    struct ledger_card one, other;
    ck_assert_int_eq(ledger_card_find(together.world.ledger, together.purses[i].cid, &one), STATUS_OK);
    ck_assert_int_eq(ledger_card_find(alone.world.ledger, alone.purses[i].cid, &other), STATUS_OK);
    ck_assert(one.balance == other.balance && one.held == other.held && one.owed == other.owed);
    ck_assert(one.points == other.points && one.points_owed == other.points_owed && one.state == other.state);
  }
  ck_assert_uint_eq(world_incidents(&together.world), world_incidents(&alone.world));
  world_close(&together.world);
  world_close(&alone.world);
}
END_TEST

Suite *group_suite(void) {
  Suite *suite = suite_create("group");
  TCase *tests = tcase_create("groups");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, failing_steps_are_undone_alone);
  tcase_add_test(tests, later_steps_see_earlier_ones);
  tcase_add_test(tests, empty_and_failed_groups_leave_nothing);
  tcase_add_test(tests, same_promise_is_answered_once);
  tcase_add_test(tests, fork_is_noted_between_others);
  tcase_add_test(tests, open_promise_ends_with_its_step);
  tcase_add_test(tests, postings_are_counted_as_kept);
  tcase_add_test(tests, a_refused_row_is_its_own_steps);
  tcase_add_test(tests, a_number_is_taken_once_in_a_group);
  tcase_add_test(tests, a_payment_and_its_proof_share_a_group);
  tcase_add_test(tests, a_reference_is_taken_once_in_a_group);
  tcase_add_test(tests, readings_share_a_group);
  tcase_add_test(tests, a_group_decides_as_its_steps_alone);
  suite_add_tcase(suite, tests);
  return suite;
}
