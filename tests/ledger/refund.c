/* SPDX-License-Identifier: Apache-2.0
 * Refunds: of a captured sale of this card at this merchant, in sum never more than it, its points taken back or given
 * back; nothing is booked for what is refused. */
#include "acts.h"
#include "epurse/ledger_limit.h"
#include "epurse/settlement.h"
#include "offline_scene.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

#include <string.h>

#define DAY (24 * 60 * 60)

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 20000, RELOAD);
}

static struct purse_sale sell(struct world *world, struct purse *purse, uint8_t type, uint32_t amount) {
  world_complete(world, purse, type, amount, POS);
  return (struct purse_sale){purse->atc, type == TRANSACTION_POINTS_PURCHASE};
}

/* Up to the server's answer. */
static enum status ask(struct world *world, struct purse *purse, const struct purse_sale *sale, uint32_t amount,
                       const char *tid) {
  struct ask ask = {.purse = purse};
  purse_refund(purse, sale, amount, tid);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  if (ask.outcome == STATUS_OK)
    ck_assert(purse_commit(purse, ask.transaction.authorisation));
  return ask.outcome;
}

static enum status refund(struct world *world, struct purse *purse, const struct purse_sale *sale, uint32_t amount) {
  enum status status = ask(world, purse, sale, amount, POS);
  if (status == STATUS_OK)
    ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
  return status;
}

START_TEST(gives_a_sale_back) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1250);
  ck_assert_uint_eq(purse.points, 125);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1250), STATUS_OK);
  ck_assert_uint_eq(purse.balance, 20000);
  ck_assert_uint_eq(purse.points, 0);
  world_assert_agrees(&world, &purse);
  world_assert_merchant(&world, "SHOP", 1250, -1250);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1), STATUS_REFUND_EXCEEDS);
  world_close(&world);
}
END_TEST

/* 3.33 of 10.00 with 99 points: the parts' points sum to the whole's. */
START_TEST(gives_parts_back_up_to_the_whole) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 999);
  ck_assert_uint_eq(purse.points, 99);
  ck_assert_int_eq(refund(&world, &purse, &sale, 333), STATUS_OK);
  ck_assert_int_eq(refund(&world, &purse, &sale, 667), STATUS_REFUND_EXCEEDS);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1), STATUS_OK);
  ck_assert_int_eq(refund(&world, &purse, &sale, 665), STATUS_OK);
  ck_assert_uint_eq(purse.points, 0);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1), STATUS_REFUND_EXCEEDS);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

START_TEST(takes_no_points_that_are_spent) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  (void)sell(&world, &purse, TRANSACTION_POINTS_PURCHASE, 70);
  ck_assert_uint_eq(purse.points, 30);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1000), STATUS_OK);
  ck_assert_uint_eq(purse.points, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* No money moves; a part that is worth no whole point is given back without one. */
START_TEST(gives_points_back_for_points) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  (void)sell(&world, &purse, TRANSACTION_PURCHASE, 5000);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_POINTS_PURCHASE, 200);
  const struct purse_sale in_money = {sale.atc, false};
  ck_assert_uint_eq(purse.points, 300);
  ck_assert_int_eq(refund(&world, &purse, &in_money, 100), STATUS_SALE_UNKNOWN);
  ck_assert_int_eq(refund(&world, &purse, &sale, 67), STATUS_OK);
  ck_assert_uint_eq(purse.points, 367);
  ck_assert_uint_eq(purse.balance, 15000);
  ck_assert_int_eq(ask(&world, &purse, &sale, 133, POS), STATUS_OK); /* in hold: found by the next promise */
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS);
  ck_assert_uint_eq(purse.points, 500);
  world_assert_agrees(&world, &purse);
  world_assert_merchant(&world, "SHOP", 5000, 0);
  world_close(&world);
}
END_TEST

