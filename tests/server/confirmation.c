/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_confirmation.c: each secret books its transaction, once, and no other. */
#include <string.h>

#include "epurse/ledger.h"
#include "epurse/ledger_merchant.h"
#include "place.h"
#include "purse.h"
#include "suites.h"

static void confirm(struct world *world, const struct confirmations *items, struct confirmations *replied) {
  struct answer answer;

  station_ask(&world->pos, &world->service, MESSAGE_CONFIRMATION, confirmation_body(items, false), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(confirmation_parse(answer.body, true, replied), STATUS_OK);
  ck_assert_uint_eq(replied->count, items->count);
  answer_clear(&answer);
}

static void add(struct confirmations *items, const struct purse *purse) {
  struct confirmation *item = &items->items[items->count++];

  memcpy(item->cid, purse->cid, CID_SIZE);
  memcpy(item->secret, purse->last_secret, SECRET_SIZE);
  item->atc = purse->last_atc;
}

static void pay(struct world *world, struct purse *purse, uint32_t amount) {
  struct answer answer;

  purse_promise(purse, TRANSACTION_PURCHASE, amount, &world->pos);
  station_ask(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, purse->pin),
              &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(purse, world, answer.body));
  answer_clear(&answer);
}

static int64_t shop(struct world *world) {
  struct ledger_merchant merchant;

  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world->service.writer), "SHOP", &merchant), STATUS_OK);
  return merchant.balance;
}

START_TEST(secret_books_once) {
  struct world world;
  struct purse purse;
  struct confirmations items = {0}, replied;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  pay(&world, &purse, 1250);
  ck_assert_int_eq(shop(&world), 0);
  add(&items, &purse);
  confirm(&world, &items, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 1250);
  confirm(&world, &items, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 1250);
  world_close(&world);
}
END_TEST

START_TEST(each_item_has_its_own_status) {
  struct world world;
  struct purse first, second;
  struct confirmations items = {0}, replied;

  world_open(&world);
  purse_issue(&first, &world, 1);
  purse_issue(&second, &world, 2);
  purse_load(&first, &world, 5000);
  purse_load(&second, &world, 5000);
  pay(&world, &first, 100);
  pay(&world, &second, 200);
  add(&items, &first);
  add(&items, &first);
  items.items[1].secret[0] ^= 1;
  add(&items, &first);
  items.items[2].atc = 77;
  add(&items, &second);
  confirm(&world, &items, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(replied.items[1].status, STATUS_PROOF_MISMATCH);
  ck_assert_int_eq(replied.items[2].status, STATUS_NOT_FOUND);
  ck_assert_int_eq(replied.items[3].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 300);
  world_close(&world);
}
END_TEST

/* By whom a card was seen, and how often, is nobody's but those shops'. r itself books from anywhere. */
START_TEST(a_stranger_learns_of_no_transaction) {
  struct world world;
  struct purse purse;
  struct confirmations items = {0}, replied;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  pay(&world, &purse, 100);
  add(&items, &purse);
  add(&items, &purse);
  items.items[0].secret[0] ^= 1;
  items.items[1].atc = 77;
  station_ask(&world.reload, &world.service, MESSAGE_CONFIRMATION, confirmation_body(&items, false), &answer);
  ck_assert_int_eq(confirmation_parse(answer.body, true, &replied), STATUS_OK);
  answer_clear(&answer);
  ck_assert_int_eq(replied.items[0].status, STATUS_NOT_FOUND);
  ck_assert_int_eq(replied.items[1].status, STATUS_NOT_FOUND);
  items.items[0].secret[0] ^= 1;
  station_ask(&world.reload, &world.service, MESSAGE_CONFIRMATION, confirmation_body(&items, false), &answer);
  ck_assert_int_eq(confirmation_parse(answer.body, true, &replied), STATUS_OK);
  answer_clear(&answer);
  ck_assert_int_eq(replied.items[0].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 100);
  world_close(&world);
}
END_TEST

static void assert_blocked(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  ck_assert_uint_eq(card.state, LEDGER_CARD_BLOCKED);
}

/* A card that signs that it was not credited and then shows that it was is a liar; the others of the batch are
 * booked. */
START_TEST(late_proof_spoils_only_itself) {
  struct world world;
  struct purse liar, honest, rolled_back;
  struct confirmations items = {0}, replied;

  world_open(&world);
  purse_issue(&liar, &world, 1);
  purse_issue(&honest, &world, 2);
  purse_load(&liar, &world, 5000);
  purse_load(&honest, &world, 5000);
  rolled_back = liar;
  purse_load(&liar, &world, 400);
  rolled_back.atc = liar.atc;
  memcpy(rolled_back.hash, liar.hash, sizeof liar.hash);
  purse_promise(&rolled_back, TRANSACTION_PURCHASE, 300, &world.pos); /* says: I never had the 400 */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&rolled_back, &world, MESSAGE_PURCHASE, rolled_back.pin)),
                   STATUS_OK);
  pay(&world, &honest, 200);
  add(&items, &liar);
  add(&items, &honest);
  confirm(&world, &items, &replied);
  ck_assert_int_eq(replied.items[0].status, STATUS_LEDGER_BROKEN);
  ck_assert_int_eq(replied.items[1].status, STATUS_OK);
  ck_assert_int_eq(shop(&world), 200);
  assert_blocked(&world, &liar);
  world_close(&world);
}
END_TEST

