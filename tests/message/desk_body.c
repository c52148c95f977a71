/* SPDX-License-Identifier: Apache-2.0
 * Tests of bodies of the issuer's desk and house: there and back, and strictly. */
#include "epurse/message.h"

#include <string.h>

#include "epurse/message_desk.h"
#include "epurse/message_renewal.h"
#include "forge.h"
#include "suites.h"

static const char *const none[] = {NULL};

static enum status request_parse(const json_t *body) {
  struct certification_request got;
  return certification_request_parse(body, &got);
}

START_TEST(a_certification_request_goes_there_and_back) {
  static const char *const optional[] = {"pin", NULL};
  struct certification_request sent = {.pin_jwe = "eyJ.x.y.z"}, got;
  json_t *body = NULL;

  cid_make(999999, 1, sent.cid);
  ck_assert(crypto_random(sent.request, sizeof sent.request));
  body = certification_request_body(&sent);
  ck_assert_int_eq(certification_request_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, request_parse, optional);
  json_decref(body);
}
END_TEST

static struct certification_reply reply_make(void) {
  struct certification_reply made = {.parameters = {.expiry = {0x20, 0x31, 0x11, 0x23},
                                                    .currency = 978,
                                                    .purse_ceiling = 50000,
                                                    .payment_ceiling = 15000,
                                                    .time = {0x20, 0x26, 0x11, 0x23, 0x17, 0x40, 0x06}},
                                     .master_version = 1,
                                     .terminal_ca_len = 1,
                                     .server_len = 200,
                                     .card_ecka_len = CERTIFICATE_MAX,
                                     .card_sig_len = 190,
                                     .pin_jwe = "eyJ.x.y.z"};

  cid_make(999999, 1, made.parameters.cid);
  ck_assert(crypto_random(made.master_public, sizeof made.master_public));
  ck_assert(crypto_random(made.terminal_ca, made.terminal_ca_len));
  ck_assert(crypto_random(made.server, made.server_len));
  ck_assert(crypto_random(made.card_ecka, made.card_ecka_len));
  ck_assert(crypto_random(made.card_sig, made.card_sig_len));
  return made;
}

static enum status reply_parse(const json_t *body) {
  struct certification_reply got;
  return certification_reply_parse(body, &got);
}

START_TEST(a_certification_reply_goes_there_and_back) {
  struct certification_reply sent = reply_make(), got;
  json_t *body = certification_reply_body(&sent);
  uint8_t wanted[PARAMETERS_SIZE], parameters[PARAMETERS_SIZE];

  ck_assert_int_eq(certification_reply_parse(body, &got), STATUS_OK);
  parameters_encode(&sent.parameters, wanted);
  parameters_encode(&got.parameters, parameters);
  ck_assert_mem_eq(parameters, wanted, sizeof wanted);
  ck_assert_uint_eq(got.master_version, 1);
  ck_assert_mem_eq(got.master_public, sent.master_public, sizeof got.master_public);
  ck_assert_uint_eq(got.terminal_ca_len, sent.terminal_ca_len);
  ck_assert_uint_eq(got.server_len, sent.server_len);
  ck_assert_uint_eq(got.card_ecka_len, sent.card_ecka_len);
  ck_assert_uint_eq(got.card_sig_len, sent.card_sig_len);
  ck_assert_mem_eq(got.terminal_ca, sent.terminal_ca, CERTIFICATE_MAX);
  ck_assert_mem_eq(got.server, sent.server, CERTIFICATE_MAX);
  ck_assert_mem_eq(got.card_ecka, sent.card_ecka, CERTIFICATE_MAX);
  ck_assert_mem_eq(got.card_sig, sent.card_sig, CERTIFICATE_MAX);
  ck_assert_str_eq(got.pin_jwe, sent.pin_jwe);
  forge_strictness(body, reply_parse, none);
  json_decref(body);
}
END_TEST

static const struct {
  const char *name, *value;
} wrong_reply[] = {{"server", "''"}, {"parameters", "'AAAA'"}, {"master_version", "0"}, {"master_version", "256"}};

