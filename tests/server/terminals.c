/* SPDX-License-Identifier: Apache-2.0
 * Tests of post_terminal_revocation.c, post_terminal_list.c, post_renewal_request.c, take_up.c and the renewal in
 * post_terminal.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/ledger_merchant.h"
#include "epurse/ledger_terminal_renewal.h"
#include "epurse/message_desk.h"
#include "epurse/message_terminal_renewal.h"
#include "purse.h"
#include "suites.h"

static enum status revoke(struct world *world, struct station *by, const char *tid) {
  return station_tell(by, &world->service, MESSAGE_TERMINAL_REVOCATION, revocation_body(tid));
}

/* The list as one line: names, a '-' behind those that are revoked. */
static void list(struct world *world, const char *after, int limit, char line[256]) {
  struct answer answer;
  size_t i = 0;
  const json_t *row = NULL;

  line[0] = '\0';
  station_ask(&world->admin, &world->service, MESSAGE_TERMINAL_LIST,
              json_pack("{s:s, s:i}", "after", after, "limit", limit), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  json_array_foreach(json_object_get(answer.body, "terminals"), i, row) {
    size_t len = strlen(line);
    snprintf(line + len, 256 - len, "%s%s%s", len > 0 ? " " : "", json_string_value(json_object_get(row, "tid")),
             json_is_true(json_object_get(row, "revoked")) ? "-" : "");
  }
  answer_clear(&answer);
}

static int64_t shop(struct world *world) {
  struct ledger_merchant merchant;

  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world->service.writer), "SHOP", &merchant), STATUS_OK);
  return merchant.balance;
}

/* The station is as a connection that stays open: handshake, key and name are what they were. */
START_TEST(revoked_terminal_is_refused_at_once) {
  struct world world;
  struct purse purse;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 1000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 400, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(revoke(&world, &world.pos, OTHER_POS), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(revoke(&world, &world.admin, POS), STATUS_OK);
  ck_assert_int_eq(revoke(&world, &world.admin, POS), STATUS_OK); /* told twice */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_TRANSACTION_INQUIRY,
                                purse_inquiry(&purse, MESSAGE_TRANSACTION_INQUIRY, false)),
                   STATUS_TERMINAL_REVOKED);
  for (int i = 0; i < 2; i++) { /* what was authorised before is its merchant's: r proves by itself */
    ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                     STATUS_OK);
    ck_assert_int_eq(shop(&world), 400);
  }
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_TERMINAL_REVOKED);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.other_pos);
  ck_assert_int_eq(station_tell(&world.other_pos, &world.service, MESSAGE_PURCHASE,
                                purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin)),
                   STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(unknown_and_own_terminals_are_not_revoked) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(revoke(&world, &world.admin, "NOBODY01"), STATUS_NOT_FOUND);
  ck_assert_int_eq(revoke(&world, &world.admin, ADMIN), STATUS_NOT_PERMITTED); /* there would be nobody left */
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LEDGER_CHECK, json_object()), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(list_tells_who_is_revoked) {
  struct world world;
  char line[256];

  world_open(&world);
  list(&world, "", 100, line);
  ck_assert_str_eq(line, ADMIN " " ADMIN_TOO " " DESK " " OTHER_DESK " " RELOAD " " POS " " OTHER_POS " " EXPIRED);
  ck_assert_int_eq(revoke(&world, &world.admin, POS), STATUS_OK);
  list(&world, OTHER_DESK, 2, line);
  ck_assert_str_eq(line, RELOAD " " POS "-");
  list(&world, EXPIRED, 2, line);
  ck_assert_str_eq(line, "");
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_TERMINAL_LIST,
                                json_pack("{s:s, s:i}", "after", "POS", "limit", 2)),
                   STATUS_BAD_FORMAT);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_TERMINAL_LIST,
                                json_pack("{s:s, s:i}", "after", "", "limit", 0)),
                   STATUS_BAD_FORMAT);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_TERMINAL_LIST, json_pack("{s:s}", "after", "")),
                   STATUS_UNKNOWN_FIELD);
  world_close(&world);
}
END_TEST

