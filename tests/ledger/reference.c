/* SPDX-License-Identifier: Apache-2.0
 * References: one name at a merchant holds one open or captured transaction, whichever card pays and however often it
 * is asked for. */
#include <string.h>

#include "epurse/ledger_reference.h"
#include "epurse/reference.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

/* A sale or load of that name; answers what the terminal would be told. */
static enum status named(struct world *world, struct purse *purse, uint8_t type, uint32_t amount, const char *tid,
                         const char *reference) {
  struct ask ask;
  memset(&ask, 0, sizeof ask);
  ask.purse = purse;
  ask.reference = reference;
  purse_promise(purse, type, amount, tid);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  return ask.outcome;
}

static enum status pay(struct world *world, struct purse *purse, uint32_t amount, const char *reference) {
  return named(world, purse, TRANSACTION_PURCHASE, amount, POS, reference);
}

/* The card commits what was authorised last, and the server hears of it. */
static void finish(struct world *world, struct purse *purse) {
  struct ledger_transaction transaction;
  ck_assert_int_eq(ledger_transaction_find(world->ledger, purse->cid, purse->atc, &transaction), STATUS_OK);
  ck_assert(purse_commit(purse, transaction.authorisation));
  ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}

static uint8_t carried(struct world *world, const char *tid, const char *reference, uint32_t *atc) {
  struct ledger_transaction transaction;
  bool owed = false;
  enum status status = ledger_reference_find(world->ledger, (const uint8_t *)tid, reference, &transaction, &owed);
  *atc = status == STATUS_OK ? transaction.atc : 0;
  return status == STATUS_OK ? transaction.state : 0;
}

static void begin(struct world *world, struct purse *one, struct purse *other) {
  world_open(world);
  world_issue(world, 1, one);
  world_issue(world, 2, other);
  world_complete(world, one, TRANSACTION_LOAD, 5000, RELOAD);
  world_complete(world, other, TRANSACTION_LOAD, 5000, RELOAD);
}

START_TEST(is_taken_once) {
  struct world world;
  struct purse one, other;
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_uint_eq(carried(&world, POS, "sale-1", &atc), 0);
  ck_assert_int_eq(pay(&world, &one, 1250, "sale-1"), STATUS_OK);
  finish(&world, &one);
  ck_assert_uint_eq(carried(&world, POS, "sale-1", &atc), LEDGER_CAPTURED);
  ck_assert_uint_eq(atc, 2);
  ck_assert_int_eq(pay(&world, &one, 1250, "sale-1"), STATUS_REFERENCE_DONE);
  ck_assert_int_eq(pay(&world, &other, 1250, "sale-1"), STATUS_REFERENCE_DONE);
  ck_assert_int_eq(pay(&world, &other, 1251, "sale-1"), STATUS_REFERENCE_USED);
  ck_assert_int_eq(named(&world, &other, TRANSACTION_POINTS_PURCHASE, 1250, POS, "sale-1"), STATUS_REFERENCE_USED);
  ck_assert_uint_eq(carried(&world, POS, "sale-1", &atc), LEDGER_CAPTURED);
  ck_assert_uint_eq(atc, 2);
  world_assert_card(&world, &one, 3750, 0, 0);
  world_assert_card(&world, &other, 5000, 0, 0);
  ck_assert_int_eq(pay(&world, &other, 1250, "Sale-1"), STATUS_OK); /* another name */
  world_close(&world);
}
END_TEST

/* Each merchant has names of its own. */
START_TEST(is_a_merchants_own) {
  struct world world;
  struct purse one, other;
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_int_eq(pay(&world, &one, 100, "7"), STATUS_OK);
  finish(&world, &one);
  ck_assert_int_eq(named(&world, &one, TRANSACTION_PURCHASE, 100, OTHER_POS, "7"), STATUS_OK);
  ck_assert_uint_eq(carried(&world, POS, "7", &atc), LEDGER_CAPTURED);
  ck_assert_uint_eq(carried(&world, OTHER_POS, "7", &atc), LEDGER_HELD);
  ck_assert_uint_eq(carried(&world, RELOAD, "7", &atc), 0);
  world_close(&world);
}
END_TEST

