/* SPDX-License-Identifier: Apache-2.0
 * Whole flows of a terminal with the real server: what is left in its memory of PINs and keys. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/key.h"
#include "epurse/pin_envelope.h"
#include "flow_card.h"
#include "flow_world.h"
#include "secrets.h"
#include "secrets_memory.h"
#include "terminal/contact.h"

#define PIN       "918273645546"
#define WRONG_PIN "672839405162"

static struct needles needles;
static struct flow_card card;

/* ---- a PIN under way ---- */

static struct pin_envelope envelope;
static struct key *receiver;
static char *jwe;

static int seal(void) {
  return (int)pin_seal(&envelope, key_public(receiver), &jwe);
}

static int open_envelope(void) {
  return (int)pin_open(jwe, receiver, &envelope);
}

START_TEST(pin_in_its_envelope) {
  needles.count = 0;
  needles_add_pin(&needles, "PIN", PIN);
  ck_assert_int_eq(key_generate(&receiver), STATUS_OK);
  memcpy(envelope.pin, PIN, sizeof PIN);
  ck_assert_int_eq(memory_run(seal), STATUS_OK);
  memory_assert_count(&needles, 0, 1, "as it was given");
  crypto_wipe(&envelope, sizeof envelope);
  memory_assert_clean(&needles, "after it was sealed");
  ck_assert_int_eq(memory_run(open_envelope), STATUS_OK);
  memory_assert_count(&needles, 0, 1, "as it came out");
  crypto_wipe(&envelope, sizeof envelope);
  memory_assert_clean(&needles, "after it was opened");
  key_free(&receiver);
  free(jwe);
}
END_TEST

/* ---- a PIN from the holder ---- */

static enum status type_pin(void *context, unsigned tries_left, char digits[PIN_MAX + 1]) {
  (void)context, (void)tries_left;
  snprintf(digits, PIN_MAX + 1, "%s", PIN);
  return STATUS_OK;
}

/* Both forms are there while they are needed. */
static enum status attempt_pin(void *context, const char *digits, const uint8_t block[PIN_BLOCK_SIZE],
                               uint8_t *tries_left) {
  (void)context, (void)digits, (void)block;
  *tries_left = PIN_TRIES;
  memory_assert_there(&needles, 0, "while it is attempted");
  memory_assert_there(&needles, 1, "while it is attempted");
  return STATUS_OK;
}

static int ask_pin(void) {
  static const struct dialogue dialogue = {.ask_pin = type_pin};
  struct contact contact = {.dialogue = &dialogue};
  struct contact_pin pin = {.attempt = attempt_pin};
  return (int)contact_try_pin(&contact, &pin);
}

START_TEST(pin_that_is_asked_for) {
  needles.count = 0;
  needles_add_pin(&needles, "PIN", PIN);
  ck_assert_int_eq(memory_run(ask_pin), STATUS_OK);
  memory_assert_clean(&needles, "after the holder was asked");
}
END_TEST

/* ---- whole flows ---- */

/* A card with the long PIN; what the desk knew of it is gone when this returns. */
static void __attribute__((noinline)) issue_card(void) {
  struct issue issue = {.pin = PIN};
  struct outcome outcome;
  struct terminal *desk = flow_terminal("perso");
  flow_card_new(&card, "secret");
  needles_add_key(&needles, "desk ECKA", key_private(desk->ecka), CRYPTO_P256_PRIVATE_SIZE);
  needles_add_key(&needles, "desk SIG", key_private(desk->sig), CRYPTO_P256_PRIVATE_SIZE);
  needles_add(&needles, "batch key", desk->batch_key, CRYPTO_AES_KEY_SIZE);
  memory_assert_there(&needles, needles.count - 1, "at the desk");
  enum status status = personalize_run(desk, &card.reader, &issue, &card.dialogue, &outcome);
  ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
  memcpy(card.cid, outcome.cid, sizeof card.cid);
  crypto_wipe(&issue, sizeof issue);
  terminal_close(&desk);
}

static void begin(void) {
  needles.count = 0;
  needles_add_pin(&needles, "PIN", PIN);
  needles_add_pin(&needles, "wrong PIN", WRONG_PIN);
}

/* The card has the PIN as long as it is there: it goes first. */
static void end(const char *when) {
  flow_card_release(&card);
  memory_assert_clean(&needles, when);
  flow_card_take(&card);
  flow_card_remove(&card);
}

START_TEST(desk_leaves_nothing) {
  begin();
  issue_card();
  end("after personalization");
}
END_TEST

static void __attribute__((noinline)) add_keys_of(const char *name) {
  struct terminal *terminal = flow_terminal(name);
  char text[40];
  snprintf(text, sizeof text, "%s ECKA", name);
  needles_add_key(&needles, text, key_private(terminal->ecka), CRYPTO_P256_PRIVATE_SIZE);
  memory_assert_there(&needles, needles.count - 2, "while the terminal is open");
  snprintf(text, sizeof text, "%s SIG", name);
  needles_add_key(&needles, text, key_private(terminal->sig), CRYPTO_P256_PRIVATE_SIZE);
  memory_assert_there(&needles, needles.count - 2, "while the terminal is open");
  terminal_close(&terminal);
}

START_TEST(payment_leaves_nothing) {
  struct outcome outcome;
  struct bank bank;
  begin();
  issue_card();
  add_keys_of("pos");
  add_keys_of("reload");
  bank_make(&bank);
  flow_card_type(&card, (const char *const[]){PIN, NULL});
  ck_assert_int_eq(flow_load(&card, &bank.tender, 5000, &outcome), STATUS_OK);
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_OK);
  end("after a load and a payment");
}
END_TEST

START_TEST(wrong_pins_leave_nothing) {
  struct outcome outcome;
  struct bank bank;
  begin();
  issue_card();
  add_keys_of("pos");
  bank_make(&bank);
  flow_card_type(&card, (const char *const[]){PIN, NULL});
  ck_assert_int_eq(flow_load(&card, &bank.tender, 5000, &outcome), STATUS_OK);
  flow_card_type(&card, (const char *const[]){WRONG_PIN, WRONG_PIN, PIN, NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_OK);
  flow_card_type(&card, (const char *const[]){WRONG_PIN, NULL});
  ck_assert_int_eq(flow_pay(&card, "pos", 1250, &outcome), STATUS_WRONG_PIN);
  end("after wrong PINs");
}
END_TEST

/* A server that does not answer: the PIN had been enciphered already. */
START_TEST(broken_line_leaves_nothing) {
  struct outcome outcome;
  begin();
  issue_card();
  flow_terminal_unplug("pos", true);
  flow_card_type(&card, (const char *const[]){PIN, NULL});
  enum status status = flow_pay(&card, "pos", 100, &outcome);
  flow_terminal_unplug("pos", false);
  ck_assert_int_ne(status, STATUS_OK);
  end("after a broken line");
}
END_TEST

Suite *secrets_terminal_suite(void) {
  Suite *suite = suite_create("terminal");
  TCase *tests = tcase_create("terminal");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, flow_world_begin, flow_world_end);
  tcase_add_test(tests, pin_in_its_envelope);
  tcase_add_test(tests, pin_that_is_asked_for);
  tcase_add_test(tests, desk_leaves_nothing);
  tcase_add_test(tests, payment_leaves_nothing);
  tcase_add_test(tests, wrong_pins_leave_nothing);
  tcase_add_test(tests, broken_line_leaves_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}
