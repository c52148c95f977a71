/* SPDX-License-Identifier: Apache-2.0
 * Tests of bodies about a card: there and back, and strictly. */
#include "epurse/message.h"

#include <string.h>

#include "epurse/message_desk.h"
#include "forge.h"
#include "suites.h"

static const char *const none[] = {NULL}, *const deposit[] = {"deposit", NULL}; /* what may lack */

static struct card_message message_make(void) {
  struct card_message made = {.reason = "reported stolen", .deposit = 500};

  cid_make(999999, 123456789, made.cid);
  memcpy(made.chip_serial, "\x01\x02\x03\x04\xFF\xFE\xFD\xFC", sizeof made.chip_serial);
  return made;
}

/* Which fields a type carries; the others must come back as zeros. */
static const struct {
  enum message_type type;
  bool chip_serial, reason;
} kinds[] = {{MESSAGE_CARD_ACTIVATION, true, false}, {MESSAGE_CARD_VOID, true, false},
             {MESSAGE_CARD_QUERY, false, false},     {MESSAGE_CARD_BLOCK, false, true},
             {MESSAGE_CARD_CONTACT, false, false},   {MESSAGE_CARD_SUSPENSION, false, true},
             {MESSAGE_CARD_RESUMPTION, false, false}};

static enum status parse_0(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[0].type, body, &got);
}
static enum status parse_1(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[1].type, body, &got);
}
static enum status parse_2(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[2].type, body, &got);
}
static enum status parse_3(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[3].type, body, &got);
}
static enum status parse_4(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[4].type, body, &got);
}
static enum status parse_5(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[5].type, body, &got);
}
static enum status parse_6(const json_t *body) {
  struct card_message got;
  return card_message_parse(kinds[6].type, body, &got);
}