/* While it is held another card does not get in; the same card's next promise says how it ended. */
START_TEST(is_held_until_the_card_says) {
  struct world world;
  struct purse one, other;
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_int_eq(pay(&world, &one, 300, "a"), STATUS_OK);
  ck_assert_int_eq(pay(&world, &other, 300, "a"), STATUS_REFERENCE_HELD);
  ck_assert_int_eq(pay(&world, &other, 301, "a"), STATUS_REFERENCE_USED);
  ck_assert_int_eq(pay(&world, &one, 300, "a"), STATUS_OK); /* it had not committed: released, and again */
  ck_assert_uint_eq(carried(&world, POS, "a", &atc), LEDGER_HELD);
  ck_assert_uint_eq(atc, 3);
  ck_assert_uint_eq(world_state(&world, &one, 2), LEDGER_RELEASED);
  struct ledger_transaction transaction;
  ck_assert_int_eq(ledger_transaction_find(world.ledger, one.cid, 3, &transaction), STATUS_OK);
  ck_assert(purse_commit(&one, transaction.authorisation)); /* and nobody hears */
  ck_assert_int_eq(pay(&world, &one, 300, "a"), STATUS_REFERENCE_DONE);
  ck_assert_uint_eq(carried(&world, POS, "a", &atc), LEDGER_CAPTURED);
  world_assert_card(&world, &one, 4700, 0, 0);
  world_close(&world);
}
END_TEST

/* Its card denied the sale, r came all the same, and the issuer paid it: nobody else does. */
START_TEST(is_done_where_the_issuer_paid) {
  struct world world;
  struct purse one, other;
  uint8_t secret[SECRET_SIZE];
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_int_eq(pay(&world, &one, 300, "a"), STATUS_OK);
  memcpy(secret, one.secret, SECRET_SIZE);
  ck_assert_int_eq(pay(&world, &one, 20, "b"), STATUS_OK); /* "I did not commit" */
  ck_assert_uint_eq(carried(&world, POS, "a", &atc), LEDGER_RELEASED);
  ck_assert_int_eq(world_confirm(&world, &one, atc, secret), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 300, 0);
  ck_assert_int_eq(pay(&world, &other, 300, "a"), STATUS_REFERENCE_DONE);
  ck_assert_int_eq(pay(&world, &other, 301, "a"), STATUS_REFERENCE_USED);
  ck_assert_int_eq(world_tamper(&world, "UPDATE reference SET booking = (2 << 32) | 1 WHERE reference = 'a'"),
                   PLACE_REFUSED);
  world_assert_card(&world, &other, 5000, 0, 0);
  world_close(&world);
}
END_TEST

START_TEST(is_freed_by_a_decline) {
  struct world world;
  struct purse one, other;
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_int_eq(pay(&world, &one, 6000, "b"), STATUS_INSUFFICIENT_BALANCE);
  ck_assert_uint_eq(carried(&world, POS, "b", &atc), LEDGER_DECLINED);
  ck_assert_int_eq(pay(&world, &other, 4000, "b"), STATUS_OK); /* of another amount, by another card */
  ck_assert_int_eq(pay(&world, &one, 4000, "b"), STATUS_REFERENCE_HELD);
  finish(&world, &other);
  ck_assert_uint_eq(carried(&world, POS, "b", &atc), LEDGER_CAPTURED);
  world_close(&world);
}
END_TEST