START_TEST(refuses_what_is_no_sale_of_this_card_here) {
  struct world world;
  struct purse purse, other;
  struct ask asked;
  begin(&world, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 5000, RELOAD);
  const struct purse_sale load = {1, false}, none = {2, false};
  ck_assert_int_eq(refund(&world, &purse, &load, 100), STATUS_SALE_UNKNOWN);
  ck_assert_int_eq(refund(&world, &purse, &none, 100), STATUS_SALE_UNKNOWN); /* the refund that was refused */
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  world_complete(&world, &other, TRANSACTION_PURCHASE, 500, OTHER_POS);
  ck_assert_int_eq(ask(&world, &purse, &sale, 1000, OTHER_POS), STATUS_SALE_OF_ANOTHER);
  ck_assert_int_eq(ask(&world, &purse, &sale, 1000, RELOAD), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1001), STATUS_REFUND_EXCEEDS);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 300, POS, &asked); /* not debited */
  const struct purse_sale torn = {purse.atc, false};
  ck_assert_int_eq(refund(&world, &purse, &torn, 300), STATUS_SALE_NOT_CAPTURED);
  world.now += WORLD_REFUND_WINDOW;
  ck_assert_int_eq(refund(&world, &purse, &sale, 1), STATUS_OK);
  world.now += 1;
  ck_assert_int_eq(refund(&world, &purse, &sale, 1), STATUS_SALE_TOO_OLD);
  world_assert_merchant(&world, "SHOP", 1000, -1);
  world_close(&world);
}
END_TEST

/* Torn before the card had it: the next promise says so, and the sale can be given back again; what is in hold
 * counts. */
START_TEST(a_torn_refund_is_released) {
  struct world world;
  struct purse purse;
  struct ask asked = {.purse = &purse};
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  purse_refund(&purse, &sale, 1000, POS);
  ck_assert_int_eq(world_ask(&world, &asked), STATUS_OK);
  ck_assert_int_eq(asked.outcome, STATUS_OK);
  world_assert_card(&world, &purse, 19000, 1000, 0);
  world_assert_merchant(&world, "SHOP", 1000, -1000);
  uint32_t torn = purse.atc;
  ck_assert_int_eq(refund(&world, &purse, &sale, 1000), STATUS_OK);
  ck_assert_uint_eq(world_state(&world, &purse, torn), LEDGER_RELEASED);
  world_assert_agrees(&world, &purse);
  world_assert_merchant(&world, "SHOP", 1000, -1000);
  world_close(&world);
}
END_TEST

/* The card had it, and the till lost r: the next promise brings it. */
START_TEST(a_lost_secret_is_brought_by_the_next_promise) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  ck_assert_int_eq(ask(&world, &purse, &sale, 400, POS), STATUS_OK);
  uint32_t lost = purse.atc;
  ck_assert_int_eq(refund(&world, &purse, &sale, 601), STATUS_REFUND_EXCEEDS);
  ck_assert_uint_eq(world_state(&world, &purse, lost), LEDGER_CAPTURED);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* r for what the card had denied is no payment: nobody's money moves. */
START_TEST(a_denied_refund_is_not_honoured) {
  struct world world;
  struct purse purse;
  struct ask asked = {.purse = &purse};
  uint8_t secret[SECRET_SIZE];
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  purse_refund(&purse, &sale, 1000, POS);
  ck_assert_int_eq(world_ask(&world, &asked), STATUS_OK);
  uint32_t torn = purse.atc;
  memcpy(secret, purse.secret, sizeof secret);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, POS);
  ck_assert_int_eq(world_confirm(&world, &purse, torn, secret), STATUS_LEDGER_BROKEN);
  ck_assert_uint_eq(world_incidents(&world), 1);
  world_close(&world);
}
END_TEST

START_TEST(is_set_off_and_carried_over) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  ck_assert_int_eq(world_do(&world, act_close, &world.now), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 0, 0);
  ck_assert_int_eq(refund(&world, &purse, &sale, 1000), STATUS_OK);
  (void)sell(&world, &purse, TRANSACTION_PURCHASE, 300);
  ck_assert_int_eq(world_do(&world, act_close, &world.now), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 0, -700);
  (void)sell(&world, &purse, TRANSACTION_PURCHASE, 900);
  ck_assert_int_eq(world_do(&world, act_close, &world.now), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_close(&world);
}
END_TEST

static enum status act_limit(struct ledger *ledger, const void *what) {
  return ledger_terminal_refund_limit(ledger, (const uint8_t *)POS, *(const int64_t *)what);
}

static enum status act_merchant_limit(struct ledger *ledger, const void *what) {
  return ledger_merchant_refund_limit(ledger, "SHOP", *(const int64_t *)what);
}

