/* SPDX-License-Identifier: Apache-2.0
 * Who attacks other people's PINs: a stolen till key, an opened card at an honest till, a till that knows a PIN. */
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "epurse/journal.h"
#include "epurse/key.h"
#include "flow_world.h"

#define START   1000
#define GUESSES 7 /* more than there are tries */

static struct stage stage;
static struct books before;

static void set_up(const char *name) {
  stage_open(&stage, name, START);
  books_read(stage.line, &before);
}

/* The holder's card is as it was: it pays as often as there are tries, with the PIN that it always had. */
static void holder_pays(void) {
  struct outcome outcome;
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "ISSUED");
  for (int64_t i = 0; i < PIN_TRIES; i++) {
    enum status status = stage_pay(&stage, stage.pos2, 10, false, &outcome);
    ck_assert_msg(status == STATUS_OK, "%s", status_name(status));
  }
  flow_card_settled(&stage.card, START - 10 * PIN_TRIES);
}

/* What no honest card says of the victim's. */
static struct pin_record lie_of(uint8_t kind, const struct terminal *terminal) {
  struct pin_record pin = {
      .kind = kind, .tries_left = kind == PIN_KIND_WRONG ? 0 : PIN_TRIES, .events = 1000, .pin_changes = 1};
  memcpy(pin.cid, stage.card.cid, CID_SIZE);
  memcpy(pin.tid, terminal->tid, TID_SIZE);
  return pin;
}

/* ---- blocking other people's cards ---- */

/* It walks through numbers that it knows or guesses, with its own keys and with those of a card that it opened. */
START_TEST(stolen_till_key_blocks_nobody) {
  struct flow_card opened;
  uint8_t record[PIN_RECORD_SIZE];
  set_up("numbers");
  flow_card_issue(&opened, "numbers-opened", 0);
  const struct pin_record lie = lie_of(PIN_KIND_WRONG, stage.pos);
  const uint8_t *const keys[] = {key_private(stage.pos->sig), key_private(stage.pos->ecka),
                                 vcard_memory(opened.vcard)->sig_private};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
    party_pin_sign(&lie, keys[i], record);
    ck_assert_int_eq(party_tell(stage.pos, MESSAGE_PIN_FAILURE, pin_failure_body(record)), STATUS_BAD_SIGNATURE);
  }
  holder_pays();
  flow_card_remove(&opened);
  stage_close(&stage);
}
END_TEST

/* What the victim's card has signed of one wrong PIN is told again and again, there and elsewhere. */
START_TEST(stolen_till_key_that_replays_a_wrong_pin_blocks_nobody) {
  static const uint8_t nonce[NONCE_SIZE] = {1};
  uint8_t block[PIN_BLOCK_SIZE], tries = 0;
  struct session session;
  set_up("replayed");
  ck_assert_int_eq(pin_block_encode("1111", block), STATUS_OK);
  party_session(&stage, stage.pos, &session);
  ck_assert_int_eq(session_verify(&session, block, nonce, &tries), STATUS_WRONG_PIN);
  for (int i = 0; i < GUESSES; i++) {
    json_t *body = pin_failure_body(session.pin_record), *same = json_incref(body);
    ck_assert_int_eq(party_tell(stage.pos, MESSAGE_PIN_FAILURE, body), STATUS_OK);
    ck_assert_int_eq(party_tell(stage.pos2, MESSAGE_PIN_FAILURE, same), STATUS_NOT_PERMITTED);
  }
  session_close(&session);
  holder_pays();
  stage_close(&stage);
}
END_TEST

/* At an honest till it answers 63C0, in the victim's name. The till brings what it signed, and keeps nothing of it. */
START_TEST(opened_card_at_an_honest_till_blocks_nobody) {
  uint8_t record[PIN_RECORD_SIZE];
  struct flow_card liar;
  struct outcome outcome;
  int64_t id = 0;
  set_up("slandered");
  flow_card_issue(&liar, "slanderer", START);
  party_lies(&liar, &(struct party_lie){.cid = stage.card.cid});
  flow_card_type(&liar, (const char *const[]){"1111", "1112", "1113", "1114", "1115", NULL});
  ck_assert_int_eq(flow_pay(&liar, "pos", 100, &outcome), STATUS_PIN_BLOCKED); /* so it says of itself */
  ck_assert_int_eq(journal_next_pin(stage.pos->journal, 0, &id, record), STATUS_NOT_FOUND);
  holder_pays();
  flow_card_remove(&liar);
  stage_close(&stage);
}
END_TEST

