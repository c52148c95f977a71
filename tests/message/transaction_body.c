/* SPDX-License-Identifier: Apache-2.0
 * Tests of bodies about a transaction: there and back, and strictly. */
#include "epurse/inquiry.h"
#include "epurse/message.h"

#include <string.h>

#include "forge.h"
#include "suites.h"

static const char *const none[] = {NULL};

static struct transaction_request request_make(void) {
  struct transaction_request request = {
      .pin_jwe = "eyJ.x.y.z", .tender_kind = "simulator", .tender_reference = "Beleg 4711 \xC3\xA4"};

  ck_assert(crypto_random(request.promise, sizeof request.promise));
  return request;
}

static enum status purchase_parse(const json_t *body) {
  struct transaction_request request;
  return transaction_request_parse(MESSAGE_PURCHASE, body, &request);
}

static enum status load_parse(const json_t *body) {
  struct transaction_request request;
  return transaction_request_parse(MESSAGE_LOAD, body, &request);
}

START_TEST(a_load_goes_there_and_back) {
  static const char *const optional[] = {"pin", NULL};
  struct transaction_request sent = request_make(), got;
  json_t *body = transaction_request_body(MESSAGE_LOAD, &sent);

  ck_assert_int_eq(transaction_request_parse(MESSAGE_LOAD, body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, load_parse, optional);
  ck_assert_int_eq(purchase_parse(body), STATUS_UNKNOWN_FIELD); /* a purchase has no tender */
  json_decref(body);
}
END_TEST

START_TEST(a_purchase_goes_there_and_back) {
  static const char *const optional[] = {"pin", NULL};
  struct transaction_request sent = request_make(), got;
  json_t *body = transaction_request_body(MESSAGE_PURCHASE, &sent);

  ck_assert_int_eq(transaction_request_parse(MESSAGE_PURCHASE, body, &got), STATUS_OK);
  ck_assert_mem_eq(got.promise, sent.promise, sizeof sent.promise);
  ck_assert_str_eq(got.pin_jwe, sent.pin_jwe);
  ck_assert_str_eq(got.tender_kind, "");
  forge_strictness(body, purchase_parse, optional);
  json_decref(body);
}
END_TEST

START_TEST(a_request_without_pin_has_no_such_field) {
  struct transaction_request sent = request_make(), got;
  json_t *body = NULL;

  sent.pin_jwe[0] = '\0';
  body = transaction_request_body(MESSAGE_LOAD_INQUIRY, &sent);
  ck_assert_ptr_null(json_object_get(body, "pin"));
  ck_assert_int_eq(transaction_request_parse(MESSAGE_LOAD_INQUIRY, body, &got), STATUS_OK);
  ck_assert_str_eq(got.pin_jwe, "");
  json_decref(body);
}
END_TEST

static const struct {
  const char *name, *value;
} wrong[] = {{"promise", "''"},
             {"promise", "'AAAA'"},
             {"promise", "'===='"},
             {"tender", "'gold'"},
             {"tender", "''"},
             {"tender", "'Cash'"},
             {"pin", "''"},
             {"reference", "'a\\nb'"},
             {"reference", "'a\\u009bb'"},
             {"reference", "'0123456789012345678901234567890123456789012345678901234567890123'"}};

START_TEST(refuses_wrong_values) {
  struct transaction_request sent = request_make();
  json_t *body = transaction_request_body(MESSAGE_LOAD, &sent);
  json_t *changed = forge_with(body, wrong[_i].name, forge_json(wrong[_i].value));

  ck_assert_int_eq(load_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

/* One byte more and one fewer than a promise has. */
START_TEST(wants_a_promise_of_its_size) {
  struct transaction_request sent = request_make();
  json_t *body = transaction_request_body(MESSAGE_PURCHASE, &sent), *changed = NULL;
  const char *text = json_string_value(json_object_get(body, "promise"));
  size_t len = strlen(text);
  char other[512];

  ck_assert_uint_lt(len + 5, sizeof other);
  memcpy(other, text, len + 1);
  strcpy(other + len - len % 4, "AAAA");
  changed = forge_with(body, "promise", json_string(other));
  ck_assert_int_eq(purchase_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  other[len - len % 4 - 4] = '\0';
  changed = forge_with(body, "promise", json_string(other));
  ck_assert_int_eq(purchase_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

static enum status reply_parse(const json_t *body) {
  struct transaction_reply reply;
  return transaction_reply_parse(body, &reply);
}

START_TEST(a_reply_goes_there_and_back) {
  static const char *const optional[] = {"authorisation", "card_certificate", "block_order", "owed", NULL};
  struct transaction_reply sent = {
      .has_authorisation = true, .card_certificate_len = 200, .has_block_order = true, .owed = INT64_C(1) << 60};
  struct transaction_reply got;
  json_t *body = NULL;

  ck_assert(crypto_random(sent.authorisation, sizeof sent.authorisation));
  ck_assert(crypto_random(sent.card_certificate, sent.card_certificate_len));
  ck_assert(crypto_random(sent.block_order, sizeof sent.block_order));
  body = transaction_reply_body(&sent);
  ck_assert_int_eq(transaction_reply_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, reply_parse, optional);
  json_decref(body);
}
END_TEST

START_TEST(an_empty_reply_says_nothing) {
  static const struct transaction_reply sent;
  struct transaction_reply got;
  json_t *body = transaction_reply_body(&sent), *changed = NULL;

  ck_assert_uint_eq(json_object_size(body), 0);
  ck_assert_int_eq(transaction_reply_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  changed = forge_with(body, "owed", json_integer(-1));
  ck_assert_int_eq(reply_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

static enum status inquiry_parse(const json_t *body) {
  struct inquiry_request request;
  return inquiry_request_parse(MESSAGE_TRANSACTION_INQUIRY, body, &request);
}

static enum status reversal_parse(const json_t *body) {
  struct inquiry_request request;
  return inquiry_request_parse(MESSAGE_LOAD_REVERSAL, body, &request);
}

START_TEST(inquiries_go_there_and_back) {
  static const char *const wrong_words[] = {"1", "'true'"};
  struct inquiry_request sent = {.given_back = true}, got;
  bool reversal = _i == 1;
  enum message_type type = reversal ? MESSAGE_LOAD_REVERSAL : MESSAGE_TRANSACTION_INQUIRY;

  ck_assert(crypto_random(sent.promise, sizeof sent.promise));
  json_t *body = inquiry_request_body(type, &sent);
  ck_assert_int_eq(inquiry_request_parse(type, body, &got), STATUS_OK);
  ck_assert_mem_eq(got.promise, sent.promise, sizeof sent.promise);
  ck_assert(got.given_back == reversal);
  forge_strictness(body, reversal ? reversal_parse : inquiry_parse, none);
  for (size_t i = 0; reversal && i < sizeof wrong_words / sizeof wrong_words[0]; i++) {
    json_t *changed = forge_with(body, "given_back", forge_json(wrong_words[i]));
    ck_assert_int_eq(reversal_parse(changed), STATUS_BAD_FORMAT);
    json_decref(changed);
  }
  json_decref(body);
}
END_TEST

static enum status fate_parse(const json_t *body) {
  struct inquiry_reply reply;
  return inquiry_reply_parse(body, &reply);
}

START_TEST(each_fate_goes_there_and_back) {
  static const char *const optional[] = {"secret", "deposit", NULL}, *const wrong_words[] = {"''", "'HELD'", "'lost'",
                                                                                             "'paid out'"};
  struct inquiry_reply sent = {.fate = (enum fate)_i,
                               .has_secret = _i == FATE_CAPTURED,
                               .deposit = _i == FATE_PAY ? 500 : 0},
                       got;

  ck_assert(crypto_random(sent.promise_hash, sizeof sent.promise_hash));
  if (sent.has_secret)
    ck_assert(crypto_random(sent.secret, sizeof sent.secret));
  json_t *body = inquiry_reply_body(&sent);
  ck_assert_int_eq(inquiry_reply_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, fate_parse, optional);
  for (size_t i = 0; i < sizeof wrong_words / sizeof wrong_words[0]; i++) {
    json_t *changed = forge_with(body, "fate", forge_json(wrong_words[i]));
    ck_assert_int_eq(fate_parse(changed), STATUS_BAD_FORMAT);
    json_decref(changed);
  }
  json_decref(body);
}
END_TEST

static struct confirmations confirmations_make(size_t count) {
  struct confirmations made = {.count = count};

  for (size_t i = 0; i < count && i < CONFIRMATION_MAX; i++) {
    cid_make(999999, (uint32_t)i, made.items[i].cid);
    made.items[i].atc = (uint32_t)i + 1;
    ck_assert(crypto_random(made.items[i].secret, SECRET_SIZE));
    made.items[i].status = i % 2 == 0 ? STATUS_OK : STATUS_PROOF_MISMATCH;
  }
  return made;
}

static enum status proofs_parse(const json_t *body) {
  struct confirmations got;
  return confirmation_parse(body, false, &got);
}

START_TEST(confirmations_go_there_and_back) {
  struct confirmations sent = confirmations_make((size_t)_i), got;
  json_t *body = confirmation_body(&sent, false), *answer = confirmation_body(&sent, true);

  ck_assert_int_eq(confirmation_parse(body, false, &got), STATUS_OK);
  ck_assert_uint_eq(got.count, sent.count);
  for (size_t i = 0; i < sent.count; i++) {
    ck_assert_mem_eq(got.items[i].cid, sent.items[i].cid, CID_SIZE);
    ck_assert_uint_eq(got.items[i].atc, sent.items[i].atc);
    ck_assert_mem_eq(got.items[i].secret, sent.items[i].secret, SECRET_SIZE);
  }
  ck_assert_int_eq(confirmation_parse(answer, true, &got), STATUS_OK);
  for (size_t i = 0; i < sent.count; i++)
    ck_assert_int_eq(got.items[i].status, sent.items[i].status);
  ck_assert_int_ne(confirmation_parse(answer, false, &got), STATUS_OK);
  ck_assert_int_ne(confirmation_parse(body, true, &got), STATUS_OK);
  forge_strictness(body, proofs_parse, none);
  json_decref(body);
  json_decref(answer);
}
END_TEST

START_TEST(wants_one_to_thirty_two_confirmations) {
  struct confirmations sent = confirmations_make(CONFIRMATION_MAX), got;
  json_t *body = confirmation_body(&sent, false), *items = json_object_get(body, "confirmations");

  ck_assert_int_eq(json_array_append_new(items, json_deep_copy(json_array_get(items, 0))), 0);
  ck_assert_int_eq(confirmation_parse(body, false, &got), STATUS_BAD_FORMAT);
  ck_assert_int_eq(json_array_clear(items), 0);
  ck_assert_int_eq(confirmation_parse(body, false, &got), STATUS_BAD_FORMAT);
  ck_assert_int_eq(json_array_append_new(items, json_integer(1)), 0);
  ck_assert_int_eq(confirmation_parse(body, false, &got), STATUS_BAD_FORMAT);
  json_decref(body);
}
END_TEST

Suite *transaction_body_suite(void) {
  Suite *suite = suite_create("transaction_body");
  TCase *tests = tcase_create("transaction_body");

  tcase_add_test(tests, a_load_goes_there_and_back);
  tcase_add_test(tests, a_purchase_goes_there_and_back);
  tcase_add_test(tests, a_request_without_pin_has_no_such_field);
  tcase_add_loop_test(tests, refuses_wrong_values, 0, sizeof wrong / sizeof wrong[0]);
  tcase_add_test(tests, wants_a_promise_of_its_size);
  tcase_add_test(tests, a_reply_goes_there_and_back);
  tcase_add_test(tests, an_empty_reply_says_nothing);
  tcase_add_loop_test(tests, inquiries_go_there_and_back, 0, 2);
  tcase_add_loop_test(tests, each_fate_goes_there_and_back, FATE_NEVER_SEEN, FATE_OWED + 1);
  tcase_add_loop_test(tests, confirmations_go_there_and_back, 1, CONFIRMATION_MAX + 1);
  tcase_add_test(tests, wants_one_to_thirty_two_confirmations);
  suite_add_tcase(suite, tests);
  return suite;
}