START_TEST(gives_back_so_much_in_a_day) {
  struct world world;
  struct purse purse;
  const int64_t terminal = 500, merchant = 600;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 2000);
  ck_assert_int_eq(world_do(&world, act_limit, &terminal), STATUS_OK);
  ck_assert_int_eq(refund(&world, &purse, &sale, 501), STATUS_REFUND_LIMIT);
  ck_assert_int_eq(refund(&world, &purse, &sale, 400), STATUS_OK);
  ck_assert_int_eq(refund(&world, &purse, &sale, 101), STATUS_REFUND_LIMIT);
  world.now += DAY;
  ck_assert_int_eq(refund(&world, &purse, &sale, 500), STATUS_OK);
  ck_assert_int_eq(world_do(&world, act_merchant_limit, &merchant), STATUS_OK);
  world.now += DAY;
  const int64_t none = LEDGER_LIMIT_NONE;
  ck_assert_int_eq(world_do(&world, act_limit, &none), STATUS_OK);
  ck_assert_int_eq(refund(&world, &purse, &sale, 601), STATUS_REFUND_LIMIT);
  ck_assert_int_eq(refund(&world, &purse, &sale, 600), STATUS_OK);
  world_close(&world);
}
END_TEST

/* The database holds it by itself, and the audit finds what was changed by hand. */
START_TEST(the_audit_looks_at_sales) {
  static const char *const lies[] = {"UPDATE limit_use SET used = used - 1 WHERE kind = 3",
                                     "UPDATE limit_use SET used = used - 1 WHERE kind = 4",
                                     "DROP TRIGGER booking_sale_fixed ON booking; UPDATE booking SET sale = NULL"};
  for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    struct world world;
    struct purse purse;
    begin(&world, &purse);
    const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
    ck_assert_int_eq(refund(&world, &purse, &sale, 600), STATUS_OK);
    ck_assert_uint_eq(world_contradictions(&world), 0);
    ck_assert_int_eq(world_tamper(&world, "UPDATE booking SET sale = NULL WHERE type = 4"), PLACE_REFUSED);
    bool file = place_is_file() && i == 2;
    ck_assert_int_eq(
        world_tamper(&world, file ? "DROP TRIGGER booking_sale_fixed; UPDATE booking SET sale = NULL" : lies[i]),
        PLACE_DONE);
    ck_assert_uint_gt(world_contradictions(&world), 0);
    world_discard(&world);
  }
}
END_TEST

static enum status owe(struct world *world, const struct purse *purse, uint32_t atc, uint32_t amount, uint8_t wish) {
  struct owing owing = {.atc = atc, .amount = amount, .wish = wish};
  enum status status = owed_refund(world, purse, &owing);
  if (status == STATUS_OK)
    ck_assert_mem_eq(owing.heir, purse->cid, CID_SIZE);
  return status;
}

/* Paid off-line and brought in, beyond what its till is paid in a day: it is a sale, and not booked yet. */
START_TEST(what_waits_is_not_given_back_yet) {
  struct world world;
  struct purse purse, other;
  begin(&world, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 1000, RELOAD);
  offline_use_up(&world, &purse, POS);
  struct paid more = offline_pay(&other, 100, POS);
  const struct purse_sale waits = {other.atc, false}, none = {1, false};
  ck_assert_int_eq(offline_bring(&world, &more), STATUS_OFFLINE_WAITS);
  ck_assert_int_eq(owe(&world, &other, waits.atc, 100, 1), STATUS_SALE_NOT_CAPTURED);
  ck_assert_int_eq(owe(&world, &other, waits.atc + 1, 100, 1), STATUS_SALE_UNKNOWN);
  ck_assert_int_eq(refund(&world, &other, &waits, 100), STATUS_SALE_NOT_CAPTURED);
  ck_assert_int_eq(refund(&world, &other, &none, 100), STATUS_SALE_UNKNOWN);
  ck_assert_int_eq(offline_bring(&world, &more), STATUS_OK); /* the card's promise confirmed it */
  ck_assert_int_eq(refund(&world, &other, &waits, 100), STATUS_OK);
  world_assert_agrees(&world, &other);
  world_close(&world);
}
END_TEST

/* Whoever has a till's key and another card's number learns nothing of what that paid elsewhere, not even that it
 * did. */
