/* SPDX-License-Identifier: Apache-2.0
 * API1 of the OWASP API Security Top 10 (2023), broken object level authorization: a certified terminal of the right
 * role speaks about what is another one's. And API6, what can be had by doing what is allowed too often. Over real TLS,
 * with real cards; each test leaves the books as they were. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/backend.h"
#include "epurse/inquiry.h"
#include "epurse/journal.h"
#include "epurse/message_desk.h"
#include "flow_card.h"
#include "flow_world.h"
#include "run.h"

#define START    5000
#define MERCHANT "BAKERY"

static void shell(const char *command) {
  int result = system(command);
  ck_assert_msg(result == 0, "%d from %s", result, command);
}

static void add_terminal(const char *tid, const char *role, const char *merchant, const char *name) {
  char command[1536];
  const char *programs = getenv("top_builddir");
  ck_assert_int_lt(
      snprintf(command, sizeof command,
               "'%s/epurse-admin' --config '%s/issuer/admin' terminal add %s --role %s --merchant %s --out "
               "'%s/%s' --url https://127.0.0.1:%d --issuer-passphrase-fd 3 3<'%s/issuer.pass' >/dev/null",
               programs != NULL ? programs : ".", flow_world.folder, tid, role, merchant, flow_world.folder, name,
               flow_world.port, flow_world.folder),
      (int)sizeof command);
  shell(command);
}

/* Beside the world's own terminals the same ones of another merchant. */
static void begin(void) {
  char command[1024];
  const char *programs = getenv("top_builddir");
  flow_world_begin();
  snprintf(command, sizeof command,
           "'%s/epurse-admin' --config '%s/issuer/admin' merchant add RIVAL --name Rival >/dev/null",
           programs != NULL ? programs : ".", flow_world.folder);
  shell(command);
  add_terminal("POS00007", "pos", "RIVAL", "rival");
  add_terminal("RELOAD07", "reload", "RIVAL", "rivalload");
  add_terminal("PERSO007", "perso", "RIVAL", "rivaldesk");
}

/* A question of that terminal's; the body is stolen. The server's word, signed or as a problem. */
static enum status tell(const char *terminal, enum message_type type, json_t *body, struct message *reply) {
  struct terminal *opened = flow_terminal(terminal);
  struct message scratch = {.body = NULL};
  struct message *told = reply != NULL ? reply : &scratch;
  *told = scratch;
  enum status status = backend_call(opened->backend, type, body, told);
  if (status == STATUS_OK)
    status = told->status;
  if (reply == NULL)
    message_clear(&scratch);
  terminal_close(&opened);
  return status;
}

static enum status tell_order(const char *terminal, enum message_type type, const struct journal_entry *entry) {
  struct transaction_request request = {.pin_jwe = ""};
  memcpy(request.promise, entry->promise, PROMISE_SIZE);
  if (type == MESSAGE_LOAD)
    snprintf(request.tender_kind, sizeof request.tender_kind, "cash");
  return tell(terminal, type, transaction_request_body(type, &request), NULL);
}

static enum status tell_card(const char *terminal, enum message_type type, const struct card_message *card) {
  return tell(terminal, type, card_message_body(type, card), NULL);
}

static enum status tell_inquiry(const char *terminal, enum message_type type, const struct journal_entry *entry) {
  struct inquiry_request request = {.given_back = false};
  memcpy(request.promise, entry->promise, PROMISE_SIZE);
  return tell(terminal, type, inquiry_request_body(type, &request), NULL);
}

/* The status of the one item. */
static enum status tell_secret(const char *terminal, const struct promise *promise, const uint8_t secret[SECRET_SIZE]) {
  struct confirmations items = {.count = 1};
  struct message reply;
  memcpy(items.items[0].cid, promise->cid, CID_SIZE);
  items.items[0].atc = promise->atc;
  memcpy(items.items[0].secret, secret, SECRET_SIZE);
  enum status status = tell(terminal, MESSAGE_CONFIRMATION, confirmation_body(&items, false), &reply);
  if (status == STATUS_OK && confirmation_parse(reply.body, true, &items) == STATUS_OK)
    status = items.items[0].status;
  message_clear(&reply);
  return status;
}