/* A whole receipt is good whenever it comes: the issuer pays for the card that signed that it had not paid. */
START_TEST(late_proof_of_a_payment_is_honoured_once) {
  struct world world;
  struct purse liar, rolled_back;
  struct confirmations items = {0}, replied;

  world_open(&world);
  purse_issue(&liar, &world, 1);
  purse_load(&liar, &world, 5000);
  rolled_back = liar;
  pay(&world, &liar, 400);
  rolled_back.atc = liar.atc;
  memcpy(rolled_back.hash, liar.hash, sizeof liar.hash);
  purse_promise(&rolled_back, TRANSACTION_PURCHASE, 300, &world.pos); /* says: I never paid the 400 */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&rolled_back, &world, MESSAGE_PURCHASE, rolled_back.pin)),
                   STATUS_OK);
  add(&items, &liar);
  for (int i = 0; i < 2; i++) {
    confirm(&world, &items, &replied);
    ck_assert_int_eq(replied.items[0].status, STATUS_OK);
    ck_assert_int_eq(shop(&world), 400);
  }
  assert_blocked(&world, &liar);
  world_close(&world);
}
END_TEST

/* What the database refuses, and tells no sooner than it is waited for, is the item's whose row it was. */
START_TEST(refused_row_spoils_only_its_item) {
  static const char lowered[] = "UPDATE card_counters SET ceiling = 4999 WHERE id = 1";
  struct world world;
  struct ledger *ledger = NULL;
  struct purse purses[3];
  struct confirmations items = {0}, replied;

  world_open(&world);
  for (uint32_t i = 0; i < 3; i++) {
    purse_issue(&purses[i], &world, i + 1);
    purse_load(&purses[i], &world, 5000);
    add(&items, &purses[i]);
  }
  service_stop(&world.service);
  ck_assert_int_eq(place_run(world.service.configuration.store, lowered), PLACE_DONE);
  ck_assert_int_eq(ledger_open(world.service.configuration.store, &ledger), STATUS_OK);
  ck_assert_int_eq(service_start(&world.service, &ledger), STATUS_OK);
  confirm(&world, &items, &replied);
  for (size_t i = 0; i < 3; i++) {
    struct ledger_card card;
    ck_assert_int_eq(replied.items[i].status, i == 0 ? STATUS_LEDGER_BROKEN : STATUS_OK);
    ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), purses[i].cid, &card), STATUS_OK);
    ck_assert_int_eq(card.balance, i == 0 ? 0 : 5000);
  }
  world_leave(&world); /* the audit does not like what was done by hand */
}
END_TEST

START_TEST(empty_batch_is_refused) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, json_pack("{s:[]}", "confirmations")),
                   STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

Suite *confirmation_suite(void) {
  Suite *suite = suite_create("confirmation");
  TCase *all = world_case("confirmation");

  tcase_add_test(all, secret_books_once);
  tcase_add_test(all, each_item_has_its_own_status);
  tcase_add_test(all, a_stranger_learns_of_no_transaction);
  tcase_add_test(all, late_proof_spoils_only_itself);
  tcase_add_test(all, late_proof_of_a_payment_is_honoured_once);
  tcase_add_test(all, refused_row_spoils_only_its_item);
  tcase_add_test(all, empty_batch_is_refused);
  suite_add_tcase(suite, all);
  return suite;
}
