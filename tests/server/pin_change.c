/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_pin_change.c, and of authorisation_request.c where it settles a change: whichever half is
 * torn, one PIN pays; and without the card's signature nothing changes.
 * */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "purse.h"
#include "suites.h"

#define OLD_PIN   "9000" /* made so by begin() */
#define NEW_PIN   "135790"
#define WRONG_PIN "1111"

/* A change of PIN that a card makes at the POS: N of the session that it belongs to. */
struct change {
  struct world *world;
  struct purse *purse; /* the card; its counters move */
  uint8_t nonce[NONCE_SIZE];
};

static struct change change_of(struct world *world, struct purse *purse) {
  struct change change = {.world = world, .purse = purse};

  ck_assert(crypto_random(change.nonce, NONCE_SIZE));
  return change;
}

static void card_signs(struct change *change, uint8_t kind, uint8_t record[PIN_RECORD_SIZE]) {
  struct purse_pin pin = {.kind = kind, .left = PIN_TRIES - 1, .station = &change->world->pos};

  memcpy(pin.nonce, change->nonce, NONCE_SIZE);
  purse_pin(change->purse, &pin, record);
}

/* Any record with any new PIN, which is bound to `cid` and `atc`. */
static json_t *question(const struct world *world, const uint8_t record[PIN_RECORD_SIZE],
                        const struct pin_envelope *envelope) {
  struct pin_change_message change = {.new_pin_jwe = ""};
  char *jwe = NULL;

  memcpy(change.record, record, PIN_RECORD_SIZE);
  ck_assert_int_eq(pin_seal(envelope, world->service.keyring.server_pin_certificate.certificate.public_key, &jwe),
                   STATUS_OK);
  snprintf(change.new_pin_jwe, sizeof change.new_pin_jwe, "%s", jwe);
  free(jwe);
  return pin_change_body(&change);
}

static enum status tell_begin(struct world *world, const uint8_t record[PIN_RECORD_SIZE], const struct purse *purse,
                              const char *new_pin) {
  struct pin_envelope envelope = {.atc = 0};

  memcpy(envelope.cid, purse->cid, CID_SIZE);
  snprintf(envelope.pin, sizeof envelope.pin, "%s", new_pin);
  return station_tell(&world->pos, &world->service, MESSAGE_PIN_CHANGE, question(world, record, &envelope));
}

static enum status tell_end(struct world *world, const uint8_t record[PIN_RECORD_SIZE]) {
  struct pin_change_message change = {.new_pin_jwe = ""};

  memcpy(change.record, record, PIN_RECORD_SIZE);
  return station_tell(&world->pos, &world->service, MESSAGE_PIN_CHANGE, pin_change_body(&change));
}

/* The first half, with the card's record of the right PIN. */
static enum status begin_change(struct change *change, const char *new_pin) {
  uint8_t record[PIN_RECORD_SIZE];

  card_signs(change, PIN_KIND_RIGHT, record);
  return tell_begin(change->world, record, change->purse, new_pin);
}

/* The card's half, and its record of it. */
static void card_changes(struct change *change, uint8_t record[PIN_RECORD_SIZE]) {
  card_signs(change, PIN_KIND_CHANGED, record);
}

/* All of it, with nothing lost. */
static enum status change(struct world *world, struct purse *purse, const char *new_pin) {
  struct change change = change_of(world, purse);
  uint8_t record[PIN_RECORD_SIZE];
  enum status status = begin_change(&change, new_pin);

  if (status != STATUS_OK)
    return status;
  card_changes(&change, record);
  return tell_end(world, record);
}

/* Whether a payment with that PIN, which the card has signed as verified, is approved. */
static enum status pay(struct world *world, struct purse *purse, const char *pin) {
  purse_promise(purse, TRANSACTION_PURCHASE, 1, &world->pos);
  return station_tell(&world->pos, &world->service, MESSAGE_PURCHASE, purse_order(purse, world, MESSAGE_PURCHASE, pin));
}

static void begin(struct world *world, struct purse *purse) {
  world_open(world);
  purse_issue(purse, world, 1);
  ck_assert_int_eq(change(world, purse, OLD_PIN), STATUS_OK);
  snprintf(purse->pin, sizeof purse->pin, OLD_PIN);
  purse_load(purse, world, 5000);
}

static struct ledger_card shadow(struct world *world, const struct purse *purse) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(world->service.writer), purse->cid, &card), STATUS_OK);
  return card;
}