/* The open entry of a terminal's journal, and the promise in it. */
static void open_entry(const char *terminal, struct journal_entry *entry, struct promise *promise) {
  struct terminal *opened = flow_terminal(terminal);
  ck_assert_int_eq(journal_next_open(opened->journal, 0, entry), STATUS_OK);
  ck_assert(entry->has_promise);
  ck_assert_int_eq(promise_decode(entry->promise, PROMISE_SIZE, promise), STATUS_OK);
  terminal_close(&opened);
}

/* The order is out, and the card was pulled before it came: a hold at the server, an open entry at the terminal. */
static void tear(struct flow_card *card, uint8_t ins) {
  card->accident = (struct accident){.ins = ins, .drop_before = true, .keep_away = true};
}

START_TEST(purchase_of_another_terminal) {
  static const uint8_t guess[SECRET_SIZE] = {1};
  struct flow_card card;
  struct outcome outcome;
  struct journal_entry entry;
  struct promise promise;
  flow_card_issue(&card, "api1-purchase", START);
  tear(&card, INS_DEBIT_FOR_PURCHASE);
  ck_assert_int_eq(flow_pay(&card, "pos", 1000, &outcome), STATUS_OUTCOME_UNKNOWN);
  open_entry("pos", &entry, &promise);
  static const char *const others[] = {"pos2", "rival"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    ck_assert_int_eq(tell_order(others[i], MESSAGE_PURCHASE, &entry), STATUS_NOT_PERMITTED);
    ck_assert_int_eq(tell_secret(others[i], &promise, guess), i == 0 ? STATUS_PROOF_MISMATCH : STATUS_NOT_FOUND);
  }
  ck_assert_int_eq(tell_order("reload", MESSAGE_LOAD, &entry), STATUS_BAD_FORMAT);
  ck_assert_int_eq(tell_inquiry("reload", MESSAGE_LOAD_REVERSAL, &entry), STATUS_BAD_FORMAT);
  ck_assert_int_eq(tell_inquiry("rival", MESSAGE_TRANSACTION_INQUIRY, &entry), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(tell_inquiry("pos2", MESSAGE_TRANSACTION_INQUIRY, &entry), STATUS_OK); /* of the same merchant */
  ck_assert_int_eq(flow_facts(card.cid).held, 1000);                                      /* as it was */
  flow_card_return(&card);
  ck_assert_int_eq(flow_pay(&card, "pos", 1000, &outcome), STATUS_OK); /* its own terminal finishes it */
  ck_assert(outcome.finished_before);
  flow_card_settled(&card, START - 1000);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* Whoever brings r has seen the card give it: it is booked, once, and to the merchant of the promise. */
START_TEST(proof_brought_by_another_terminal) {
  struct flow_card card;
  struct outcome outcome;
  struct journal_entry entry;
  struct promise promise;
  flow_card_issue(&card, "api1-proof", START);
  tear(&card, INS_DEBIT_FOR_PURCHASE);
  ck_assert_int_eq(flow_pay(&card, "pos", 700, &outcome), STATUS_OUTCOME_UNKNOWN);
  open_entry("pos", &entry, &promise);
  flow_card_return(&card);
  flow_impatient();
  flow_server_freeze(); /* the card is debited, and the server does not hear of it */
  ck_assert_int_eq(flow_pay(&card, "pos", 700, &outcome), STATUS_OK);
  flow_server_thaw();
  const uint8_t *secret = vcard_memory(card.vcard)->last_secret;
  ck_assert_int_eq(tell_secret("rival", &promise, secret), STATUS_OK);
  ck_assert_int_eq(tell_secret("rival", &promise, secret), STATUS_OK);
  flow_recover("pos", NULL);
  flow_card_settled(&card, START - 700);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

START_TEST(load_of_another_terminal) {
  struct flow_card card;
  struct outcome outcome;
  struct journal_entry entry;
  struct promise promise;
  struct bank bank;
  flow_card_issue(&card, "api1-load", START);
  bank_make(&bank);
  tear(&card, INS_CREDIT_FOR_LOAD);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 2000, &outcome), STATUS_OUTCOME_UNKNOWN);
  open_entry("reload", &entry, &promise);
  ck_assert_int_eq(tell_order("rivalload", MESSAGE_LOAD, &entry), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(tell_order("rivalload", MESSAGE_LOAD_INQUIRY, &entry), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(tell_inquiry("rivalload", MESSAGE_LOAD_REVERSAL, &entry), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(tell_inquiry("rivalload", MESSAGE_TRANSACTION_INQUIRY, &entry), STATUS_NOT_PERMITTED);
  entry.promise[PROMISE_SIZE - 1] ^= 1; /* nothing is told in advance of a promise that no card has signed */
  ck_assert_int_eq(tell_inquiry("reload", MESSAGE_LOAD_REVERSAL, &entry), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(tell_inquiry("reload", MESSAGE_TRANSACTION_INQUIRY, &entry), STATUS_BAD_SIGNATURE);
  flow_card_return(&card);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 2000, &outcome), STATUS_OK);
  ck_assert(outcome.finished_before);
  bank_make(&bank);
  ck_assert_int_eq(flow_load(&card, &bank.tender, 100, &outcome), STATUS_OK); /* it stood in nobody's way */
  ck_assert_uint_eq(outcome.atc, promise.atc + 1);
  flow_card_settled(&card, START + 2100);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

START_TEST(card_of_another_chip) {
  uint8_t serial[CHIP_SERIAL_SIZE], cid[CID_SIZE];
  struct card_message name = {.reason = ""};
  struct flow_card card;
  struct message reply;
  flow_card_issue(&card, "api1-chip", 0);
  ck_assert(crypto_random(serial, sizeof serial));
  ck_assert_int_eq(tell("perso", MESSAGE_CARD_RESERVATION, reservation_body(serial), &reply), STATUS_OK);
  ck_assert_int_eq(reservation_reply_parse(reply.body, cid), STATUS_OK);
  message_clear(&reply);
  memcpy(name.cid, cid, CID_SIZE);
  memcpy(name.chip_serial, vcard_memory(card.vcard)->chip_serial, CHIP_SERIAL_SIZE);
  ck_assert_int_eq(tell_card("rivaldesk", MESSAGE_CARD_VOID, &name), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(tell_card("rivaldesk", MESSAGE_CARD_ACTIVATION, &name), STATUS_CARD_UNKNOWN);
  memcpy(name.cid, card.cid, CID_SIZE); /* an issued card's own chip: nothing is taken back */
  ck_assert_int_eq(tell_card("rivaldesk", MESSAGE_CARD_VOID, &name), STATUS_CARD_ALREADY_ISSUED);
  ck_assert_str_eq(flow_facts(card.cid).state, "ISSUED");
  ck_assert_str_eq(flow_facts(cid).state, "RESERVED");
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* API6: a terminal that goes through the numbers learns which cards there are and may be read, and nothing of them. */
START_TEST(numbers_tried_one_by_one) {
  struct flow_card card;
  unsigned known = 0, asked = 0;
  char digits[CID_SIZE * 2 + 1];
  flow_card_issue(&card, "api6", START);
  for (unsigned i = 0; i < 400; i++) {
    struct card_message name = {.reason = ""};
    struct message reply;
    snprintf(digits, sizeof digits, "999999%010u", i);
    if (cid_parse(digits, name.cid) != STATUS_OK) /* its last digit is made of the others */
      continue;
    enum status status = tell("pos", MESSAGE_CARD_CONTACT, card_message_body(MESSAGE_CARD_CONTACT, &name), &reply);
    asked++;
    known += status == STATUS_OK;
    ck_assert_msg(status == STATUS_OK || status == STATUS_CARD_UNKNOWN || status == STATUS_NOT_FOUND, "%s: %s", digits,
                  status_name(status));
    ck_assert(reply.body == NULL || json_object_size(reply.body) == 0);
    message_clear(&reply);
  }
  ck_assert_uint_eq(asked, 40);
  ck_assert_uint_ge(known, 1);
  ck_assert_uint_lt(known, asked);
  flow_card_remove(&card);
}
END_TEST

static Suite *objects_suite(void) {
  Suite *suite = suite_create("objects");
  TCase *tests = tcase_create("API1");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, begin, flow_world_end);
  tcase_add_test(tests, purchase_of_another_terminal);
  tcase_add_test(tests, proof_brought_by_another_terminal);
  tcase_add_test(tests, load_of_another_terminal);
  tcase_add_test(tests, card_of_another_chip);
  tcase_add_test(tests, numbers_tried_one_by_one);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {objects_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
