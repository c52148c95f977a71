/* SPDX-License-Identifier: Apache-2.0
 * Refunds, off-line payments, settlements, replacements and limits at once: what one of them leaves behind, the next
 * one takes up, and no money is made or lost in between. */
#include <string.h>

#include "acts.h"
#include "epurse/ledger_offline.h"
#include "epurse/ledger_totals.h"
#include "epurse/settlement.h"
#include "offline_scene.h"
#include "owed_scene.h"
#include "suites.h"
#include "world.h"

#define DAY (24 * 60 * 60)

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  world_issue(world, 1, purse);
  world_complete(world, purse, TRANSACTION_LOAD, 20000, RELOAD);
}

/* ---- refunds ---- */

static struct purse_sale sell(struct world *world, struct purse *purse, uint8_t type, uint32_t amount) {
  world_complete(world, purse, type, amount, POS);
  return (struct purse_sale){purse->atc, type == TRANSACTION_POINTS_PURCHASE};
}

/* Up to the server's answer; the card does not have it yet. */
static enum status ask_back(struct world *world, struct purse *purse, const struct purse_sale *sale, uint32_t amount,
                            struct ask *ask) {
  *ask = (struct ask){.purse = purse};
  purse_refund(purse, sale, amount, POS);
  ck_assert_int_eq(world_ask(world, ask), STATUS_OK);
  return ask->outcome;
}

static enum status give_back(struct world *world, struct purse *purse, const struct purse_sale *sale, uint32_t amount) {
  struct ask ask;
  enum status status = ask_back(world, purse, sale, amount, &ask);
  if (status == STATUS_OK) {
    ck_assert(purse_commit(purse, ask.transaction.authorisation));
    ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
  }
  return status;
}

static enum status owe(struct world *world, const struct purse *purse, uint32_t atc, uint32_t amount, uint8_t wish) {
  struct owing owing = {.atc = atc, .amount = amount, .wish = wish};
  return owed_refund(world, purse, &owing);
}

/* ---- off-line payments ---- */

static void settle(struct world *world) {
  ck_assert_int_eq(world_do(world, act_close, &world->now), STATUS_OK);
}

static struct ledger_card look(struct world *world, const struct purse *purse) {
  struct ledger_card card;
  ck_assert_int_eq(ledger_card_find(world->ledger, purse->cid, &card), STATUS_OK);
  return card;
}

/* ---- with a settlement in between ---- */

/* A refund in hold is in no settlement, as a purchase in hold is in none: the sale is paid out, and if the card does
 * not take the refund, the merchant has what it sold for. */
START_TEST(a_refund_in_hold_is_not_set_off) {
  struct world world;
  struct purse purse;
  struct ask ask;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 1000);
  ck_assert_int_eq(ask_back(&world, &purse, &sale, 1000, &ask), STATUS_OK);
  settle(&world);
  world_assert_merchant(&world, "SHOP", 0, -1000);
  world_assert_clean(&world);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10, OTHER_POS); /* it was not taken */
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* A tender that is given back after its debt was set off leaves the merchant a credit, which its next load uses up. */
START_TEST(a_tender_given_back_after_its_set_off_is_a_credit) {
  struct world world;
  struct purse purse;
  struct ledger_terminal reload;
  struct ask ask;
  begin(&world, &purse);
  world_terminal(&reload, "LOAD0009", ROLE_RELOAD, "SHOP");
  ck_assert_int_eq(world_do(&world, act_terminal, &reload), STATUS_OK);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 300, "LOAD0009", &ask);
  ck_assert_int_eq(ask.outcome, STATUS_OK);
  uint32_t torn = purse.atc;
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  ck_assert_uint_eq(world_state(&world, &purse, torn), LEDGER_OWED);
  settle(&world);
  world_assert_merchant(&world, "SHOP", 0, 0);
  ck_assert_int_eq(world_may_reverse(&world, &purse, torn, "LOAD0009"), STATUS_OK);
  world_assert_merchant(&world, "SHOP", 0, 300);
  world_assert_clean(&world);
  world_complete(&world, &purse, TRANSACTION_LOAD, 500, "LOAD0009");
  world_assert_merchant(&world, "SHOP", 0, -200);
  world_close(&world);
}
END_TEST

/* Or the next settlement pays it. */
START_TEST(a_credit_is_settled) {
  struct world world;
  struct purse purse;
  struct ledger_terminal reload;
  struct ask ask;
  begin(&world, &purse);
  world_terminal(&reload, "LOAD0009", ROLE_RELOAD, "SHOP");
  ck_assert_int_eq(world_do(&world, act_terminal, &reload), STATUS_OK);
  world_authorise(&world, &purse, TRANSACTION_LOAD, 300, "LOAD0009", &ask);
  uint32_t torn = purse.atc;
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  settle(&world);
  ck_assert_int_eq(world_may_reverse(&world, &purse, torn, "LOAD0009"), STATUS_OK);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 1000, POS);
  settle(&world);
  world_assert_merchant(&world, "SHOP", 0, 0);
  world_assert_clean(&world);
  world_close(&world);
}
END_TEST