/* ---- finding PINs out ---- */

static enum status change(struct flow_card *card, const char *from, const char *to) {
  struct outcome outcome;
  flow_card_type(card, (const char *const[]){from, NULL});
  card->new_pin = to;
  return pin_change_run(stage.pos, &card->reader, 0, &card->dialogue, &outcome);
}

/* At an honest till's change of PIN it says that each guess is right. The server's answer is the same whether it is,
 * and the holder can change the PIN all the same. */
START_TEST(opened_card_is_no_oracle_for_other_peoples_pins) {
  struct flow_card liar;
  set_up("guessed");
  flow_card_issue(&liar, "oracle", START);
  for (int i = 0; i < GUESSES; i++) {
    const char *guess = i % 2 == 0 ? HOLDER_PIN : "1111";
    party_lies(&liar, &(struct party_lie){.cid = stage.card.cid, .pin = guess});
    ck_assert_int_eq(change(&liar, guess, "2222"), STATUS_BAD_SIGNATURE);
  }
  ck_assert_int_eq(change(&stage.card, HOLDER_PIN, "135790"), STATUS_OK);
  ck_assert_int_eq(change(&stage.card, "135790", HOLDER_PIN), STATUS_OK);
  flow_card_type(&stage.card, (const char *const[]){HOLDER_PIN, NULL});
  holder_pays();
  flow_card_remove(&liar);
  stage_close(&stage);
}
END_TEST

/* ---- making the server forget a PIN ---- */

/* It knows the PIN, and had the card once: what the card signed then serves for one change, which the card did not
 * make; afterwards it sends changes without the card. Five honest payments later the card pays still. */
START_TEST(till_that_knows_the_pin_does_not_make_the_server_forget_it) {
  static const uint8_t nonce[NONCE_SIZE] = {1};
  uint8_t block[PIN_BLOCK_SIZE], record[PIN_RECORD_SIZE], tries = 0;
  struct pin_change_message end = {.new_pin_jwe = ""};
  struct session session;
  set_up("forgotten");
  ck_assert_int_eq(pin_block_encode(HOLDER_PIN, block), STATUS_OK);
  party_session(&stage, stage.pos, &session);
  ck_assert_int_eq(session_verify(&session, block, nonce, &tries), STATUS_OK);
  ck_assert_int_eq(party_begin_change(stage.pos, session.pin_record, "2222"), STATUS_OK);
  ck_assert_int_eq(party_begin_change(stage.pos, session.pin_record, "3333"), STATUS_OUT_OF_STEP);
  session_close(&session);
  for (uint8_t kind = PIN_KIND_RIGHT; kind <= PIN_KIND_CHANGED; kind++) {
    struct pin_record lie = lie_of(kind, stage.pos);
    memcpy(lie.nonce, nonce, NONCE_SIZE);
    party_pin_sign(&lie, key_private(stage.pos->sig), record);
    memcpy(end.record, record, PIN_RECORD_SIZE);
    ck_assert_int_eq(kind == PIN_KIND_RIGHT ? party_begin_change(stage.pos, record, "3333")
                                            : party_tell(stage.pos, MESSAGE_PIN_CHANGE, pin_change_body(&end)),
                     STATUS_BAD_SIGNATURE);
  }
  holder_pays();
  stage_close(&stage);
}
END_TEST

void attack_pin_tests(TCase *tests) {
  tcase_add_test(tests, stolen_till_key_blocks_nobody);
  tcase_add_test(tests, stolen_till_key_that_replays_a_wrong_pin_blocks_nobody);
  tcase_add_test(tests, opened_card_at_an_honest_till_blocks_nobody);
  tcase_add_test(tests, opened_card_is_no_oracle_for_other_peoples_pins);
  tcase_add_test(tests, till_that_knows_the_pin_does_not_make_the_server_forget_it);
}
