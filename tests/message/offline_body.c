/* SPDX-License-Identifier: Apache-2.0
 * Off-line payments there and back, and what a message of them is not. */
#include "epurse/message_offline.h"

#include "forge.h"
#include "suites.h"

static const char *const none[] = {NULL};

static enum status requests_parse(const json_t *body) {
  struct offline_payments got;
  return offline_payment_parse(body, false, &got);
}

static struct offline_payments payments_make(size_t count) {
  struct offline_payments made = {.count = count};

  for (size_t i = 0; i < count; i++) {
    ck_assert(crypto_random(made.items[i].promise, PROMISE_SIZE));
    made.items[i].status = i % 2 == 0 ? STATUS_OFFLINE_KNOWN : STATUS_OFFLINE_WAITS;
  }
  return made;
}

START_TEST(payments_go_there_and_back) {
  struct offline_payments sent = payments_make((size_t)_i), got;
  json_t *body = offline_payment_body(&sent, false), *answer = offline_payment_body(&sent, true);

  ck_assert_int_eq(offline_payment_parse(body, false, &got), STATUS_OK);
  ck_assert_uint_eq(got.count, sent.count);
  for (size_t i = 0; i < sent.count; i++)
    ck_assert_mem_eq(got.items[i].promise, sent.items[i].promise, PROMISE_SIZE);
  ck_assert_int_eq(offline_payment_parse(answer, true, &got), STATUS_OK);
  for (size_t i = 0; i < sent.count; i++)
    ck_assert_int_eq(got.items[i].status, sent.items[i].status);
  ck_assert_int_ne(offline_payment_parse(answer, false, &got), STATUS_OK);
  forge_strictness(body, requests_parse, none);
  json_decref(body);
  json_decref(answer);
}
END_TEST

START_TEST(wants_one_to_a_whole_message_of_them) {
  struct offline_payments sent = payments_make(OFFLINE_PAYMENT_MAX), got;
  json_t *body = offline_payment_body(&sent, false), *items = json_object_get(body, "payments");

  ck_assert_uint_lt(json_dumpb(body, NULL, 0, JSON_COMPACT) * 4 / 3 + 512, MESSAGE_MAX);
  ck_assert_int_eq(json_array_append_new(items, json_deep_copy(json_array_get(items, 0))), 0);
  ck_assert_int_eq(offline_payment_parse(body, false, &got), STATUS_BAD_FORMAT);
  ck_assert_int_eq(json_array_clear(items), 0);
  ck_assert_int_eq(offline_payment_parse(body, false, &got), STATUS_BAD_FORMAT);
  json_decref(body);
}
END_TEST

Suite *offline_body_suite(void) {
  Suite *suite = suite_create("offline_body");
  TCase *tests = tcase_create("offline_body");

  tcase_add_loop_test(tests, payments_go_there_and_back, 1, OFFLINE_PAYMENT_MAX + 1);
  tcase_add_test(tests, wants_one_to_a_whole_message_of_them);
  suite_add_tcase(suite, tests);
  return suite;
}
