/* SPDX-License-Identifier: Apache-2.0
 * What a card only says inside the channel: its slot, its log, its refusal. A thief's opened card says it in our card's
 * name, the holder's own says it of itself, or whoever sits on the line. None of it ends a journal entry, gives a
 * charge back, or hands out goods. */
#include <string.h>

#include "attack.h"
#include "attack_party.h"
#include "epurse/bytes.h"
#include "flow_world.h"
#include "vcard/card_file.h"

#define START 1000

static struct stage stage;
static struct flow_card thief;

/* ---- a card that was opened: its memory as its thief likes it ---- */

struct opened {
  struct card_file file;
  struct card_memory image;
};

static void card_open(struct flow_card *card, struct opened *opened) {
  flow_card_release(card);
  ck_assert_int_eq(card_file_open(card->path, &opened->file, &opened->image), STATUS_OK);
}

static void card_shut(struct flow_card *card, struct opened *opened) {
  ck_assert_int_eq(card_file_commit(&opened->file, &opened->image), STATUS_OK);
  card_file_close(&opened->file);
  flow_card_take(card);
}

/* The thief's genuine card says our card's number, and that our card's slot is in that state. */
static void thief_says(enum slot_state state) {
  struct parameters parameters;
  struct opened opened;
  struct card_memory ours = *vcard_memory(stage.card.vcard);
  card_open(&thief, &opened);
  ck_assert_int_eq(parameters_decode(opened.image.parameters, PARAMETERS_SIZE, &parameters), STATUS_OK);
  memcpy(parameters.cid, stage.card.cid, CID_SIZE);
  parameters_encode(&parameters, opened.image.parameters);
  memcpy(opened.image.atc, ours.atc, sizeof ours.atc);
  memcpy(opened.image.slot_promise, ours.slot_promise, sizeof ours.slot_promise);
  opened.image.slot_state = (uint8_t)state;
  /* and that it has no server key, so that no order is good enough for it */
  memset(opened.image.server_public, 0, sizeof opened.image.server_public);
  card_shut(&thief, &opened);
}

/* The holder's own card has a payment in its log that it has never made: the newest record of the ring becomes it. */
static void log_says(struct flow_card *card, uint32_t atc, uint32_t amount) {
  struct log_record record;
  struct opened opened;
  card_open(card, &opened);
  uint8_t *newest = opened.image.purchase_log[(bytes_u32(opened.image.purchase_count) - 1) % PURCHASE_LOG_RECORDS];
  ck_assert_int_eq(log_record_decode(newest, LOG_RECORD_SIZE, &record), STATUS_OK);
  record.atc = atc;
  record.amount = amount;
  log_record_encode(&record, newest);
  card_shut(card, &opened);
}

static void set_up(const char *name) {
  stage_open(&stage, name, START);
  flow_card_issue(&thief, "channel-thief", START);
}

static void tear_down(void) {
  flow_card_remove(&thief);
  stage_close(&stage);
}

/* ---- in our card's name ---- */

static const enum slot_state slots[] = {SLOT_ABORTED, SLOT_PREPARED, SLOT_NONE};
#define SLOTS ((int)(sizeof slots / sizeof slots[0]))

/* Our card has paid, and its r did not come. Then the thief's card is there and says that it has not: the sale stays
 * open until our card is back, which has paid and does not pay again. */