START_TEST(refuses_wrong_replies) {
  struct certification_reply sent = reply_make();
  json_t *body = certification_reply_body(&sent);
  json_t *changed = forge_with(body, wrong_reply[_i].name, forge_json(wrong_reply[_i].value));

  ck_assert_int_eq(reply_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

static enum status shop_parse(const json_t *body) {
  struct merchant_message got;
  return merchant_parse(body, &got);
}

START_TEST(a_merchant_goes_there_and_back) {
  struct merchant_message sent = {.id = "BAKERY",
                                  .name = "B\xC3\xA4"
                                          "ckerei \"Ecke\"",
                                  .points_rate = 10000,
                                  .fee_rate = 125,
                                  .iban = "DE89370400440532013000",
                                  .bic = "COBADEFFXXX"},
                          got;
  static const char *const optional[] = {"fee_rate", "iban", "bic", NULL};
  json_t *body = merchant_body(&sent);

  ck_assert_int_eq(merchant_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, shop_parse, optional);
  json_decref(body);
}
END_TEST

static enum status terms_parse(const json_t *body) {
  struct merchant_message got;
  return merchant_change_parse(body, &got);
}

START_TEST(terms_go_there_and_back) {
  static const char *const optional[] = {"fee_rate", "iban", "bic", NULL};
  struct merchant_message sent = {.id = "BAKERY", .fee_rate = 0, .iban = "DE89370400440532013000", .bic = "COBADEFF"},
                          got;
  json_t *body = merchant_change_body(&sent);

  ck_assert_int_eq(merchant_change_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, terms_parse, optional);
  json_decref(body);
  sent = (struct merchant_message){.id = "BAKERY", .fee_rate = -1}; /* nothing said, nothing sent */
  body = merchant_change_body(&sent);
  ck_assert_uint_eq(json_object_size(body), 1);
  ck_assert_int_eq(merchant_change_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  json_decref(body);
}
END_TEST

static enum status replacement_check(const json_t *body) {
  struct replacement_message got;
  return replacement_parse(body, &got);
}

static enum status replaced_check(const json_t *body) {
  struct replacement_reply got;
  return replacement_reply_parse(body, &got);
}

START_TEST(a_replacement_goes_there_and_back) {
  struct replacement_message sent, got;
  struct replacement_reply said = {.at = 1790000000, .balance = 1, .owed = 2, .points = 3, .settled_atc = 4}, heard;
  json_t *body = NULL;

  cid_make(999999, 1, sent.cid);
  cid_make(999999, 2, sent.new_cid);
  body = replacement_body(&sent);
  ck_assert_int_eq(replacement_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, replacement_check, none);
  json_decref(body);
  body = replacement_reply_body(&said);
  ck_assert_int_eq(replacement_reply_parse(body, &heard), STATUS_OK);
  ck_assert_mem_eq(&heard, &said, sizeof heard);
  forge_strictness(body, replaced_check, none);
  json_decref(body);
}
END_TEST

static enum status renewed_check(const json_t *body) {
  struct renewal_reply got;
  return renewal_reply_parse(body, &got);
}

START_TEST(a_renewal_comes_back) {
  struct renewal_reply said = {1790000000, 1, 2, 3, 4, 5, 1791000000}, heard;
  json_t *body = renewal_reply_body(&said);

  ck_assert_int_eq(renewal_reply_parse(body, &heard), STATUS_OK);
  ck_assert_mem_eq(&heard, &said, sizeof heard);
  forge_strictness(body, renewed_check, none);
  json_decref(body);
}
END_TEST

static const struct {
  const char *name, *value;
} wrong_merchant[] = {{"id", "''"},   {"id", "'TWO WORDS'"}, {"id", "'0123456789012345'"}, {"id", "'B\xC3\xA4'"},
                      {"name", "''"}, {"name", "'a\\tb'"},   {"points_rate", "10001"},     {"points_rate", "-1"}};

START_TEST(refuses_wrong_merchants) {
  static const struct merchant_message sent = {.id = "BAKERY", .name = "Bakery"};
  json_t *body = merchant_body(&sent);
  json_t *changed = forge_with(body, wrong_merchant[_i].name, forge_json(wrong_merchant[_i].value));

  ck_assert_int_eq(shop_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

static struct terminal_message terminal_make(void) {
  struct terminal_message made = {
      .tid = "RELOAD01", .role = ROLE_RELOAD, .merchant = "BAKERY", .expiry = {0x20, 0x27, 0x02, 0x21}};
  uint8_t private_key[CRYPTO_P256_PRIVATE_SIZE];

  ck_assert(crypto_p256_generate(private_key, made.ecka_public));
  ck_assert(crypto_p256_generate(private_key, made.sig_public));
  return made;
}

static enum status till_parse(const json_t *body) {
  struct terminal_message got;
  return terminal_parse(body, &got);
}

START_TEST(a_terminal_goes_there_and_back) {
  struct terminal_message sent = terminal_make(), got;
  json_t *body = terminal_body(&sent);

  ck_assert_int_eq(terminal_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  ck_assert_str_eq(json_string_value(json_object_get(body, "role")), "reload");
  forge_strictness(body, till_parse, none);
  json_decref(body);
}
END_TEST

static const struct {
  const char *name, *value;
} wrong_terminal[] = {
    {"tid", "'RELOAD1'"},
    {"tid", "'RELOAD001'"},
    {"role", "'server'"},
    {"role", "'POS'"},
    {"role", "''"},
    {"expiry", "'2027-13-01'"},
    /* 65 zero bytes are of the right size, and no point */
    {"sig_public", "'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"},
    {"ecka_public", "'BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'"}};

START_TEST(refuses_wrong_terminals) {
  struct terminal_message sent = terminal_make();
  json_t *body = terminal_body(&sent);
  json_t *changed = forge_with(body, wrong_terminal[_i].name, forge_json(wrong_terminal[_i].value));

  ck_assert_int_eq(till_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

static enum status gone_parse(const json_t *body) {
  char tid[TID_SIZE + 1];
  return revocation_parse(body, tid);
}

START_TEST(a_revocation_goes_there_and_back) {
  char tid[TID_SIZE + 1];
  json_t *body = revocation_body("POS00007"), *wrong = revocation_body("POS 0007");

  ck_assert_int_eq(revocation_parse(body, tid), STATUS_OK);
  ck_assert_str_eq(tid, "POS00007");
  ck_assert_int_eq(revocation_parse(wrong, tid), STATUS_BAD_FORMAT);
  forge_strictness(body, gone_parse, none);
  json_decref(body);
  json_decref(wrong);
}
END_TEST

static enum status left_parse(const json_t *body) {
  struct revocation_reply left;
  return revocation_reply_parse(body, &left);
}

START_TEST(who_is_left_comes_back) {
  const struct revocation_reply sent = {.needed = 2, .administrators = 1}, wrong = {.needed = 3, .administrators = 1};
  struct revocation_reply left;
  json_t *body = revocation_reply_body(&sent), *three = revocation_reply_body(&wrong);

  ck_assert_int_eq(revocation_reply_parse(body, &left), STATUS_OK);
  ck_assert_int_eq(left.needed, 2);
  ck_assert_int_eq(left.administrators, 1);
  ck_assert_int_eq(revocation_reply_parse(three, &left), STATUS_BAD_FORMAT);
  forge_strictness(body, left_parse, none);
  json_decref(body);
  json_decref(three);
}
END_TEST

START_TEST(a_role_without_a_word_makes_no_body) {
  struct terminal_message sent = terminal_make();

  sent.role = ROLE_CARD_SIG;
  ck_assert_ptr_null(terminal_body(&sent));
}
END_TEST

Suite *desk_body_suite(void) {
  Suite *suite = suite_create("desk_body");
  TCase *tests = tcase_create("desk_body");

  tcase_add_test(tests, a_certification_request_goes_there_and_back);
  tcase_add_test(tests, a_certification_reply_goes_there_and_back);
  tcase_add_loop_test(tests, refuses_wrong_replies, 0, sizeof wrong_reply / sizeof wrong_reply[0]);
  tcase_add_test(tests, a_merchant_goes_there_and_back);
  tcase_add_test(tests, terms_go_there_and_back);
  tcase_add_test(tests, a_replacement_goes_there_and_back);
  tcase_add_test(tests, a_renewal_comes_back);
  tcase_add_loop_test(tests, refuses_wrong_merchants, 0, sizeof wrong_merchant / sizeof wrong_merchant[0]);
  tcase_add_test(tests, a_terminal_goes_there_and_back);
  tcase_add_loop_test(tests, refuses_wrong_terminals, 0, sizeof wrong_terminal / sizeof wrong_terminal[0]);
  tcase_add_test(tests, a_revocation_goes_there_and_back);
  tcase_add_test(tests, who_is_left_comes_back);
  tcase_add_test(tests, a_role_without_a_word_makes_no_body);
  suite_add_tcase(suite, tests);
  return suite;
}