/* ---- points ---- */

/* Points that are on no card yet, and those of a sale that is owed, stay: what they are worth is a shop's to give. */
START_TEST(what_no_card_has_in_hand_keeps_its_points) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid paid = offline_pay(&purse, 2000, POS);
  ck_assert_int_eq(offline_bring(&world, &paid), STATUS_OK);
  const struct purse_sale offline = {purse.atc, false};
  ck_assert_int_eq(give_back(&world, &purse, &offline, 2000), STATUS_OK);
  world_assert_agrees(&world, &purse);
  ck_assert_int_eq(look(&world, &purse).points_owed, 200);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 2000);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 2000, 1), STATUS_OK);
  owed_load(&world, &purse, 2000, RELOAD);
  ck_assert_uint_eq(purse.balance, 20000);
  ck_assert_uint_eq(purse.points, 400);
  world_assert_agrees(&world, &purse);
  world_close(&world);
}
END_TEST

/* ---- an opened card ---- */

/* Twins of one promise at one till: the issuer's risk is what the card could have spent off-line there, and no more. */
START_TEST(risk_pays_a_till_so_much_for_one_card) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct purse opened = purse;
  struct paid genuine = offline_pay(&purse, 10, OTHER_POS);
  ck_assert_int_eq(offline_bring(&world, &genuine), STATUS_OK);
  for (int i = 0; i < 6; i++) {
    struct purse twin = opened;
    struct paid paid = offline_pay(&twin, 2400 + (uint32_t)i, POS);
    ck_assert_int_eq(offline_bring(&world, &paid), STATUS_CARD_FORKED);
    world.now += DAY;
  }
  world_assert_merchant(&world, "SHOP", 2400 + 2401, 0);
  world_close(&world);
}
END_TEST

/* What the risk paid is on no card. */
START_TEST(what_is_outstanding_is_what_cards_have) {
  struct world world;
  struct purse purse;
  struct ledger_totals totals;
  begin(&world, &purse);
  struct purse twin = purse;
  struct paid one = offline_pay(&purse, 1000, POS), two = offline_pay(&twin, 900, OTHER_POS);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  ck_assert_int_eq(ledger_totals(world.ledger, &totals), STATUS_OK);
  ck_assert_int_eq(totals.outstanding, 19000);
  ck_assert_int_eq(totals.merchants_due, 1900);
  world_close(&world);
}
END_TEST

/* ---- all of it ---- */

static void replace(struct world *world, const struct purse *old, const struct purse *fresh) {
  struct ledger_replacing what = {.window = 0, .now = world->now};
  ck_assert_int_eq(world_do(world, act_block, old->cid), STATUS_OK);
  memcpy(what.cid, old->cid, CID_SIZE);
  memcpy(what.new_cid, fresh->cid, CID_SIZE);
  ck_assert_int_eq(world_do(world, act_replace, &what), STATUS_OK);
}

/* A sale is given back once, whichever way: part to the card, part in hold when the card is lost, the rest owed. */
START_TEST(a_sale_is_given_back_once_over_a_replacement) {
  struct world world;
  struct purse purse, fresh;
  struct ask ask;
  begin(&world, &purse);
  const struct purse_sale sale = sell(&world, &purse, TRANSACTION_PURCHASE, 2000);
  struct paid paid = offline_pay(&purse, 1000, POS);
  const struct purse_sale offline = {purse.atc, false};
  ck_assert_int_eq(offline_bring(&world, &paid), STATUS_OK);
  ck_assert_int_eq(give_back(&world, &purse, &sale, 500), STATUS_OK);
  ck_assert_int_eq(ask_back(&world, &purse, &offline, 1000, &ask), STATUS_OK);
  ck_assert_int_eq(owe(&world, &purse, offline.atc, 1, 1), STATUS_REFUND_EXCEEDS);
  settle(&world);
  world_assert_clean(&world);
  world_issue(&world, 2, &fresh);
  replace(&world, &purse, &fresh);
  world_assert_clean(&world);
  ck_assert_int_eq(world_confirm(&world, &purse, purse.atc, purse.secret), STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(owe(&world, &purse, offline.atc, 1000, 2), STATUS_OK);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 1501, 3), STATUS_REFUND_EXCEEDS);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 1500, 4), STATUS_OK);
  ck_assert_int_eq(owe(&world, &purse, sale.atc, 1, 5), STATUS_REFUND_EXCEEDS);
  world_assert_card(&world, &fresh, 0, 0, 20000);
  owed_load(&world, &fresh, 20000, RELOAD);
  ck_assert_uint_eq(fresh.points, 250); /* what is owed takes no points back */
  world_assert_agrees(&world, &fresh);
  world_close(&world);
}
END_TEST

