/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/envelope.c: who is believed, who may, what is new. */
#include <stdlib.h>
#include <string.h>

#include "suites.h"
#include "world.h"

static json_t *empty(void) {
  return json_object();
}

static void assert_refused(struct world *world, struct station *station, const char *jws, enum status code) {
  struct answer answer;

  station_send(station, &world->service, MESSAGE_LEDGER_CHECK, jws, &answer);
  ck_assert_str_eq(status_name(answer.code), status_name(code));
  answer_clear(&answer);
}

START_TEST(true_terminal_is_served) {
  struct world world;
  struct answer answer;

  world_open(&world);
  station_ask(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, empty(), &answer);
  ck_assert_int_eq(answer.http, 200);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  world_close(&world);
}
END_TEST

/* Every half that fails looks the same. */
START_TEST(all_failures_of_identity_look_alike) {
  struct world world;
  struct answer first, second, third, fourth;

  world_open(&world);
  char *jws = station_message(&world.admin, MESSAGE_LEDGER_CHECK, empty(), world.now);
  /* another terminal's connection */
  struct station crossed = world.admin;
  crossed.peer = world.pos.peer;
  station_send(&crossed, &world.service, MESSAGE_LEDGER_CHECK, jws, &first);
  /* a signature by another key, under the right name */
  struct station forger = world.admin;
  forger.sig = world.pos.sig;
  char *forged = station_message(&forger, MESSAGE_LEDGER_CHECK, empty(), world.now);
  station_send(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, forged, &second);
  /* a name that is not registered, certified all the same */
  struct station stranger = world.admin;
  memcpy(stranger.tid, "NOBODY01", TID_SIZE);
  memcpy(stranger.peer.common_name, "NOBODY01", TID_SIZE);
  char *strange = station_message(&stranger, MESSAGE_LEDGER_CHECK, empty(), world.now);
  station_send(&stranger, &world.service, MESSAGE_LEDGER_CHECK, strange, &third);
  /* the right name, certified with a key that is not the registered one */
  struct station rekeyed = world.pos;
  memcpy(rekeyed.tid, world.admin.tid, sizeof rekeyed.tid);
  memcpy(rekeyed.peer.common_name, world.admin.tid, sizeof rekeyed.tid);
  char *other = station_message(&rekeyed, MESSAGE_LEDGER_CHECK, empty(), world.now);
  station_send(&rekeyed, &world.service, MESSAGE_LEDGER_CHECK, other, &fourth);

  ck_assert_int_eq(first.http, 401);
  ck_assert_int_eq(first.code, STATUS_NOT_AUTHENTICATED);
  ck_assert_str_eq(first.raw, second.raw);
  ck_assert_str_eq(first.raw, third.raw);
  ck_assert_str_eq(first.raw, fourth.raw);
  free(jws), free(forged), free(strange), free(other);
  world_close(&world);
}
END_TEST

START_TEST(garbage_is_bad_format) {
  static const char *const garbage[] = {"", "x", "..", "a.b.c", "{}", "eyJhbGciOiJub25lIn0.e30.", "\xff\xfe\x01"};
  struct world world;

  world_open(&world);
  for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++)
    assert_refused(&world, &world.admin, garbage[i], STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

/* One bit anywhere in a good message: refused, and nothing crashes. */
START_TEST(every_flipped_bit_is_refused) {
  struct world world;
  struct answer answer;

  world_open(&world);
  char *jws = station_message(&world.admin, MESSAGE_LEDGER_CHECK, empty(), world.now);
  size_t len = strlen(jws);
  for (size_t i = 0; i < len; i += 3) {
    jws[i] ^= 0x04;
    station_send(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, jws, &answer);
    ck_assert_msg(answer.http >= 400 && answer.http < 500, "byte %zu of %zu: %d", i, len, answer.http);
    answer_clear(&answer);
    jws[i] ^= 0x04;
  }
  station_send(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, jws, &answer);
  ck_assert_int_eq(answer.http, 200);
  answer_clear(&answer);
  free(jws);
  world_close(&world);
}
END_TEST

START_TEST(type_of_another_route_is_bad_format) {
  struct world world;

  world_open(&world);
  char *jws =
      station_message(&world.admin, MESSAGE_CARD_LIST, json_pack("{s:s, s:i}", "after", "", "limit", 5), world.now);
  assert_refused(&world, &world.admin, jws, STATUS_BAD_FORMAT);
  free(jws);
  world_close(&world);
}
END_TEST

START_TEST(role_decides) {
  struct world world;

  world_open(&world);
  struct station *const others[] = {&world.pos, &world.reload, &world.desk};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    ck_assert_int_eq(station_tell(others[i], &world.service, MESSAGE_LEDGER_CHECK, empty()), STATUS_NOT_PERMITTED);
  world_close(&world);
}
END_TEST

START_TEST(expired_and_revoked_terminals_are_refused) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.expired, &world.service, MESSAGE_CONFIRMATION, empty()),
                   STATUS_TERMINAL_REVOKED);
  world.now += 91 * INT64_C(86400);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, empty()), STATUS_TERMINAL_REVOKED);
  world_close(&world);
}
END_TEST