START_TEST(card_changed_the_new_one_pays) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change change = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&change, NEW_PIN), STATUS_OK);
  ck_assert(shadow(&world, &purse).has_pin_candidate);
  card_changes(&change, record);
  ck_assert_int_eq(tell_end(&world, record), STATUS_OK);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  ck_assert_int_eq(tell_end(&world, record), STATUS_OK); /* told twice */
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* The promise says as much; the record may still come later. */
START_TEST(lost_record_of_the_change_is_no_dead_end) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change change = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&change, NEW_PIN), STATUS_OK);
  card_changes(&change, record);
  ck_assert_int_eq(pay(&world, &purse, OLD_PIN), STATUS_WRONG_PIN); /* the card has signed that it is no more */
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  ck_assert_int_eq(tell_end(&world, record), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* The same question, because the answer was lost: the same answer; with another PIN it is no repetition. */
START_TEST(repeated_beginning_is_answered_the_same) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change change = change_of(&world, &purse);
  card_signs(&change, PIN_KIND_RIGHT, record);
  ck_assert_int_eq(tell_begin(&world, record, &purse, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(tell_begin(&world, record, &purse, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(tell_begin(&world, record, &purse, "2222"), STATUS_OUT_OF_STEP);
  card_changes(&change, record);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(card_did_not_change_the_old_one_pays) {
  struct world world;
  struct purse purse;

  begin(&world, &purse);
  struct change change = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&change, NEW_PIN), STATUS_OK);
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
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change change = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&change, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, WRONG_PIN), STATUS_WRONG_PIN);
  ck_assert(shadow(&world, &purse).has_pin_candidate);
  card_changes(&change, record);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Twice in a row without a payment, the record of the first one lost: the card signs that it was made. */
START_TEST(second_change_stands_on_the_first) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];
  static const char *const outcomes[] = {"2222", "3333"}; /* the second change: torn, or done */

  begin(&world, &purse);
  struct change first = change_of(&world, &purse), second = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&first, "2222"), STATUS_OK);
  card_changes(&first, record);
  ck_assert_int_eq(begin_change(&second, "3333"), STATUS_OK);
  if (_i == 1)
    card_changes(&second, record);
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
  struct change torn = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&torn, "2222"), STATUS_OK);
  ck_assert_int_eq(change(&world, &purse, "3333"), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, "2222"), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, "3333"), STATUS_OK);
  world_close(&world);
}
END_TEST

/* A till that has seen one change go by, and knows the PIN, but does not have the card: what the card signed once
 * serves once, and the holder's PIN is not forgotten. */
START_TEST(without_the_card_nothing_changes) {
  struct world world;
  struct purse purse;
  uint8_t right[PIN_RECORD_SIZE], changed[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change change = change_of(&world, &purse);
  card_signs(&change, PIN_KIND_RIGHT, right);
  ck_assert_int_eq(tell_begin(&world, right, &purse, NEW_PIN), STATUS_OK);
  card_changes(&change, changed);
  ck_assert_int_eq(tell_end(&world, changed), STATUS_OK);
  ck_assert_int_eq(tell_begin(&world, right, &purse, "2222"), STATUS_OUT_OF_STEP);
  ck_assert_int_eq(tell_begin(&world, changed, &purse, "2222"), STATUS_BAD_FORMAT);
  right[PIN_RECORD_SIZE - 1] ^= 1;
  ck_assert_int_ne(tell_begin(&world, right, &purse, "2222"), STATUS_OK);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  for (unsigned i = 0; i < PIN_TRIES; i++)
    ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* With the card and its right PIN a till may have told the server another new PIN than it told the card: payments with
 * the holder's are then refused, at the fifth the card is suspended, and when its issuer has resumed it one more
 * change, at an honest till, ends it, also where the record of that is lost (_i: 1). The card lives. */
START_TEST(another_pin_at_the_server_is_ended_by_a_change) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change corrupt = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&corrupt, "2222"), STATUS_OK);
  card_changes(&corrupt, record); /* to NEW_PIN */
  ck_assert_int_eq(tell_end(&world, record), STATUS_OK);
  for (unsigned i = 0; i < PIN_TRIES; i++)
    ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_WRONG_PIN);
  ck_assert_int_eq(pay(&world, &purse, "2222"), STATUS_CARD_SUSPENDED); /* the right one tells nothing */
  ck_assert_int_eq(change(&world, &purse, "3333"), STATUS_CARD_SUSPENDED);
  purse_resume(&purse, &world);
  ck_assert_int_eq(pay(&world, &purse, "2222"), STATUS_PIN_CHANGE_NEEDED);
  ck_assert_uint_eq(shadow(&world, &purse).state, LEDGER_CARD_ISSUED);
  struct change honest = change_of(&world, &purse);
  ck_assert_int_eq(begin_change(&honest, "3333"), STATUS_OK);
  card_changes(&honest, record);
  if (_i == 0)
    ck_assert_int_eq(tell_end(&world, record), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, "3333"), STATUS_OK);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 0);
  world_close(&world);
}
END_TEST

/* A ledger that was restored from before a change: the PIN is not compared, so that its holder's right one is not held
 * against the card; a change brings both together. */
START_TEST(change_that_the_ledger_does_not_know_is_made_again) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  struct change forgotten = change_of(&world, &purse);
  card_changes(&forgotten, record);
  for (unsigned i = 0; i <= PIN_TRIES; i++)
    ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_PIN_CHANGE_NEEDED);
  ck_assert_uint_eq(shadow(&world, &purse).pin_failures, 0);
  ck_assert_int_eq(tell_end(&world, record), STATUS_OUT_OF_STEP);
  ck_assert_int_eq(change(&world, &purse, NEW_PIN), STATUS_OK);
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

