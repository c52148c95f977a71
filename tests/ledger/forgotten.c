/* SPDX-License-Identifier: Apache-2.0
 * Receipts of a restored ledger that do not fit any more: their card was replaced since, or has signed otherwise. In
 * either store: what was forgotten is what this ledger never saw, and a row of its own says that it was restored. */
#include <stdio.h>
#include <string.h>

#include "acts.h"
#include "epurse/ledger_incident.h"
#include "restore_scene.h"
#include "suites.h"

/* The promise that the card has made last was authorised, committed and confirmed; only its terminal knows. */
static void forget(struct world *world, struct purse *purse, int32_t points, struct kept *kept) {
  *kept = (struct kept){.promise = purse->promise};
  memcpy(kept->record, purse->record, PROMISE_SIZE);
  const struct promise *promise = &kept->promise;
  struct authorisation *said = &kept->authorisation;
  *said = (struct authorisation){.type = promise->type,
                                 .atc = promise->atc,
                                 .amount = promise->amount,
                                 .currency = promise->currency,
                                 .decision = DECISION_APPROVED,
                                 .points = points};
  memcpy(said->cid, promise->cid, CID_SIZE);
  memcpy(said->tid, promise->tid, TID_SIZE);
  memcpy(said->promise_hash, purse->hash, CRYPTO_SHA256_SIZE);
  moment_from_unix(world->now, said->time);
  ck_assert_int_eq(purse_sign(NULL, said, kept->authorised), STATUS_OK);
  ck_assert(purse_commit(purse, kept->authorised));
  kept->receipt = (struct ledger_receipt){.authorisation = said, .record = kept->authorised};
  if (promise->type == TRANSACTION_LOAD)
    kept->receipt.tender.kind = LEDGER_TENDER_BANK;
  memcpy(kept->receipt.secret, purse->secret, SECRET_SIZE);
  kept->inquiry =
      (struct ledger_inquiry){.offer = {.promise = promise, .record = kept->record}, .receipt = &kept->receipt};
  memcpy(kept->inquiry.tid, promise->tid, TID_SIZE);
}

static void restore(struct world *world) {
  char sql[256];
  (void)snprintf(sql, sizeof sql,
                 "INSERT INTO restoration VALUES (1, %lld); INSERT INTO incarnation VALUES (2, 7, %lld, 1, 0)",
                 (long long)world->now, (long long)world->now);
  ck_assert_int_eq(world_tamper(world, sql), PLACE_DONE);
  world->now += 60;
}

static void replace(struct world *world, const struct purse *old, const struct purse *fresh) {
  struct ledger_replacing what = {.window = 0, .now = world->now};
  memcpy(what.cid, old->cid, CID_SIZE);
  memcpy(what.new_cid, fresh->cid, CID_SIZE);
  ck_assert_int_eq(world_do(world, act_replace, &what), STATUS_OK);
}

static void assert_incident(struct world *world, size_t nth, uint8_t kind, const struct kept *kept) {
  struct ledger_incident incidents[4];
  size_t count = 0;
  ck_assert_int_eq(ledger_incident_list(world->ledger, 0, incidents, 4, &count), STATUS_OK);
  ck_assert_uint_lt(nth, count);
  ck_assert_uint_eq(incidents[nth].kind, kind);
  ck_assert_uint_eq(incidents[nth].atc, kept->promise.atc);
  ck_assert_mem_eq(incidents[nth].cid, kept->promise.cid, CID_SIZE);
  ck_assert_uint_eq(incidents[nth].evidence_len, PROMISE_SIZE);
  ck_assert_mem_eq(incidents[nth].evidence, kept->record, PROMISE_SIZE);
}

/* ---- replaced since ---- */

struct replaced {
  struct world world;
  struct purse old, fresh;
  struct purse_sale sale, in_points;
};

/* 50.00 and 90 points on the old card, which has had two sales at POS. */
static void replaced_open(struct replaced *replaced) {
  struct world *world = &replaced->world;
  world_open(world);
  world_issue(world, 1, &replaced->old);
  world_issue(world, 2, &replaced->fresh);
  world_complete(world, &replaced->old, TRANSACTION_LOAD, 6000, RELOAD);
  world_complete(world, &replaced->old, TRANSACTION_PURCHASE, 1000, POS);
  replaced->sale = (struct purse_sale){.atc = replaced->old.atc};
  world_complete(world, &replaced->old, TRANSACTION_POINTS_PURCHASE, 10, POS);
  replaced->in_points = (struct purse_sale){.atc = replaced->old.atc, .in_points = true};
}

/* It is reported lost, blocked, and its money has gone to the fresh one. */
static void replaced_since(struct replaced *replaced) {
  restore(&replaced->world);
  ck_assert_int_eq(world_do(&replaced->world, act_block, replaced->old.cid), STATUS_OK);
  replace(&replaced->world, &replaced->old, &replaced->fresh);
}

/* _i: a load, a refund, one in points, a payout, a purchase. Nothing is put where nobody gets at it: the terminal keeps
 * the receipt, a person hears of it. */