static enum status revoke(struct ledger *ledger, void *context) {
  return ledger_terminal_revoke(ledger, context);
}

START_TEST(revoked_terminal_is_refused_at_once) {
  struct world world;
  uint8_t tid[] = ADMIN;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, empty()), STATUS_OK);
  ck_assert_int_eq(ledger_transact(writer_ledger(world.service.writer), revoke, tid), STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, empty()), STATUS_TERMINAL_REVOKED);
  world_close(&world);
}
END_TEST

START_TEST(clock_may_be_off_by_five_minutes) {
  static const struct {
    int64_t off;
    enum status code;
  } rows[] = {{-300, STATUS_OK}, {-301, STATUS_CLOCK_OFF}, {300, STATUS_OK}, {301, STATUS_CLOCK_OFF}};
  struct world world;

  world_open(&world);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    world.admin.now = world.now + rows[i].off;
    ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, empty()), rows[i].code);
  }
  world_close(&world);
}
END_TEST

START_TEST(message_has_its_effect_once) {
  struct world world;
  struct answer answer;

  world_open(&world);
  char *jws = station_message(&world.admin, MESSAGE_LEDGER_CHECK, empty(), world.now);
  station_send(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, jws, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  assert_refused(&world, &world.admin, jws, STATUS_REPLAYED);
  free(jws);
  world_close(&world);
}
END_TEST

/* A message that was overtaken by the next is new all the same. */
START_TEST(numbers_may_arrive_out_of_order) {
  struct world world;
  struct answer answer;

  world_open(&world);
  char *first = station_message(&world.admin, MESSAGE_LEDGER_CHECK, empty(), world.now);
  char *second = station_message(&world.admin, MESSAGE_LEDGER_CHECK, empty(), world.now);
  station_send(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, second, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  world.admin.seq--; /* the reply repeats the number of the first */
  station_send(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, first, &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  answer_clear(&answer);
  assert_refused(&world, &world.admin, first, STATUS_REPLAYED);
  free(first), free(second);
  world_close(&world);
}
END_TEST

START_TEST(number_zero_is_bad_format) {
  struct world world;

  world_open(&world);
  world.admin.seq = -1;
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, empty()), STATUS_BAD_FORMAT);
  world_close(&world);
}
END_TEST

START_TEST(unknown_field_is_refused) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_pack("{s:i}", "also", 1)),
                   STATUS_UNKNOWN_FIELD);
  world_close(&world);
}
END_TEST

Suite *envelope_suite(void) {
  Suite *suite = suite_create("envelope");
  TCase *all = world_case("envelope");

  tcase_add_test(all, true_terminal_is_served);
  tcase_add_test(all, all_failures_of_identity_look_alike);
  tcase_add_test(all, garbage_is_bad_format);
  tcase_add_test(all, every_flipped_bit_is_refused);
  tcase_add_test(all, type_of_another_route_is_bad_format);
  tcase_add_test(all, role_decides);
  tcase_add_test(all, expired_and_revoked_terminals_are_refused);
  tcase_add_test(all, revoked_terminal_is_refused_at_once);
  tcase_add_test(all, clock_may_be_off_by_five_minutes);
  tcase_add_test(all, message_has_its_effect_once);
  tcase_add_test(all, numbers_may_arrive_out_of_order);
  tcase_add_test(all, number_zero_is_bad_format);
  tcase_add_test(all, unknown_field_is_refused);
  suite_add_tcase(suite, all);
  return suite;
}