START_TEST(who_shows_no_card_learns_of_no_other_sale) {
  struct world world;
  struct purse purse, other;
  begin(&world, &purse);
  world_issue(&world, 2, &other);
  world_complete(&world, &other, TRANSACTION_LOAD, 1000, RELOAD);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  const struct purse_sale points = sell(&world, &purse, TRANSACTION_POINTS_PURCHASE, 10);
  world_authorise(&world, &purse, TRANSACTION_PURCHASE, 100, POS, &(struct ask){0});
  const uint32_t held = purse.atc;
  offline_use_up(&world, &purse, POS);
  struct paid more = offline_pay(&other, 100, POS);
  ck_assert_int_eq(offline_bring(&world, &more), STATUS_OFFLINE_WAITS);
  const struct {
    const struct purse *card;
    uint32_t atc;
  } sales[] = {{&purse, sale.atc}, {&purse, points.atc}, {&purse, held}, {&other, other.atc}, {&purse, purse.atc + 9}};
  for (size_t i = 0; i < sizeof sales / sizeof sales[0]; i++) {
    struct owing owing = {.atc = sales[i].atc, .amount = 10, .wish = (uint8_t)(i + 1), .tid = OTHER_POS};
    ck_assert_int_eq(owed_refund(&world, sales[i].card, &owing), STATUS_SALE_UNKNOWN);
  }
  world_close(&world);
}
END_TEST

/* Without the card it is owed, once for each wish, within the sale together with what the card took itself; a load
 * collects it. */
START_TEST(is_owed_where_the_card_is_not_there) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  const struct purse_sale points = sell(&world, &purse, TRANSACTION_POINTS_PURCHASE, 10);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 400, 1), STATUS_OK);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 400, 1), STATUS_OK); /* the same */
  world_assert_card(&world, &purse, 19000, 0, 400);
  world_assert_merchant(&world, "SHOP", 1000, -400);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 601, 2), STATUS_REFUND_EXCEEDS);
  ck_assert_int_eq(refund(&world, &purse, &sale, 601), STATUS_REFUND_EXCEEDS);
  ck_assert_int_eq(refund(&world, &purse, &sale, 500), STATUS_OK);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 101, 3), STATUS_REFUND_EXCEEDS);
  ck_assert_int_eq(owe(&world, &purse, points.atc, 10, 4), STATUS_REFUND_NEEDS_CARD);
  ck_assert_int_eq(owe(&world, &purse, 1, 10, 5), STATUS_SALE_UNKNOWN);
  ck_assert_uint_eq(world_contradictions(&world), 0);
  owed_load(&world, &purse, 400, RELOAD);
  world_assert_card(&world, &purse, 19900, 0, 0);
  world_assert_agrees(&world, &purse);
  ck_assert_int_eq(world_tamper(&world, "UPDATE owed_refund SET amount = 1"), PLACE_REFUSED);
  ck_assert_int_eq(world_tamper(&world, "DELETE FROM owed_refund"), PLACE_REFUSED);
  world_close(&world);
}
END_TEST

/* Its points are on the card, which is not there: they stay, and a refund to the card takes its own part only. */
START_TEST(what_is_owed_leaves_the_points) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  const uint32_t points = purse.points;
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 400, 1), STATUS_OK);
  world_assert_agrees(&world, &purse);
  ck_assert_uint_eq(purse.points, points);
  ck_assert_int_eq(refund(&world, &purse, &sale, 600), STATUS_OK);
  ck_assert_uint_eq(purse.points, points - 60);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

Suite *refund_suite(void) {
  Suite *suite = suite_create("refund");
  TCase *tests = tcase_create("refunds");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, gives_a_sale_back);
  tcase_add_test(tests, gives_parts_back_up_to_the_whole);
  tcase_add_test(tests, takes_no_points_that_are_spent);
  tcase_add_test(tests, gives_points_back_for_points);
  tcase_add_test(tests, refuses_what_is_no_sale_of_this_card_here);
  tcase_add_test(tests, a_torn_refund_is_released);
  tcase_add_test(tests, a_lost_secret_is_brought_by_the_next_promise);
  tcase_add_test(tests, a_denied_refund_is_not_honoured);
  tcase_add_test(tests, is_set_off_and_carried_over);
  tcase_add_test(tests, gives_back_so_much_in_a_day);
  tcase_add_test(tests, the_audit_looks_at_sales);
  tcase_add_test(tests, what_waits_is_not_given_back_yet);
  tcase_add_test(tests, who_shows_no_card_learns_of_no_other_sale);
  tcase_add_test(tests, is_owed_where_the_card_is_not_there);
  tcase_add_test(tests, what_is_owed_leaves_the_points);
  suite_add_tcase(suite, tests);
  return suite;
}