/* A purse that was filled up again since: what it paid off-line before is booked late all the same, and what nobody
 * brings in goes back. */
START_TEST(a_full_purse_keeps_nobody_from_his_money) {
  struct world world;
  struct purse purse, fresh;
  begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS), two = offline_pay(&purse, 500, POS);
  world_complete(&world, &purse, TRANSACTION_LOAD, WORLD_PURSE_CEILING - purse.balance, RELOAD);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  world_assert_agrees(&world, &purse);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_issue(&world, 2, &fresh);
  replace(&world, &purse, &fresh);
  world_assert_card(&world, &fresh, 0, 0, WORLD_PURSE_CEILING + 500);
  world_assert_clean(&world);
  ck_assert_int_eq(offline_bring(&world, &two), STATUS_CARD_FORKED);
  world_close(&world);
}
END_TEST

/* And an empty one. */
START_TEST(an_empty_purse_has_paid_all_the_same) {
  struct world world;
  struct purse purse;
  begin(&world, &purse);
  struct paid one = offline_pay(&purse, 1000, POS);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 9000, OTHER_POS);
  world_complete(&world, &purse, TRANSACTION_PURCHASE, 10000, OTHER_POS);
  ck_assert_uint_eq(purse.balance, 0);
  ck_assert_int_eq(offline_bring(&world, &one), STATUS_OK);
  world_assert_agrees(&world, &purse);
  world_assert_merchant(&world, "SHOP", 1000, 0);
  world_close(&world);
}
END_TEST

/* ---- at random ---- */

#define CARDS 3
#define SALES 64

/* A card, what tills keep of it, and its sales. */
struct holder {
  struct purse purse;
  struct paid kept[SALES];
  struct purse_sale sales[SALES];
  size_t kept_count, sale_count;
};

static uint32_t below(uint64_t *seed, uint32_t bound) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33) % bound;
}

/* Whatever is declined is declined for a reason, never because the ledger lost its way with the card. */
static bool approved(const struct ask *ask) {
  ck_assert_int_ne(ask->outcome, STATUS_OUT_OF_STEP);
  return ask->outcome == STATUS_OK;
}

/* Committed and confirmed, committed, or left. */
static void finish(struct world *world, struct holder *holder, const struct ask *ask, uint32_t how) {
  struct purse *purse = &holder->purse;
  bool sale = purse->promise.type == TRANSACTION_PURCHASE || purse->promise.type == TRANSACTION_POINTS_PURCHASE;
  if (!approved(ask) || how == 0)
    return;
  ck_assert(purse_commit(purse, ask->transaction.authorisation));
  if (sale && holder->sale_count < SALES && memcmp(purse->promise.tid, POS, TID_SIZE) == 0)
    holder->sales[holder->sale_count++] =
        (struct purse_sale){purse->atc, purse->promise.type == TRANSACTION_POINTS_PURCHASE};
  if (how > 1)
    ck_assert_int_eq(world_confirm(world, purse, purse->atc, purse->secret), STATUS_OK);
}

static void order_at_random(struct world *world, struct holder *holder, uint64_t *seed) {
  static const uint8_t types[] = {TRANSACTION_LOAD, TRANSACTION_PURCHASE, TRANSACTION_POINTS_PURCHASE};
  uint8_t type = types[below(seed, 3)];
  uint32_t room = WORLD_PURSE_CEILING - holder->purse.balance;
  uint32_t amount = type == TRANSACTION_LOAD && below(seed, 2) == 0 && room > 0 ? room : 1 + below(seed, 4000);
  const char *till = type == TRANSACTION_LOAD ? RELOAD : below(seed, 3) == 0 ? OTHER_POS : POS;
  struct ask ask;
  world_authorise(world, &holder->purse, type, amount, till, &ask);
  finish(world, holder, &ask, below(seed, 3));
}

static void pay_at_random(struct holder *holder, uint64_t *seed) {
  struct purse *purse = &holder->purse;
  uint32_t amount = 1 + below(seed, 2500);
  if (holder->kept_count == SALES || amount > purse->balance || purse->offline_count >= 5 ||
      purse->offline_sum + amount > 5000)
    return;
  holder->kept[holder->kept_count++] = offline_pay(purse, amount, below(seed, 3) == 0 ? OTHER_POS : POS);
  if (memcmp(purse->promise.tid, POS, TID_SIZE) == 0 && holder->sale_count < SALES)
    holder->sales[holder->sale_count++] = (struct purse_sale){purse->atc, false};
}

