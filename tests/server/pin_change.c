/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_pin_change.c, and of order.c where it settles a change: whichever half is torn, one PIN
 * pays.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purse.h"
#include "suites.h"

#define OLD_PIN   "9000" /* made so by begin() */
#define NEW_PIN   "135790"
#define WRONG_PIN "1111"

static char *seal(const struct world *world, const uint8_t cid[CID_SIZE], uint32_t atc, const char *pin) {
  struct pin_envelope envelope = {.atc = atc};
  char *jwe = NULL;

  memcpy(envelope.cid, cid, CID_SIZE);
  snprintf(envelope.pin, sizeof envelope.pin, "%s", pin);
  ck_assert_int_eq(pin_seal(&envelope, world->service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                   STATUS_OK);
  return jwe;
}

/* The question; both PINs are bound to `cid` and `atc`. */
static json_t *question(const struct world *world, const struct purse *purse, uint32_t atc, const char *old_pin,
                        const char *new_pin) {
  struct pin_change_message change = {.pin_jwe = ""};
  char *old_jwe = seal(world, purse->cid, atc, old_pin), *new_jwe = seal(world, purse->cid, atc, new_pin);

  memcpy(change.cid, purse->cid, CID_SIZE);
  snprintf(change.pin_jwe, sizeof change.pin_jwe, "%s", old_jwe);
  snprintf(change.new_pin_jwe, sizeof change.new_pin_jwe, "%s", new_jwe);
  free(old_jwe);
  free(new_jwe);
  return pin_change_body(&change);
}

static enum status change(struct world *world, const struct purse *purse, const char *old_pin, const char *new_pin) {
  return station_tell(&world->pos, &world->service, MESSAGE_PIN_CHANGE, question(world, purse, 0, old_pin, new_pin));
}

/* Whether a payment with that PIN, which the card has signed as verified, is approved. */
static enum status pay(struct world *world, struct purse *purse, const char *pin) {
  purse_promise(purse, TRANSACTION_PURCHASE, 1, &world->pos);
  return station_tell(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, pin));
}

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  ck_assert_int_eq(change(world, purse, purse->pin, OLD_PIN), STATUS_OK);
  snprintf(purse->pin, sizeof purse->pin, OLD_PIN);
  purse_load(purse, world, 5000); /* settles it */
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

START_TEST(card_changed_the_new_one_pays) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, NEW_PIN), STATUS_OK);
  ck_assert(shadow(&world, &purse).has_pin_candidate);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(card_did_not_change_the_old_one_pays) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* A PIN that neither half knows settles nothing. */
START_TEST(wrong_pin_settles_nothing) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, WRONG_PIN), STATUS_WRONG_PIN);
  ck_assert(shadow(&world, &purse).has_pin_candidate);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Twice in a row without a payment: the card took the first one, or the second would not be asked for. */
START_TEST(second_change_stands_on_the_first) {
  struct world world;
  struct purse purse;
  static const char *const outcomes[] = {"2222", "3333"}; /* the second change: torn, or done */

  begin(&world, &purse);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, "2222"), STATUS_OK);
  ck_assert_int_eq(change(&world, &purse, "2222", "3333"), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, outcomes[_i]), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, outcomes[1 - _i]), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_WRONG_PIN);
  world_close(&world);
}
END_TEST

/* The first change was torn before the card made it: begun again from the old one. */
START_TEST(torn_change_can_be_begun_again) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, "2222"), STATUS_OK);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, "3333"), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, "2222"), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, "3333"), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(finds_no_pin_out) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  for (unsigned i = 1; i < PIN_TRIES; i++)
    ck_assert_int_eq(change(&world, &purse, WRONG_PIN, NEW_PIN), STATUS_WRONG_PIN);
  ck_assert_int_eq(change(&world, &purse, WRONG_PIN, NEW_PIN), STATUS_PIN_CHANGE_BLOCKED);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, NEW_PIN),
                   STATUS_PIN_CHANGE_BLOCKED); /* the right one tells nothing */
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  ck_assert_uint_eq(shadow(&world, &purse).state, LEDGER_CARD_ISSUED);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_OK); /* the cardholder sets the count back */
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(pins_must_be_for_this_card_and_purpose) {
  struct world world;
  struct purse purse, other;
  json_t *body = NULL;

  begin(&world, &purse);
  body = question(&world, &purse, 1, OLD_PIN, NEW_PIN); /* as if for a promise */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PIN_CHANGE, body), STATUS_BAD_FORMAT);
  purse_issue(&other, &world, 2);
  body = question(&world, &other, 0, OLD_PIN, NEW_PIN);
  json_t *mine = question(&world, &purse, 0, OLD_PIN, NEW_PIN);
  json_object_set(body, "cid", json_object_get(mine, "cid"));
  json_decref(mine);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PIN_CHANGE, body), STATUS_BAD_FORMAT);
  ck_assert_uint_eq(shadow(&world, &purse).pin_change_failures, 0); /* nothing was tried */
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  world_close(&world);
}
END_TEST

START_TEST(blocked_expired_and_unknown_cards_change_nothing) {
  struct world world;
  struct purse purse, stranger;
  struct card_message block = {.reason = "lost"};

  begin(&world, &purse);
  stranger = purse;
  cid_make(999999, 39, stranger.cid);
  ck_assert_int_eq(change(&world, &stranger, OLD_PIN, NEW_PIN), STATUS_CARD_UNKNOWN);
  memcpy(block.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &block)),
      STATUS_OK);
  ck_assert_int_eq(change(&world, &purse, OLD_PIN, NEW_PIN), STATUS_CARD_BLOCKED);
  world.service.configuration.validity_years = 0; /* expires today */
  purse_issue(&purse, &world, 2);
  world.now += 2 * 86400;
  ck_assert_int_eq(change(&world, &purse, purse.pin, NEW_PIN), STATUS_CARD_EXPIRED);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  world_close(&world);
}
END_TEST

Suite *pin_change_suite(void) {
  Suite *suite = suite_create("pin_change");
  TCase *all = world_case("pin_change");

  tcase_add_test(all, card_changed_the_new_one_pays);
  tcase_add_test(all, card_did_not_change_the_old_one_pays);
  tcase_add_test(all, wrong_pin_settles_nothing);
  tcase_add_loop_test(all, second_change_stands_on_the_first, 0, 2);
  tcase_add_test(all, torn_change_can_be_begun_again);
  tcase_add_test(all, finds_no_pin_out);
  tcase_add_test(all, pins_must_be_for_this_card_and_purpose);
  tcase_add_test(all, blocked_expired_and_unknown_cards_change_nothing);
  suite_add_tcase(suite, all);
  return suite;
}