START_TEST(slot_said_in_our_name_cancels_no_purchase) {
  struct outcome outcome;
  set_up("said-purchase");
  stage.card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  unsigned open = flow_open_entries("pos");
  thief_says(slots[_i]);
  ck_assert_int_eq(flow_pay(&thief, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_uint_eq(flow_open_entries("pos"), open);
  flow_card_return(&stage.card);
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  flow_card_settled(&stage.card, START - 500);
  tear_down();
}
END_TEST

/* The same with a load: a stranger does not carry our holder's money away. */
START_TEST(slot_said_in_our_name_gives_no_load_back) {
  struct outcome outcome;
  struct bank bank;
  set_up("said-load");
  bank_make(&bank);
  stage.card.accident = (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_after = true, .keep_away = true};
  ck_assert_int_eq(flow_load(&stage.card, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  unsigned open = flow_open_entries("reload");
  thief_says(slots[_i]);
  ck_assert_int_eq(flow_load(&thief, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_uint_eq(bank.reversed, 0);
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(flow_open_entries("reload"), open);
  flow_card_return(&stage.card);
  ck_assert_int_eq(flow_load(&stage.card, &bank.tender, 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_uint_eq(bank.charged, 1);
  ck_assert_uint_eq(bank.reversed, 0);
  flow_card_settled(&stage.card, START + 500);
  tear_down();
}
END_TEST

/* ---- in the middle of a commit ---- */

/* The thief's card is put in place of ours just after the credit. */
static void swap_cards(void *context) {
  struct reader *inner = stage.card.inner;
  (void)context;
  thief_says(slots[0]);
  stage.card.inner = thief.inner;
  thief.inner = inner;
}

START_TEST(card_put_in_place_of_ours_gives_no_load_back) {
  struct outcome outcome;
  struct bank bank;
  struct reader *inner;
  set_up("swapped");
  bank_make(&bank);
  inner = stage.card.inner;
  stage.card.accident =
      (struct accident){.ins = INS_CREDIT_FOR_LOAD, .drop_after = true, .hook = swap_cards, .hook_after = true};
  ck_assert_int_eq(flow_load(&stage.card, &bank.tender, 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_uint_eq(bank.reversed, 0);
  thief.inner = stage.card.inner;
  stage.card.inner = inner;
  flow_card_return(&stage.card);
  ck_assert_int_eq(flow_load(&stage.card, &bank.tender, 500, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  ck_assert_uint_eq(bank.charged, 1);
  flow_card_settled(&stage.card, START + 500);
  tear_down();
}
END_TEST

/* ---- of itself ---- */

/* The holder pulls his card before the debit, pays a trifle elsewhere, by which the hold here is released, and comes
 * back with a log that he wrote himself. He is not handed goods for it: without the server the till says that it has no
 * proof, and with the server, which says that it was released, it asks for money. */
START_TEST(log_of_an_own_card_buys_nothing) {
  struct outcome outcome;
  set_up("said-log");
  stage.card.accident = (struct accident){.ins = INS_DEBIT_FOR_PURCHASE, .drop_before = true, .keep_away = true};
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_OUTCOME_UNKNOWN);
  uint32_t torn = outcome.atc;
  unsigned open = flow_open_entries("pos");
  flow_card_return(&stage.card);
  ck_assert_int_eq(flow_pay(&stage.card, "pos2", 1, &outcome), STATUS_OK);
  log_says(&stage.card, torn, 500);
  flow_terminal_unplug("pos", true);
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_SETTLED_ELSEWHERE);
  ck_assert(!outcome.finished_before && !outcome.confirmed);
  flow_terminal_unplug("pos", false);
  flow_card_settled(&stage.card, START - 1);
  ck_assert_int_eq(flow_pay(&stage.card, "pos", 500, &outcome), STATUS_OK);
  ck_assert(!outcome.finished_before);
  ck_assert_uint_eq(flow_open_entries("pos"), open - 1);
  flow_card_settled(&stage.card, START - 501);
  tear_down();
}
END_TEST

/* ---- in front of our card ---- */

/* Whoever sits on the line between reader and card: the card's answers to these two are kept from the terminal, and
 * others put in their place. */
struct forger {
  struct flow_card *card;
  enum status (*transmit)(void *context, const uint8_t *command, size_t len, uint8_t *answer, size_t *answer_len);
  uint16_t initialize; /* 0: the card's own answer */
  uint16_t proof;
};
static struct forger forger;

#define APDU_INS 1

static enum status forged_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                   size_t *answer_len) {
  uint16_t sw = 0;
  enum status status = forger.transmit(context, command, len, answer, answer_len);
  if (command[APDU_INS] == INS_INITIALIZE)
    sw = forger.initialize;
  if (command[APDU_INS] == INS_GET_TRANSACTION_PROOF)
    sw = forger.proof;
  if (status != STATUS_OK || sw == 0)
    return status;
  answer[0] = (uint8_t)(sw >> 8);
  answer[1] = (uint8_t)sw;
  *answer_len = 2;
  return STATUS_OK;
}

static const struct {
  uint16_t initialize, proof;
} forgeries[] = {{SW_CONDITIONS_NOT_SATISFIED, SW_DATA_NOT_FOUND}, /* refused, and nothing is stored */
                 {SW_SECURITY_NOT_SATISFIED, SW_DATA_NOT_FOUND},   /* pay again, with the PIN */
                 {SW_DATA_NOT_FOUND, SW_DATA_NOT_FOUND},
                 {SW_PIN_BLOCKED, SW_PIN_BLOCKED},
                 {SW_WRONG_PIN, SW_WRONG_PIN},
                 {SW_INSUFFICIENT_BALANCE, SW_CONDITIONS_NOT_SATISFIED},
                 {SW_CONDITIONS_NOT_SATISFIED, SW_END_OF_FILE}, /* the right word, without its R-MAC */
                 {SW_SECURITY_NOT_SATISFIED, SW_RECORD_NOT_FOUND}};
#define FORGERIES ((int)(sizeof forgeries / sizeof forgeries[0]))

static enum status pay_offline(enum offline_use use, int64_t minor, struct outcome *outcome) {
  const struct payment payment = {.amount = {minor, 978}, .offline = use};
  struct terminal *pos = flow_terminal("pos");
  stage.card.asked = 0;
  enum status status = purchase_run(pos, &stage.card.reader, &payment, &stage.card.dialogue, outcome);
  terminal_close(&pos);
  return status;
}

/* An off-line payment is done, and every word of the card about it is forged: it stays open, the card pays once, and
 * once it speaks for itself that was it. */
START_TEST(forged_refusal_ends_no_offline_payment) {
  struct outcome outcome;
  set_up("forged-refusal");
  ck_assert_int_eq(pay_offline(OFFLINE_USE_AUTO, 1, &outcome), STATUS_OK); /* the till gets its list */
  unsigned open = flow_open_entries("pos");
  flow_terminal_unplug("pos", true);
  forger = (struct forger){&stage.card, stage.card.reader.transmit, forgeries[_i].initialize, forgeries[_i].proof};
  stage.card.reader.transmit = forged_transmit;
  ck_assert_int_eq(pay_offline(OFFLINE_USE_ONLY, 200, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_int_eq(flow_card_balance(&stage.card), START - 201);
  ck_assert_uint_eq(flow_open_entries("pos"), open + 1);
  forger.initialize = 0; /* the same again: it must not begin another one either */
  ck_assert_int_eq(pay_offline(OFFLINE_USE_ONLY, 200, &outcome), STATUS_OUTCOME_UNKNOWN);
  ck_assert_int_eq(flow_card_balance(&stage.card), START - 201);
  stage.card.reader.transmit = forger.transmit;
  ck_assert_int_eq(pay_offline(OFFLINE_USE_ONLY, 200, &outcome), STATUS_OK);
  ck_assert(outcome.offline && outcome.finished_before);
  ck_assert_int_eq(flow_card_balance(&stage.card), START - 201);
  flow_terminal_unplug("pos", false);
  ck_assert_int_eq(pay_offline(OFFLINE_USE_NEVER, 1, &outcome), STATUS_OK);
  ck_assert_uint_eq(flow_recover("pos", NULL), 0);
  flow_card_settled(&stage.card, START - 202);
  tear_down();
}
END_TEST

/* What the card refuses itself is over: it stores none, and says so where nobody can say it for it. */
START_TEST(own_refusal_ends_an_offline_payment) {
  struct outcome outcome;
  set_up("own-refusal");
  ck_assert_int_eq(pay_offline(OFFLINE_USE_AUTO, 1, &outcome), STATUS_OK);
  unsigned open = flow_open_entries("pos");
  flow_terminal_unplug("pos", true);
  stage.card.accident = (struct accident){.ins = INS_INITIALIZE, .drop_before = true};
  ck_assert_int_eq(pay_offline(OFFLINE_USE_ONLY, 200, &outcome), STATUS_CARD_LOST);
  flow_card_return(&stage.card);
  ck_assert_uint_eq(flow_open_entries("pos"), open);
  flow_terminal_unplug("pos", false);
  flow_card_settled(&stage.card, START - 1);
  tear_down();
}
END_TEST

/* An opened card has more than it has: the till that kept to the rules is paid, once, by risk; the card is blocked, and
 * nobody asks for it again. */
START_TEST(made_up_balance_is_paid_by_risk_and_blocked) {
  struct outcome outcome;
  struct ledger_incident incident;
  set_up("made-up");
  ck_assert_int_eq(pay_offline(OFFLINE_USE_AUTO, 1, &outcome), STATUS_OK);
  struct opened opened;
  card_open(&stage.card, &opened);
  bytes_put_u32(opened.image.balance, START + 5000);
  card_shut(&stage.card, &opened);
  unsigned open = flow_open_entries("pos");
  flow_terminal_unplug("pos", true);
  ck_assert_int_eq(pay_offline(OFFLINE_USE_ONLY, 200, &outcome), STATUS_OK);
  ck_assert_uint_eq(flow_open_entries("pos"), open + 1);
  flow_terminal_unplug("pos", false);
  ck_assert_uint_eq(flow_recover("pos", NULL), open);
  ck_assert_str_eq(flow_facts(stage.card.cid).state, "BLOCKED");
  ck_assert_int_eq(flow_facts(stage.card.cid).balance, START - 1); /* its holder's, as far as anybody knows */
  party_incident(&incident);
  ck_assert_uint_eq(incident.kind, LEDGER_INCIDENT_FORK);
  ck_assert_mem_eq(incident.cid, stage.card.cid, CID_SIZE);
  tear_down();
}
END_TEST

void attack_channel_tests(TCase *tests) {
  tcase_add_loop_test(tests, slot_said_in_our_name_cancels_no_purchase, 0, SLOTS);
  tcase_add_loop_test(tests, slot_said_in_our_name_gives_no_load_back, 0, SLOTS);
  tcase_add_test(tests, card_put_in_place_of_ours_gives_no_load_back);
  tcase_add_test(tests, log_of_an_own_card_buys_nothing);
  tcase_add_loop_test(tests, forged_refusal_ends_no_offline_payment, 0, FORGERIES);
  tcase_add_test(tests, own_refusal_ends_an_offline_payment);
  tcase_add_test(tests, made_up_balance_is_paid_by_risk_and_blocked);
}