static void bring_one(struct world *world, struct holder *holder, size_t which) {
  enum status status = offline_bring(world, &holder->kept[which]);
  ck_assert_msg(status == STATUS_OK || status == STATUS_OFFLINE_WAITS, "%s", status_name(status));
  if (status == STATUS_OK)
    holder->kept[which] = holder->kept[--holder->kept_count];
}

static void give_back_at_random(struct world *world, struct holder *holder, uint64_t *seed) {
  const struct purse_sale sale = holder->sales[below(seed, (uint32_t)holder->sale_count)];
  uint32_t amount = 1 + below(seed, 3000);
  struct ask ask;
  if (below(seed, 2) == 0) {
    (void)ask_back(world, &holder->purse, &sale, amount, &ask);
    finish(world, holder, &ask, below(seed, 3));
    return;
  }
  enum status status = owe(world, &holder->purse, sale.atc, amount, (uint8_t)below(seed, 256));
  ck_assert_msg(status_http(status) == 200 && status != STATUS_LEDGER_BROKEN, "%s", status_name(status));
}

static void claim_at_random(struct world *world, struct holder *holder, uint64_t *seed) {
  struct ask ask = {.purse = &holder->purse, .tender.kind = LEDGER_TENDER_OWED};
  purse_promise(&holder->purse, TRANSACTION_LOAD, 1 + below(seed, 3000), RELOAD);
  ck_assert_int_eq(world_ask(world, &ask), STATUS_OK);
  finish(world, holder, &ask, below(seed, 3));
}

static void step_at_random(struct world *world, struct holder *holder, uint64_t *seed) {
  enum status status;
  switch (below(seed, 8)) {
  case 0:
  case 1:
    order_at_random(world, holder, seed);
    break;
  case 2:
    pay_at_random(holder, seed);
    break;
  case 3:
    if (holder->kept_count > 0)
      bring_one(world, holder, below(seed, (uint32_t)holder->kept_count));
    break;
  case 4:
  case 5:
    if (holder->sale_count > 0)
      give_back_at_random(world, holder, seed);
    break;
  case 6:
    claim_at_random(world, holder, seed);
    break;
  default:
    status = world_do(world, act_close, &world->now);
    ck_assert(status == STATUS_OK || status == STATUS_NOTHING_TO_SETTLE);
    world->now += DAY / 8;
  }
}

START_TEST(nothing_is_made_or_lost) {
  static struct holder holders[CARDS];
  struct world world;
  struct ask ask;
  uint64_t seed = 4711 + (uint64_t)_i;
  memset(holders, 0, sizeof holders);
  world_open(&world);
  for (uint32_t i = 0; i < CARDS; i++)
    world_issue(&world, i + 1, &holders[i].purse);
  for (int step = 0; step < 300; step++) {
    step_at_random(&world, &holders[below(&seed, CARDS)], &seed);
    if (step % 25 == 0)
      world_assert_clean(&world);
  }
  for (size_t i = 0; i < CARDS; i++) {
    for (size_t times = 2 * SALES; holders[i].kept_count > 0 && times > 0; times--) {
      bring_one(&world, &holders[i], 0);
      world.now += DAY;
    }
    world_authorise(&world, &holders[i].purse, TRANSACTION_PURCHASE, WORLD_PAYMENT_CEILING + 1, POS, &ask);
    ck_assert_int_eq(ask.outcome, STATUS_ABOVE_LIMIT);
    world_assert_agrees(&world, &holders[i].purse);
  }
  ck_assert_uint_eq(world_incidents(&world), 0);
  world_close(&world);
}
END_TEST

Suite *mixed_suite(void) {
  Suite *suite = suite_create("mixed");
  TCase *tests = tcase_create("at once");
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, a_refund_in_hold_is_not_set_off);
  tcase_add_test(tests, a_tender_given_back_after_its_set_off_is_a_credit);
  tcase_add_test(tests, a_credit_is_settled);
  tcase_add_test(tests, what_no_card_has_in_hand_keeps_its_points);
  tcase_add_test(tests, risk_pays_a_till_so_much_for_one_card);
  tcase_add_test(tests, what_is_outstanding_is_what_cards_have);
  tcase_add_test(tests, a_sale_is_given_back_once_over_a_replacement);
  tcase_add_test(tests, a_full_purse_keeps_nobody_from_his_money);
  tcase_add_test(tests, an_empty_purse_has_paid_all_the_same);
  tcase_add_loop_test(tests, nothing_is_made_or_lost, 0, 4);
  suite_add_tcase(suite, tests);
  return suite;
}