/* What the administrator says of POS: the keys of `like`, that merchant. */
static enum status renew(struct world *world, const struct station *like, const char *merchant) {
  struct terminal_message body = {.tid = POS, .role = ROLE_POS, .expiry = {0x20, 0x40, 0x12, 0x31}};

  snprintf(body.merchant, sizeof body.merchant, "%s", merchant);
  memcpy(body.sig_public, key_public(like->sig), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(body.ecka_public, key_public(like->ecka), CRYPTO_P256_PUBLIC_SIZE);
  return station_tell(&world->admin, &world->service, MESSAGE_TERMINAL_RENEWAL, terminal_body(&body));
}

START_TEST(renewal_brings_new_keys) {
  struct world world;
  struct ledger_terminal terminal;

  world_open(&world);
  ck_assert_int_eq(renew(&world, &world.expired, "BANK"), STATUS_EXISTS); /* another's name */
  ck_assert_int_eq(renew(&world, &world.expired, "SHOP"), STATUS_OK);
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)POS, &terminal),
                   STATUS_OK);
  ck_assert_mem_eq(terminal.sig_public, key_public(world.expired.sig), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_uint_eq(terminal.expiry[1], 0x40);
  /* the old key is nobody's from now on */
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CARD_CONTACT, json_object()),
                   STATUS_NOT_AUTHENTICATED);
  ck_assert_int_eq(revoke(&world, &world.admin, POS), STATUS_OK);
  ck_assert_int_eq(renew(&world, &world.pos, "SHOP"), STATUS_TERMINAL_REVOKED); /* for good */
  world_close(&world);
}
END_TEST