START_TEST(what_comes_for_a_replaced_card_is_a_persons) {
  struct replaced replaced;
  struct kept kept;
  replaced_open(&replaced);
  struct world *world = &replaced.world;
  struct purse *old = &replaced.old;
  if (_i == 0)
    purse_promise(old, TRANSACTION_LOAD, 2000, RELOAD);
  else if (_i == 3)
    purse_promise(old, TRANSACTION_PAYOUT, 2000, RELOAD);
  else if (_i == 4)
    purse_promise(old, TRANSACTION_PURCHASE, 20, OTHER_POS);
  else
    purse_refund(old, _i == 1 ? &replaced.sale : &replaced.in_points, _i == 1 ? 500 : 10, POS);
  forget(world, old, _i == 2 ? 10 : 0, &kept);
  replaced_since(&replaced);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(kept_bring(world, &kept), STATUS_CARD_REPLACED);
  ck_assert_uint_eq(world_incidents(world), 1);
  assert_incident(world, 0, LEDGER_INCIDENT_LATE_PROOF, &kept);
  world_assert_card(world, old, 0, 0, 0);
  world_assert_card(world, &replaced.fresh, 0, 0, 5000);
  replace(world, old, &replaced.fresh); /* moves nothing more */
  world_assert_clean(world);
  world_close(world);
}
END_TEST

/* ---- signed otherwise ---- */

/* The opened card signs anew what comes after what the ledger has forgotten, as if that had never been. */
static void sign_again(struct world *world, struct purse *again, uint32_t amount) {
  struct ask ask = {.purse = again};
  again->atc++;
  purse_promise(again, TRANSACTION_PURCHASE, amount, OTHER_POS);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  ck_assert(purse_commit(again, ask.transaction.authorisation));
}

/* A card with 50.00 pays 10.00, which is forgotten; *again: the card before it. */
static void begin(struct world *world, struct purse *purse, struct purse *again, struct kept *kept) {
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 5000, RELOAD);
  *again = *purse;
  purse_promise(purse, TRANSACTION_PURCHASE, 1000, POS);
  forget(world, purse, 100, kept);
}

/* _i: the shop's receipt comes while that is in hold, or after its r. Both shops have what the card paid, and it is
 * blocked. */
START_TEST(an_honest_receipt_is_paid_beside_what_contradicts_it) {
  struct world world;
  struct purse purse, again;
  struct kept kept;
  begin(&world, &purse, &again, &kept);
  restore(&world);
  sign_again(&world, &again, 200);
  if (_i == 1)
    ck_assert_int_eq(world_confirm(&world, &again, again.atc, again.secret), STATUS_OK);
  kept_assert_brought(&world, &kept);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  ck_assert_uint_eq(world_incidents(&world), 1);
  assert_incident(&world, 0, LEDGER_INCIDENT_FORK, &kept);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_assert_clean(&world);
  ck_assert_int_eq(world_confirm(&world, &again, again.atc, again.secret), STATUS_OK);
  world_assert_merchant(&world, "KIOSK", 200, 0);
  world_assert_card(&world, &purse, 5000 - 1000 - 200, 0, 0);
  world_close(&world);
}
END_TEST

/* The one before is another one than it names. */
START_TEST(a_receipt_behind_what_contradicts_it_is_paid) {
  struct world world;
  struct purse purse, again;
  struct kept first, second;
  begin(&world, &purse, &again, &first);
  purse_promise(&purse, TRANSACTION_PURCHASE, 300, POS);
  forget(&world, &purse, 30, &second);
  restore(&world);
  again.atc--; /* the name of the first */
  sign_again(&world, &again, 200);
  kept_assert_brought(&world, &second);
  assert_incident(&world, 0, LEDGER_INCIDENT_FORK, &second);
  ck_assert_int_eq(kept_bring(&world, &first), STATUS_CARD_FORKED);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  world_assert_merchant(&world, "SHOP", 300, 0);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* What the card has spent otherwise it cannot pay: the fork is noted all the same, and the till keeps the receipt. */
START_TEST(a_receipt_that_was_spent_otherwise_waits) {
  struct world world;
  struct purse purse, again;
  struct kept kept;
  begin(&world, &purse, &again, &kept);
  restore(&world);
  sign_again(&world, &again, 4500);
  for (int i = 0; i < 2; i++)
    ck_assert_int_eq(kept_bring(&world, &kept), STATUS_OUT_OF_STEP);
  ck_assert_uint_eq(world_incidents(&world), 1);
  assert_incident(&world, 0, LEDGER_INCIDENT_FORK, &kept);
  ck_assert_uint_eq(world_card_state(&world, &purse), LEDGER_CARD_BLOCKED);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

Suite *forgotten_suite(void) {
  Suite *suite = suite_create("forgotten");
  TCase *tests = tcase_create("does not fit");
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, what_comes_for_a_replaced_card_is_a_persons, 0, 5);
  tcase_add_loop_test(tests, an_honest_receipt_is_paid_beside_what_contradicts_it, 0, 2);
  tcase_add_test(tests, a_receipt_behind_what_contradicts_it_is_paid);
  tcase_add_test(tests, a_receipt_that_was_spent_otherwise_waits);
  suite_add_tcase(suite, tests);
  return suite;
}