/* An opened card says that a PIN of another card was right, or changed, with its own key: nobody looks at that PIN. */
START_TEST(opened_card_finds_no_pin_out) {
  struct world world;
  struct purse purse, opened;
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  purse_issue(&opened, &world, 2);
  memcpy(opened.cid, purse.cid, CID_SIZE);
  for (unsigned i = 0; i < 2 * PIN_TRIES; i++) {
    struct change change = change_of(&world, &opened);
    ck_assert_int_eq(begin_change(&change, i % 2 ? OLD_PIN : WRONG_PIN), STATUS_BAD_SIGNATURE);
    card_changes(&change, record);
    ck_assert_int_eq(tell_end(&world, record), STATUS_BAD_SIGNATURE);
  }
  ck_assert_uint_eq(shadow(&world, &purse).pin_events, 2);      /* of its own change */
  ck_assert_int_eq(change(&world, &purse, NEW_PIN), STATUS_OK); /* its holder's change is not locked */
  ck_assert_int_eq(pay(&world, &purse, NEW_PIN), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(pins_must_be_for_this_card_and_purpose) {
  struct world world;
  struct purse purse, other;
  struct pin_envelope envelope = {.atc = 1, .pin = NEW_PIN}; /* as if for a promise */
  uint8_t record[PIN_RECORD_SIZE];

  begin(&world, &purse);
  purse_issue(&other, &world, 2);
  struct change change = change_of(&world, &purse);
  card_signs(&change, PIN_KIND_RIGHT, record);
  memcpy(envelope.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PIN_CHANGE, question(&world, record, &envelope)),
                   STATUS_BAD_FORMAT);
  ck_assert_int_eq(tell_begin(&world, record, &other, NEW_PIN), STATUS_BAD_FORMAT);
  ck_assert_int_eq(tell_end(&world, record), STATUS_BAD_FORMAT);
  card_signs(&change, PIN_KIND_WRONG, record);
  ck_assert_int_eq(tell_begin(&world, record, &purse, NEW_PIN), STATUS_BAD_FORMAT);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  world_close(&world);
}
END_TEST

START_TEST(what_was_signed_for_another_terminal_is_not_taken) {
  struct world world;
  struct purse purse;
  uint8_t record[PIN_RECORD_SIZE];
  const struct purse_pin pin = {.kind = PIN_KIND_RIGHT, .station = &world.reload};

  begin(&world, &purse);
  purse_pin(&purse, &pin, record);
  ck_assert_int_eq(tell_begin(&world, record, &purse, NEW_PIN), STATUS_NOT_PERMITTED);
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
  ck_assert_int_eq(change(&world, &stranger, NEW_PIN), STATUS_CARD_UNKNOWN);
  memcpy(block.cid, purse.cid, CID_SIZE);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_CARD_SUSPENSION,
                                card_message_body(MESSAGE_CARD_SUSPENSION, &block)),
                   STATUS_OK);
  ck_assert_int_eq(change(&world, &purse, NEW_PIN), STATUS_CARD_SUSPENDED);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_CARD_BLOCK, card_message_body(MESSAGE_CARD_BLOCK, &block)),
      STATUS_OK);
  ck_assert_int_eq(change(&world, &purse, NEW_PIN), STATUS_CARD_BLOCKED);
  world.service.configuration.validity_years = 0; /* expires today */
  purse_issue(&purse, &world, 2);
  world.now += 2 * 86400;
  ck_assert_int_eq(change(&world, &purse, NEW_PIN), STATUS_CARD_EXPIRED);
  ck_assert(!shadow(&world, &purse).has_pin_candidate);
  world_close(&world);
}
END_TEST

Suite *pin_change_suite(void) {
  Suite *suite = suite_create("pin_change");
  TCase *all = world_case("pin_change");

  tcase_add_test(all, card_changed_the_new_one_pays);
  tcase_add_test(all, lost_record_of_the_change_is_no_dead_end);
  tcase_add_test(all, repeated_beginning_is_answered_the_same);
  tcase_add_test(all, card_did_not_change_the_old_one_pays);
  tcase_add_test(all, wrong_pin_settles_nothing);
  tcase_add_loop_test(all, second_change_stands_on_the_first, 0, 2);
  tcase_add_test(all, torn_change_can_be_begun_again);
  tcase_add_test(all, without_the_card_nothing_changes);
  tcase_add_loop_test(all, another_pin_at_the_server_is_ended_by_a_change, 0, 2);
  tcase_add_test(all, change_that_the_ledger_does_not_know_is_made_again);
  tcase_add_test(all, opened_card_finds_no_pin_out);
  tcase_add_test(all, pins_must_be_for_this_card_and_purpose);
  tcase_add_test(all, what_was_signed_for_another_terminal_is_not_taken);
  tcase_add_test(all, blocked_expired_and_unknown_cards_change_nothing);
  suite_add_tcase(suite, all);
  return suite;
}