/* What POS asks for, under `signer`'s key: the keys of `like`. */
static enum status renew_asked(struct world *world, const struct station *signer, const struct station *like,
                               const struct station *certified) {
  struct terminal_message asked = {
      .tid = POS, .role = ROLE_POS, .merchant = "SHOP", .expiry = {0x20, 0x40, 0x12, 0x31}};
  struct message message = {.type = MESSAGE_TERMINAL_RENEWAL, .tid = POS, .seq = 1, .time = world->now};
  char *jws = NULL;

  memcpy(asked.sig_public, key_public(like->sig), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(asked.ecka_public, key_public(like->ecka), CRYPTO_P256_PUBLIC_SIZE);
  message.body = terminal_body(&asked);
  ck_assert_int_eq(message_seal(&message, false, signer->sig, &jws), STATUS_OK);
  message_clear(&message);
  ck_assert_uint_lt(strlen(jws), sizeof asked.request);
  strcpy(asked.request, jws);
  free(jws);
  memcpy(asked.sig_public, key_public(certified->sig), CRYPTO_P256_PUBLIC_SIZE);
  return station_tell(&world->admin, &world->service, MESSAGE_TERMINAL_RENEWAL, terminal_body(&asked));
}

START_TEST(renewal_is_asked_for_by_the_present_key) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(renew_asked(&world, &world.expired, &world.expired, &world.expired), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(renew_asked(&world, &world.pos, &world.expired, &world.admin), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(renew_asked(&world, &world.pos, &world.expired, &world.expired), STATUS_OK);
  ck_assert_int_eq(renew_asked(&world, &world.pos, &world.expired, &world.expired),
                   STATUS_OK); /* the answer was lost */
  ck_assert_int_eq(renew_asked(&world, &world.pos, &world.admin, &world.admin), STATUS_BAD_SIGNATURE);
  world_close(&world);
}
END_TEST

/* ---- over the terminal's own line ---- */

/* What `by` sends: the keys of `like` for the terminal `tid`, under `signer`'s key. */
struct line_asking {
  struct station *by;
  const struct station *signer, *like;
  const char *tid, *merchant;
};

static enum status line_ask_answer(struct world *world, const struct line_asking *asking, struct renewal_files *files) {
  static struct renewal_request request;
  struct terminal_message asked = {.role = ROLE_POS, .expiry = {0x20, 0x40, 0x12, 0x31}};
  struct message message = {.type = MESSAGE_TERMINAL_RENEWAL, .seq = 1, .time = world->now};
  struct answer answer;
  char *jws = NULL;

  snprintf(asked.tid, sizeof asked.tid, "%s", asking->tid);
  snprintf(message.tid, sizeof message.tid, "%s", asking->tid);
  snprintf(asked.merchant, sizeof asked.merchant, "%s", asking->merchant);
  memcpy(asked.sig_public, key_public(asking->like->sig), CRYPTO_P256_PUBLIC_SIZE);
  memcpy(asked.ecka_public, key_public(asking->like->ecka), CRYPTO_P256_PUBLIC_SIZE);
  message.body = terminal_body(&asked);
  ck_assert_int_eq(message_seal(&message, false, asking->signer->sig, &jws), STATUS_OK);
  message_clear(&message);
  request = (struct renewal_request){.chain = {1}, .chain_len = 1};
  snprintf(request.sealed, sizeof request.sealed, "%s", jws);
  free(jws);
  station_ask(asking->by, &world->service, MESSAGE_RENEWAL_REQUEST, renewal_request_body(&request), &answer);
  enum status status = answer.code;
  if (status == STATUS_OK)
    ck_assert_int_eq(renewal_files_parse(answer.body, files), STATUS_OK);
  answer_clear(&answer);
  return status;
}

static enum status line_ask_only(struct world *world, struct line_asking asking) {
  static struct renewal_files files;

  return line_ask_answer(world, &asking, &files);
}

/* Who waits first behind `after`; "": nobody. */
static void line_waiting(struct world *world, const char *after, char tid[TID_SIZE + 1]) {
  static struct renewal_request request;
  struct answer answer;

  station_ask(&world->admin, &world->service, MESSAGE_RENEWAL_LIST, json_pack("{s:s}", "after", after), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(renewal_waiting_parse(answer.body, &request), STATUS_OK);
  memcpy(tid, request.tid, TID_SIZE + 1);
  answer_clear(&answer);
}

static enum status line_answer(struct world *world, const char *tid, const struct station *like) {
  static struct renewal_answer answer;

  answer = (struct renewal_answer){
      .expiry = {0x20, 0x41, 0x12, 0x31},
      .files = {.terminal_cert = {7}, .terminal_cert_len = 1, .chain_len = 2, .terminal_ca_cert_len = 3}};
  snprintf(answer.tid, sizeof answer.tid, "%s", tid);
  memcpy(answer.sig_public, key_public(like->sig), CRYPTO_P256_PUBLIC_SIZE);
  return station_tell(&world->admin, &world->service, MESSAGE_RENEWAL_ANSWER, renewal_answer_body(&answer));
}

static enum status refused_only_by_name(struct world *world, struct station *by) {
  return station_tell(by, &world->service, MESSAGE_DENY_LIST, json_object());
}

/* The terminal POS when it works with the keys of `like`. */
static struct station pos_with(const struct world *world, const struct station *like) {
  struct station next = world->pos;

  next.sig = like->sig;
  next.ecka = like->ecka;
  next.peer = like->peer;
  snprintf(next.peer.common_name, sizeof next.peer.common_name, "%s", POS);
  return next;
}

START_TEST(renewal_over_the_line) {
  static struct renewal_files files;
  struct world world;
  char tid[TID_SIZE + 1];

  world_open(&world);
  struct line_asking asking = {&world.pos, &world.pos, &world.expired, POS, "SHOP"};
  struct station next = pos_with(&world, &world.expired);
  line_waiting(&world, "", tid);
  ck_assert_str_eq(tid, "");
  ck_assert_int_eq(line_answer(&world, POS, &world.expired), STATUS_NOT_FOUND); /* nobody asked */
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(line_ask_answer(&world, &asking, &files), STATUS_OK);
    ck_assert_uint_eq(files.chain_len, 0); /* it waits */
  }
  line_waiting(&world, "", tid);
  ck_assert_str_eq(tid, POS);
  line_waiting(&world, POS, tid);
  ck_assert_str_eq(tid, "");
  next.seq = world.pos.seq + 100;
  ck_assert_int_eq(refused_only_by_name(&world, &next), STATUS_NOT_AUTHENTICATED); /* not before it is answered */
  ck_assert_int_eq(line_answer(&world, POS, &world.admin), STATUS_NOT_FOUND);      /* other keys than it asked for */
  ck_assert_int_eq(line_answer(&world, OTHER_POS, &world.expired), STATUS_NOT_FOUND);
  ck_assert_int_eq(line_answer(&world, POS, &world.expired), STATUS_OK);
  ck_assert_int_eq(line_answer(&world, POS, &world.expired), STATUS_OK); /* told twice */
  line_waiting(&world, "", tid);
  ck_assert_str_eq(tid, "");
  for (int i = 0; i < 2; i++) { /* the old key is good until the new one is used, and the answer can be had again */
    ck_assert_int_eq(line_ask_answer(&world, &asking, &files), STATUS_OK);
    ck_assert_uint_eq(files.terminal_cert_len, 1);
    ck_assert_uint_eq(files.terminal_cert[0], 7);
    ck_assert_uint_eq(files.terminal_ca_cert_len, 3);
  }
  next.seq = world.pos.seq + 100;
  ck_assert_int_eq(refused_only_by_name(&world, &next), STATUS_UNKNOWN_FIELD); /* it is believed who it is */
  ck_assert_int_eq(refused_only_by_name(&world, &next), STATUS_UNKNOWN_FIELD);
  ck_assert_int_eq(line_ask_answer(&world, &asking, &files), STATUS_NOT_AUTHENTICATED); /* the old key is nobody's */
  ck_assert_int_eq(line_answer(&world, POS, &world.expired), STATUS_NOT_FOUND);         /* and nothing is left */
  world_close(&world);
}
END_TEST

START_TEST(renewal_over_the_line_is_refused) {
  struct world world;
  struct ledger_terminal terminal;
  char tid[TID_SIZE + 1];

  world_open(&world);
  struct station *pos = &world.pos, *other = &world.other_pos, *new = &world.expired;
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){pos, new, new, POS, "SHOP"}), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){pos, other, new, POS, "SHOP"}), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){pos, pos, new, OTHER_POS, "SHOP"}), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){other, pos, new, POS, "SHOP"}), STATUS_BAD_SIGNATURE);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){pos, pos, new, POS, "BANK"}), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){pos, pos, pos, POS, "SHOP"}), STATUS_BAD_FORMAT);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){&world.admin, &world.admin, new, ADMIN, "ISSUER"}),
                   STATUS_NOT_PERMITTED);
  line_waiting(&world, "", tid);
  ck_assert_str_eq(tid, "");
  struct line_asking good = {pos, pos, new, POS, "SHOP"};
  ck_assert_int_eq(station_tell(pos, &world.service, MESSAGE_RENEWAL_LIST, json_pack("{s:s}", "after", "")),
                   STATUS_NOT_PERMITTED);
  ck_assert_int_eq(line_ask_only(&world, good), STATUS_OK);
  ck_assert_int_eq(renew(&world, &world.admin, "SHOP"), STATUS_OK); /* by hand meanwhile: nothing waits any more */
  line_waiting(&world, "", tid);
  ck_assert_str_eq(tid, "");
  ck_assert_int_eq(renew(&world, pos, "SHOP"), STATUS_OK);
  ck_assert_int_eq(line_ask_only(&world, good), STATUS_OK);
  ck_assert_int_eq(revoke(&world, &world.admin, POS), STATUS_OK);
  line_waiting(&world, "", tid);
  ck_assert_str_eq(tid, "");
  ck_assert_int_eq(line_ask_only(&world, good), STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(line_answer(&world, POS, new), STATUS_TERMINAL_REVOKED);
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)POS, &terminal),
                   STATUS_OK);
  ck_assert_mem_eq(terminal.sig_public, key_public(pos->sig), CRYPTO_P256_PUBLIC_SIZE);
  world_close(&world);
}
END_TEST