START_TEST(card_messages_go_there_and_back) {
  static forge_parser *const parsers[] = {parse_0, parse_1, parse_2, parse_3, parse_4, parse_5, parse_6};
  struct card_message sent = message_make(), got, wanted = {0};
  json_t *body = card_message_body(kinds[_i].type, &sent);

  memcpy(wanted.cid, sent.cid, CID_SIZE);
  if (kinds[_i].chip_serial)
    memcpy(wanted.chip_serial, sent.chip_serial, CHIP_SERIAL_SIZE);
  if (kinds[_i].reason)
    strcpy(wanted.reason, sent.reason);
  if (kinds[_i].type == MESSAGE_CARD_ACTIVATION)
    wanted.deposit = sent.deposit;
  ck_assert_int_eq(card_message_parse(kinds[_i].type, body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &wanted, sizeof got);
  forge_strictness(body, parsers[_i], kinds[_i].type == MESSAGE_CARD_ACTIVATION ? deposit : none);
  json_decref(body);
}
END_TEST

static const struct {
  enum message_type type;
  const char *name, *value;
} wrong[] = {{MESSAGE_CARD_QUERY, "cid", "'9999991234567890'"}, /* the last digit does not fit */
             {MESSAGE_CARD_QUERY, "cid", "'999999'"},
             {MESSAGE_CARD_QUERY, "cid", "'99999912345678901'"},
             {MESSAGE_CARD_QUERY, "cid", "''"},
             {MESSAGE_CARD_VOID, "chip_serial", "'AAAAAAAAAA'"},
             {MESSAGE_CARD_ACTIVATION, "deposit", "0"},
             {MESSAGE_CARD_ACTIVATION, "deposit", "-500"},
             {MESSAGE_CARD_ACTIVATION, "deposit", "2147483648"},
             {MESSAGE_CARD_BLOCK, "reason", "''"},
             {MESSAGE_CARD_BLOCK, "reason", "'two\\nlines'"},
             {MESSAGE_CARD_BLOCK, "reason", "'\\u001b[2J'"}};

START_TEST(refuses_wrong_values) {
  struct card_message sent = message_make(), got;
  json_t *body = card_message_body(wrong[_i].type, &sent);
  json_t *changed = forge_with(body, wrong[_i].name, forge_json(wrong[_i].value));

  ck_assert_int_eq(card_message_parse(wrong[_i].type, changed, &got), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

static enum status change_parse(const json_t *body) {
  struct pin_change_message got;
  return pin_change_parse(body, &got);
}

/* _i: the first half, with a new PIN; the second, without. */
START_TEST(a_change_of_pin_goes_there_and_back) {
  static const char *const optional[] = {"new_pin", NULL};
  struct pin_change_message sent = {.record = {0xDF, 0x63, 0x25}, .new_pin_jwe = "eyJ.a.b.c"}, got;
  json_t *body = NULL;

  if (_i == 1)
    memset(sent.new_pin_jwe, 0, sizeof sent.new_pin_jwe);
  body = pin_change_body(&sent);
  ck_assert_uint_eq(json_object_size(body), _i == 1 ? 1 : 2);
  ck_assert_int_eq(pin_change_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  forge_strictness(body, change_parse, optional);
  json_decref(body);
}
END_TEST

static enum status failure_parse(const json_t *body) {
  uint8_t got[PIN_RECORD_SIZE];
  return pin_failure_parse(body, got);
}

START_TEST(a_wrong_pin_goes_there_and_back) {
  uint8_t sent[PIN_RECORD_SIZE] = {0xDF, 0x63, 0x25}, got[PIN_RECORD_SIZE];
  json_t *body = pin_failure_body(sent);

  ck_assert_int_eq(pin_failure_parse(body, got), STATUS_OK);
  ck_assert_mem_eq(got, sent, sizeof got);
  forge_strictness(body, failure_parse, none);
  json_t *changed = forge_with(body, "record", forge_json("'3w'"));
  ck_assert_int_eq(pin_failure_parse(changed, got), STATUS_BAD_FORMAT); /* too short */
  json_decref(changed);
  json_decref(body);
}
END_TEST

static enum status chip_parse(const json_t *body) {
  uint8_t chip[CHIP_SERIAL_SIZE];
  return reservation_parse(body, chip);
}
static enum status number_parse(const json_t *body) {
  uint8_t cid[CID_SIZE];
  return reservation_reply_parse(body, cid);
}

START_TEST(reservations_go_there_and_back) {
  struct card_message sent = message_make();
  uint8_t chip[CHIP_SERIAL_SIZE], cid[CID_SIZE];
  json_t *body = reservation_body(sent.chip_serial), *reply = reservation_reply_body(sent.cid);

  ck_assert_int_eq(reservation_parse(body, chip), STATUS_OK);
  ck_assert_mem_eq(chip, sent.chip_serial, sizeof chip);
  ck_assert_int_eq(reservation_reply_parse(reply, cid), STATUS_OK);
  ck_assert_mem_eq(cid, sent.cid, sizeof cid);
  forge_strictness(body, chip_parse, none);
  forge_strictness(reply, number_parse, none);
  json_decref(body);
  json_decref(reply);
}
END_TEST

static struct card_facts facts_make(void) {
  struct card_facts made = {.state = "BLOCKED",
                            .reason = "PIN_BLOCKED",
                            .expiry = {0x20, 0x31, 0x02, 0x28},
                            .currency = 978,
                            .balance = 3750,
                            .held = 1250,
                            .owed = INT64_MAX,
                            .points = -12,
                            .deposit = 500,
                            .last_atc = UINT32_MAX};
  cid_make(999999, 5, made.cid);
  return made;
}

static enum status facts_parse(const json_t *body) {
  struct card_facts got;
  return card_facts_parse(body, &got);
}

START_TEST(facts_go_there_and_back) {
  static const char *const optional[] = {"expiry", "deposit", NULL};
  struct card_facts sent = facts_make(), got;
  json_t *body = card_facts_body(&sent);

  ck_assert_int_eq(card_facts_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(&got, &sent, sizeof got);
  ck_assert_str_eq(json_string_value(json_object_get(body, "expiry")), "2031-02-28");
  forge_strictness(body, facts_parse, optional);
  json_decref(body);
}
END_TEST

START_TEST(what_is_on_a_card_is_told_whole_or_not_at_all) {
  static const char *const contents[] = {"balance", "held", "owed", "points", "last_atc"};
  static const char *const optional[] = {"expiry", "deposit", NULL};
  struct card_facts sent = facts_make(), got;

  sent.unreported = true;
  json_t *body = card_facts_body(&sent);
  ck_assert_int_eq(card_facts_parse(body, &got), STATUS_OK);
  ck_assert(got.unreported);
  ck_assert_int_eq(got.balance, 0);
  ck_assert_uint_eq(got.last_atc, 0);
  forge_strictness(body, facts_parse, optional);
  for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
    ck_assert_ptr_null(json_object_get(body, contents[i]));
    json_t *part = forge_with(body, contents[i], json_integer(7));
    ck_assert_int_ne(facts_parse(part), STATUS_OK);
    json_decref(part);
  }
  json_decref(body);
}
END_TEST

START_TEST(a_card_that_is_only_reserved_has_no_expiry) {
  struct card_facts sent = facts_make(), got;
  json_t *body = NULL;

  memset(sent.expiry, 0, sizeof sent.expiry);
  strcpy(sent.state, "RESERVED");
  body = card_facts_body(&sent);
  ck_assert_ptr_null(json_object_get(body, "expiry"));
  ck_assert_int_eq(card_facts_parse(body, &got), STATUS_OK);
  ck_assert_mem_eq(got.expiry, sent.expiry, sizeof got.expiry);
  json_decref(body);
}
END_TEST

static const struct {
  const char *name, *value;
} wrong_facts[] = {{"state", "'LOST'"},         {"state", "''"},
                   {"expiry", "'2031-02-30'"},  {"expiry", "'2031-2-28'"},
                   {"expiry", "'20310228'"},    {"expiry", "'2031-02-2'"},
                   {"expiry", "'2031/02/28'"},  {"expiry", "''"},
                   {"expiry", "'2031-02-28-'"}, {"expiry", "'----------'"},
                   {"currency", "0"},           {"currency", "1000"},
                   {"last_atc", "-1"},          {"balance", "9223372036854775807.0"}};

START_TEST(refuses_wrong_facts) {
  struct card_facts sent = facts_make();
  json_t *body = card_facts_body(&sent);
  json_t *changed = forge_with(body, wrong_facts[_i].name, forge_json(wrong_facts[_i].value));

  ck_assert_int_eq(facts_parse(changed), STATUS_BAD_FORMAT);
  json_decref(changed);
  json_decref(body);
}
END_TEST

Suite *card_body_suite(void) {
  Suite *suite = suite_create("card_body");
  TCase *tests = tcase_create("card_body");

  tcase_add_loop_test(tests, card_messages_go_there_and_back, 0, sizeof kinds / sizeof kinds[0]);
  tcase_add_loop_test(tests, refuses_wrong_values, 0, sizeof wrong / sizeof wrong[0]);
  tcase_add_loop_test(tests, a_change_of_pin_goes_there_and_back, 0, 2);
  tcase_add_test(tests, a_wrong_pin_goes_there_and_back);
  tcase_add_test(tests, reservations_go_there_and_back);
  tcase_add_test(tests, facts_go_there_and_back);
  tcase_add_test(tests, what_is_on_a_card_is_told_whole_or_not_at_all);
  tcase_add_test(tests, a_card_that_is_only_reserved_has_no_expiry);
  tcase_add_loop_test(tests, refuses_wrong_facts, 0, sizeof wrong_facts / sizeof wrong_facts[0]);
  suite_add_tcase(suite, tests);
  return suite;
}