/* A load that was paid for and not credited keeps its name for the claim of that card. */
START_TEST(stays_with_what_is_owed) {
  struct world world;
  struct purse one, other;
  struct ask ask;
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_int_eq(named(&world, &one, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_OK);
  ck_assert_int_eq(pay(&world, &one, 1, "m"), STATUS_OK);
  ck_assert_uint_eq(carried(&world, RELOAD, "l", &atc), LEDGER_OWED);
  ck_assert_int_eq(named(&world, &other, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_REFERENCE_HELD);
  memset(&ask, 0, sizeof ask);
  ask.purse = &one;
  ask.reference = "l";
  ask.tender.kind = LEDGER_TENDER_OWED;
  purse_promise(&one, TRANSACTION_LOAD, 700, OTHER_RELOAD);
  ck_assert_int_eq(world_ask(&world, &ask), STATUS_OK);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  finish(&world, &one);
  ck_assert_uint_eq(carried(&world, OTHER_RELOAD, "l", &atc), LEDGER_CAPTURED);
  ck_assert_int_eq(named(&world, &one, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_REFERENCE_DONE);
  world_close(&world);
}
END_TEST

static enum status claim(struct world *world, struct purse *purse, uint32_t amount, const char *reference) {
  struct ask ask = {.purse = purse, .reference = reference, .tender = {.kind = LEDGER_TENDER_OWED}};
  purse_promise(purse, TRANSACTION_LOAD, amount, OTHER_RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  return ask.outcome;
}

/* Whether what was paid for under the name at RELOAD's merchant is owed still. */
static bool owed_under(struct world *world, const char *reference) {
  struct ledger_transaction transaction;
  bool owed = false;
  ck_assert_int_eq(ledger_reference_find(world->ledger, (const uint8_t *)RELOAD, reference, &transaction, &owed),
                   STATUS_OK);
  return owed;
}

/* Claimed, torn, claimed and torn again; then the first terminal gives the money back. Another load of the same amount
 * that is owed to that card, and is claimed and torn under its own name, is not concerned. */
START_TEST(is_freed_when_what_was_claimed_is_given_back) {
  static const char *const lies[] = {"UPDATE reference_claim SET load = NULL", "DELETE FROM reference_claim",
                                     "INSERT INTO reference_claim SELECT id, NULL FROM booking WHERE tender <> 3"};
  struct world world;
  struct purse one, other;
  uint32_t atc = 0;
  begin(&world, &one, &other);
  ck_assert_int_eq(named(&world, &one, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_OK);
  uint32_t load = one.atc;
  ck_assert_int_eq(named(&world, &one, TRANSACTION_LOAD, 700, RELOAD, "k"), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(claim(&world, &one, 700, "l"), STATUS_OK);
    ck_assert_int_eq(claim(&world, &one, 700, "k"), STATUS_OK);
  }
  ck_assert_int_eq(pay(&world, &one, 1, "m"), STATUS_OK);
  ck_assert_uint_eq(carried(&world, RELOAD, "l", &atc), LEDGER_RELEASED);
  ck_assert(owed_under(&world, "l") && owed_under(&world, "k"));
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
    ck_assert_int_eq(world_tamper(&world, lies[i]), PLACE_REFUSED);
  ck_assert_int_eq(named(&world, &other, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_REFERENCE_HELD);
  ck_assert_int_eq(world_reverse(&world, &one, load, RELOAD), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &one, load), LEDGER_REFUNDED);
  ck_assert(!owed_under(&world, "l") && owed_under(&world, "k"));
  ck_assert_int_eq(named(&world, &other, TRANSACTION_LOAD, 700, RELOAD, "k"), STATUS_REFERENCE_HELD);
  ck_assert_int_eq(named(&world, &other, TRANSACTION_LOAD, 900, RELOAD, "l"), STATUS_OK);
  finish(&world, &other);
  ck_assert_uint_eq(carried(&world, RELOAD, "l", &atc), LEDGER_CAPTURED);
  ck_assert_int_eq(claim(&world, &one, 700, "k"), STATUS_OK);
  finish(&world, &one);
  world_assert_card(&world, &one, 5700, 0, 0);
  world_close(&world);
}
END_TEST

/* A claim that took its name itself leaves nothing paid under it. */
START_TEST(is_freed_by_a_claim_of_what_was_paid_without_it) {
  struct world world;
  struct purse one, other;
  begin(&world, &one, &other);
  ck_assert_int_eq(named(&world, &one, TRANSACTION_LOAD, 700, RELOAD, NULL), STATUS_OK);
  ck_assert_int_eq(claim(&world, &one, 700, "l"), STATUS_OK);
  ck_assert_int_eq(named(&world, &other, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_REFERENCE_HELD);
  ck_assert_int_eq(pay(&world, &one, 1, "m"), STATUS_OK);
  ck_assert(!owed_under(&world, "l"));
  ck_assert_int_eq(named(&world, &other, TRANSACTION_LOAD, 700, RELOAD, "l"), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Whoever writes to the database cannot give a sale's name to another one. */
START_TEST(is_kept_by_the_database) {
  static const char *const lies[] = {"UPDATE reference SET booking = (SELECT max(id) FROM booking)",
                                     "UPDATE reference SET reference = 'other'", "DELETE FROM reference"};
  struct world world;
  struct purse one, other;
  begin(&world, &one, &other);
  ck_assert_int_eq(pay(&world, &one, 300, "a"), STATUS_OK);
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++)
    ck_assert_int_eq(world_tamper(&world, lies[i]), PLACE_REFUSED);
  world_close(&world);
}
END_TEST

static enum status give_back(struct world *world, struct purse *purse, uint32_t sale, uint32_t amount,
                             const char *reference) {
  struct ask ask = {.purse = purse, .reference = reference};
  purse_refund(purse, &(struct purse_sale){.atc = sale}, amount, POS);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  return ask.outcome;
}

/* Whichever way a sale was given back under a name, it is not given back the other way besides. */
START_TEST(gives_back_one_way) {
  struct world world;
  struct purse one, other;
  struct ledger_named_refund refund;
  begin(&world, &one, &other);
  ck_assert_int_eq(pay(&world, &one, 1000, "sale"), STATUS_OK);
  finish(&world, &one);
  uint32_t sale = one.atc;
  struct owing owing = {.atc = sale, .amount = 300, .wish = 1, .reference = "back"};
  for (; owing.wish <= 2; owing.wish++) /* another till has another wish */
    ck_assert_int_eq(owed_refund(&world, &one, &owing), STATUS_OK);
  world_assert_card(&world, &one, 4000, 0, 300);
  ck_assert_int_eq(ledger_reference_refund(world.ledger, (const uint8_t *)OTHER_POS, "back", &refund),
                   STATUS_NOT_FOUND);
  ck_assert_int_eq(ledger_reference_refund(world.ledger, (const uint8_t *)POS, "back", &refund), STATUS_OK);
  ck_assert(refund.amount == 300 && refund.atc == sale && memcmp(refund.cid, one.cid, CID_SIZE) == 0);
  owing.amount = 200;
  ck_assert_int_eq(owed_refund(&world, &one, &owing), STATUS_REFERENCE_USED);
  ck_assert_int_eq(give_back(&world, &one, sale, 300, "back"), STATUS_REFERENCE_DONE);
  ck_assert_int_eq(give_back(&world, &one, sale, 200, "back"), STATUS_REFERENCE_USED);
  ck_assert_int_eq(give_back(&world, &one, sale, 200, "to the card"), STATUS_OK);
  owing = (struct owing){.atc = sale, .amount = 200, .wish = 3, .reference = "to the card"};
  ck_assert_int_eq(owed_refund(&world, &one, &owing), STATUS_REFERENCE_HELD);
  finish(&world, &one);
  ck_assert_int_eq(owed_refund(&world, &one, &owing), STATUS_REFERENCE_DONE);
  owing.amount = 100;
  ck_assert_int_eq(owed_refund(&world, &one, &owing), STATUS_REFERENCE_USED);
  world_assert_card(&world, &one, 4200, 0, 300);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

START_TEST(is_of_printable_characters) {
  char text[REFERENCE_MAX + 2];
  memset(text, 'x', sizeof text);
  text[REFERENCE_MAX + 1] = '\0';
  ck_assert(!reference_valid(text));
  text[REFERENCE_MAX] = '\0';
  ck_assert(reference_valid(text));
  ck_assert(reference_valid("!~"));
  ck_assert(!reference_valid(""));
  ck_assert(!reference_valid("a b"));
  ck_assert(!reference_valid("a\n"));
  ck_assert(!reference_valid("a\x7f"));
  ck_assert(!reference_valid("\xc3\xa9"));
}
END_TEST

Suite *reference_suite(void) {
  Suite *suite = suite_create("reference");
  TCase *tests = tcase_create("references");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, is_taken_once);
  tcase_add_test(tests, is_a_merchants_own);
  tcase_add_test(tests, is_held_until_the_card_says);
  tcase_add_test(tests, is_done_where_the_issuer_paid);
  tcase_add_test(tests, is_freed_by_a_decline);
  tcase_add_test(tests, stays_with_what_is_owed);
  tcase_add_test(tests, is_freed_when_what_was_claimed_is_given_back);
  tcase_add_test(tests, is_freed_by_a_claim_of_what_was_paid_without_it);
  tcase_add_test(tests, gives_back_one_way);
  tcase_add_test(tests, is_kept_by_the_database);
  tcase_add_test(tests, is_of_printable_characters);
  suite_add_tcase(suite, tests);
  return suite;
}