/* Answered, and then revoked: the new keys are nobody's. */
START_TEST(renewal_over_the_line_ends_with_revocation) {
  struct world world;

  world_open(&world);
  struct station next = pos_with(&world, &world.expired);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){&world.pos, &world.pos, &world.expired, POS, "SHOP"}),
                   STATUS_OK);
  ck_assert_int_eq(line_answer(&world, POS, &world.expired), STATUS_OK);
  ck_assert_int_eq(revoke(&world, &world.admin, POS), STATUS_OK);
  next.seq = world.pos.seq + 100;
  ck_assert_int_eq(refused_only_by_name(&world, &next), STATUS_TERMINAL_REVOKED);
  world_close(&world);
}
END_TEST

/* Who comes with a terminal's old key, as often as it likes, has no place in the group that writes. */
START_TEST(renewal_over_the_line_costs_a_stale_key_no_group) {
  struct world world;

  world_open(&world);
  struct station stale = world.pos;
  ck_assert_int_eq(renew(&world, &world.expired, "SHOP"), STATUS_OK);
  ck_assert_int_eq(refused_only_by_name(&world, &stale), STATUS_NOT_AUTHENTICATED);
  uint64_t steps = world.service.metrics.steps; /* the clock's with it */
  for (int i = 0; i < 3; i++)
    ck_assert_int_eq(refused_only_by_name(&world, &stale), STATUS_NOT_AUTHENTICATED);
  ck_assert_uint_eq(world.service.metrics.steps, steps);
  world_close(&world);
}
END_TEST

static enum status take_new(struct ledger *ledger, void *context) {
  const struct station *like = context;

  return ledger_terminal_renewal_take(ledger, (const uint8_t *)POS, key_public(like->sig));
}

/* Two of its messages come at once, over two lines: both looked before either was heard. */
START_TEST(renewal_over_the_line_of_two_messages_at_once) {
  struct world world;

  world_open(&world);
  ck_assert_int_eq(line_ask_only(&world, (struct line_asking){&world.pos, &world.pos, &world.expired, POS, "SHOP"}),
                   STATUS_OK);
  ck_assert_int_eq(writer_transact(world.service.writer, take_new, &world.expired), STATUS_NOT_FOUND);
  ck_assert_int_eq(line_answer(&world, POS, &world.expired), STATUS_OK);
  ck_assert_int_eq(writer_transact(world.service.writer, take_new, &world.expired), STATUS_OK);
  ck_assert_int_eq(writer_transact(world.service.writer, take_new, &world.expired), STATUS_OK);
  ck_assert_int_eq(writer_transact(world.service.writer, take_new, &world.pos), STATUS_NOT_FOUND);
  world_close(&world);
}
END_TEST

Suite *terminals_suite(void) {
  Suite *suite = suite_create("terminals");
  TCase *all = world_case("terminals");

  tcase_add_test(all, revoked_terminal_is_refused_at_once);
  tcase_add_test(all, unknown_and_own_terminals_are_not_revoked);
  tcase_add_test(all, list_tells_who_is_revoked);
  tcase_add_test(all, renewal_brings_new_keys);
  tcase_add_test(all, renewal_is_asked_for_by_the_present_key);
  tcase_add_test(all, renewal_over_the_line);
  tcase_add_test(all, renewal_over_the_line_is_refused);
  tcase_add_test(all, renewal_over_the_line_ends_with_revocation);
  tcase_add_test(all, renewal_over_the_line_costs_a_stale_key_no_group);
  tcase_add_test(all, renewal_over_the_line_of_two_messages_at_once);
  suite_add_tcase(suite, all);
  return suite;
}
