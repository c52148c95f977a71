/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/approval.c and post_approval.c: nothing dear is done on one administrator's word. */
#include <stdio.h>
#include <string.h>

#include "epurse/ledger_approval.h"
#include "epurse/ledger_limit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/message_approval.h"
#include "epurse/message_deny.h"
#include "epurse/message_desk.h"
#include "epurse/message_limit.h"
#include "purse.h"
#include "suites.h"

#define IBAN  "DE89370400440532013000"
#define OTHER "GB82WEST12345698765432"

static enum status two(struct ledger *ledger, void *context) {
  (void)context;
  return ledger_approvals_set(ledger, 2);
}

static void open_with_two(struct world *world) {
  world_open(world);
  ck_assert_int_eq(writer_transact(world->service.writer, two, NULL), STATUS_OK);
}

/* The number that it waits under. */
static int64_t waits(struct world *world, struct station *by, enum message_type type, json_t *body) {
  struct answer answer;
  int64_t number = 0;

  station_ask(by, &world->service, type, body, &answer);
  ck_assert_int_eq(answer.http, 200);
  ck_assert_int_eq(answer.code, STATUS_APPROVAL_WAITS);
  ck_assert_int_eq(approval_waits_parse(answer.body, &number), STATUS_OK);
  answer_clear(&answer);
  return number;
}

static bool look(struct world *world, int64_t after, bool waiting, struct approval_facts *facts) {
  const struct approval_query query = {.after = after, .waiting = waiting};
  struct answer answer;
  bool found = false;

  station_ask(&world->admin_too, &world->service, MESSAGE_APPROVAL_LIST, approval_query_body(&query), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(approval_facts_parse(answer.body, facts, &found), STATUS_OK);
  answer_clear(&answer);
  return found;
}

static enum status say(struct world *world, struct station *by, int64_t number, bool give) {
  struct approval_message word = {.number = number, .give = give};
  struct approval_facts facts;

  ck_assert(look(world, number - 1, false, &facts));
  memcpy(word.hash, facts.hash, sizeof word.hash);
  return station_tell(by, &world->service, MESSAGE_APPROVAL, approval_body(&word));
}

static json_t *account_body(const char *iban) {
  struct merchant_message merchant = {.id = "SHOP", .fee_rate = -1};

  snprintf(merchant.iban, sizeof merchant.iban, "%s", iban);
  return merchant_change_body(&merchant);
}

static const char *account(struct world *world) {
  static struct ledger_merchant merchant;

  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world->service.writer), "SHOP", &merchant), STATUS_OK);
  return merchant.iban;
}

START_TEST(an_account_is_changed_by_two) {
  struct world world;
  struct approval_facts facts;

  open_with_two(&world);
  int64_t number = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN));
  ck_assert_int_eq(waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN)), number);
  ck_assert_str_eq(account(&world), "");
  ck_assert(look(&world, 0, true, &facts));
  ck_assert_int_eq(facts.number, number);
  ck_assert_str_eq(facts.type, "merchant-change");
  ck_assert_str_eq(facts.body, "{\"iban\":\"" IBAN "\",\"id\":\"SHOP\"}");
  ck_assert_str_eq(facts.asked_by, ADMIN);
  ck_assert_str_eq(facts.state, "waits");
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(say(&world, &world.desk, number, true), STATUS_NOT_PERMITTED);
  ck_assert_str_eq(account(&world), "");
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
  ck_assert_str_eq(account(&world), IBAN);
  int64_t back = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(OTHER));
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_APPROVAL_ENDED); /* once */
  ck_assert_int_eq(say(&world, &world.admin, back, false), STATUS_OK);                  /* taken back */
  ck_assert_int_eq(say(&world, &world.admin_too, back, true), STATUS_APPROVAL_ENDED);
  ck_assert_str_eq(account(&world), IBAN);
  ck_assert(look(&world, 0, false, &facts));
  ck_assert_str_eq(facts.state, "given");
  ck_assert_str_eq(facts.decided_by, ADMIN_TOO);
  ck_assert(look(&world, number, false, &facts));
  ck_assert_str_eq(facts.state, "refused");
  ck_assert(!look(&world, 0, true, &facts));
  world_close(&world);
}
END_TEST

/* Else one would make merchants, each of which may owe anew, as many as he likes. */
START_TEST(a_merchant_is_added_by_two) {
  const struct merchant_message merchant = {.id = "NEWSHOP", .name = "New Shop", .iban = IBAN};
  const struct merchant_message known = {.id = "SHOP", .name = "Corner Shop"};
  struct ledger_merchant found;
  struct world world;

  open_with_two(&world);
  int64_t number = waits(&world, &world.admin, MESSAGE_MERCHANT, merchant_body(&merchant));
  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world.service.writer), merchant.id, &found), STATUS_NOT_FOUND);
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
  ck_assert_int_eq(ledger_merchant_find(writer_ledger(world.service.writer), merchant.id, &found), STATUS_OK);
  ck_assert_str_eq(found.iban, IBAN);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_MERCHANT, merchant_body(&known)), STATUS_EXISTS);
  world_close(&world);
}
END_TEST

/* What was shown is what is given: another one's hash is none. */
START_TEST(the_word_names_what_was_seen) {
  struct world world;
  struct approval_facts facts;
  struct approval_message word = {.give = true};

  open_with_two(&world);
  int64_t seen = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN));
  word.number = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(OTHER));
  ck_assert(look(&world, seen - 1, false, &facts));
  memcpy(word.hash, facts.hash, sizeof word.hash);
  ck_assert_int_eq(station_tell(&world.admin_too, &world.service, MESSAGE_APPROVAL, approval_body(&word)),
                   STATUS_PROOF_MISMATCH);
  word.number = 99;
  ck_assert_int_eq(station_tell(&world.admin_too, &world.service, MESSAGE_APPROVAL, approval_body(&word)),
                   STATUS_NOT_FOUND);
  ck_assert_str_eq(account(&world), "");
  world_close(&world);
}
END_TEST

START_TEST(an_approval_lapses) {
  struct world world;
  struct approval_facts facts;

  open_with_two(&world);
  int64_t number = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN));
  world.now += LEDGER_APPROVAL_SECONDS + 1;
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_APPROVAL_ENDED);
  ck_assert(look(&world, 0, false, &facts));
  ck_assert_str_eq(facts.state, "lapsed");
  ck_assert(!look(&world, 0, true, &facts));
  ck_assert_int_gt(waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN)), number);
  ck_assert_str_eq(account(&world), "");
  world_close(&world);
}
END_TEST

/* Nor is one given by a clock that may have been set back: it could have lapsed; to refuse takes no time. */
START_TEST(nothing_is_given_by_a_clock_in_doubt) {
  struct world world;

  open_with_two(&world);
  int64_t number = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN));
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_DENY_LIST, deny_list_body(0)), STATUS_OK);
  world.now -= 60;
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_CLOCK_DOUBTFUL);
  ck_assert_str_eq(account(&world), "");
  ck_assert_int_eq(say(&world, &world.admin_too, number, false), STATUS_OK);
  world_close(&world);
}
END_TEST

/* A stolen key asks for the money, and is found out. */
START_TEST(what_a_revoked_one_asked_for_lapses) {
  struct world world;
  struct approval_facts facts;

  open_with_two(&world);
  int64_t number = waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN));
  ck_assert(look(&world, 0, true, &facts));
  ck_assert_int_eq(
      station_tell(&world.admin_too, &world.service, MESSAGE_TERMINAL_REVOCATION, revocation_body(facts.asked_by)),
      STATUS_OK);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_APPROVAL_ENDED);
  ck_assert_str_eq(account(&world), "");
  ck_assert(look(&world, 0, false, &facts));
  ck_assert_str_eq(facts.state, "lapsed");
  ck_assert(!look(&world, 0, true, &facts));
  world_close(&world);
}
END_TEST

static json_t *loads(int64_t allowed) {
  const struct limit_message limit = {.tid = RELOAD, .allowed = allowed};

  return limit_body(&limit);
}

static int64_t allowed(struct world *world) {
  struct ledger_limit limit;

  ck_assert_int_eq(ledger_terminal_limit_read(writer_ledger(world->service.writer), (const uint8_t *)RELOAD, 0, &limit),
                   STATUS_OK);
  return limit.allowed;
}

START_TEST(a_limit_is_lowered_by_one_and_raised_by_two) {
  static const int64_t raised[] = {100001, LIMIT_MESSAGE_DEFAULT, LEDGER_LIMIT_NONE};
  struct world world;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LIMIT, loads(300000)), STATUS_OK); /* one yet */
  ck_assert_int_eq(writer_transact(world.service.writer, two, NULL), STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LIMIT, loads(LIMIT_MESSAGE_ASK)), STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LIMIT, loads(100000)), STATUS_OK);
  ck_assert_int_eq(allowed(&world), 100000);
  for (size_t i = 0; i < sizeof raised / sizeof raised[0]; i++)
    (void)waits(&world, &world.admin, MESSAGE_LIMIT, loads(raised[i]));
  ck_assert_int_eq(allowed(&world), 100000);
  ck_assert_int_eq(say(&world, &world.admin_too, 1, true), STATUS_OK);
  ck_assert_int_eq(allowed(&world), 100001);
  world_close(&world);
}
END_TEST

static json_t *cards(const char *tid, int64_t allowed) {
  struct limit_message limit = {.cards_offline = true, .allowed = allowed};

  memcpy(limit.tid, tid, TID_SIZE);
  return limit_body(&limit);
}

/* What a chip that the desk has certified may pay off-line. */
static struct offline_limits made(struct world *world, struct station *desk, uint32_t chip) {
  struct certification_request request = {.pin_jwe = ""};
  struct certification_reply reply;
  struct certificate certificate;
  struct purse purse;
  struct answer answer;

  purse_new(&purse, chip);
  station_ask(desk, &world->service, MESSAGE_CARD_RESERVATION, reservation_body(purse.chip_serial), &answer);
  ck_assert_int_eq(reservation_reply_parse(answer.body, purse.cid), STATUS_OK);
  answer_clear(&answer);
  memcpy(request.cid, purse.cid, CID_SIZE);
  purse_request(&purse, request.request);
  station_ask(desk, &world->service, MESSAGE_CARD_CERTIFICATION, certification_request_body(&request), &answer);
  ck_assert_int_eq(certification_reply_parse(answer.body, &reply), STATUS_OK);
  answer_clear(&answer);
  ck_assert_int_eq(certificate_decode(reply.card_sig, reply.card_sig_len, &certificate), STATUS_OK);
  ck_assert(certificate_limits_are(&certificate, reply.parameters.currency, &reply.parameters.offline));
  return certificate.offline;
}

/* A shop's desk makes no card that pays off-line before a second administrator has said so; the issuer's own does. */
START_TEST(a_desk_makes_offline_cards_when_two_say_so) {
  struct world world;

  open_with_two(&world);
  world.service.configuration.offline = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  ck_assert_uint_eq(made(&world, &world.desk, 1).total, 5000);
  struct offline_limits none = made(&world, &world.other_desk, 2);
  ck_assert(none.single == 0 && none.total == 0 && none.count == 0);
  int64_t number = waits(&world, &world.admin, MESSAGE_LIMIT, cards(OTHER_DESK, 2000));
  ck_assert_uint_eq(made(&world, &world.other_desk, 3).total, 0);
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
  struct offline_limits some = made(&world, &world.other_desk, 4);
  ck_assert(some.single == 2000 && some.total == 2000 && some.count == 5);
  number = waits(&world, &world.admin_too, MESSAGE_LIMIT, cards(OTHER_DESK, LIMIT_MESSAGE_DEFAULT));
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_OK);
  ck_assert_uint_eq(made(&world, &world.other_desk, 5).total, 5000);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LIMIT, cards(DESK, LEDGER_OFFLINE_NEVER)),
                   STATUS_OK);
  ck_assert_uint_eq(made(&world, &world.desk, 6).total, 0);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LIMIT, cards(POS, LIMIT_MESSAGE_ASK)),
                   STATUS_NOT_PERMITTED);
  world_close(&world);
}
END_TEST

/* Where one is enough each desk makes them. */
START_TEST(a_desk_makes_offline_cards_where_one_is_enough) {
  struct world world;

  world_open(&world);
  world.service.configuration.offline = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  ck_assert_uint_eq(made(&world, &world.other_desk, 1).total, 5000);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_LIMIT, cards(OTHER_DESK, 1000)), STATUS_OK);
  ck_assert_uint_eq(made(&world, &world.other_desk, 2).total, 1000);
  ck_assert_int_eq(writer_transact(world.service.writer, two, NULL), STATUS_OK);
  ck_assert_uint_eq(made(&world, &world.other_desk, 3).total, 1000); /* set is set */
  world_close(&world);
}
END_TEST

static enum status revoke(struct ledger *ledger, void *context) {
  return ledger_terminal_revoke(ledger, context);
}

/* A merchant whose administrators are revoked is not the issuer any more. */
START_TEST(a_desk_of_revoked_administrators_makes_none) {
  static const char *const tids[] = {ADMIN_TOO, ADMIN};
  static const uint32_t totals[] = {5000, 0};
  struct world world;
  uint8_t tid[TID_SIZE];

  open_with_two(&world);
  world.service.configuration.offline = (struct offline_limits){.single = 2500, .total = 5000, .count = 5};
  for (uint32_t i = 0; i < 2; i++) {
    memcpy(tid, tids[i], TID_SIZE);
    ck_assert_int_eq(writer_transact(world.service.writer, revoke, tid), STATUS_OK);
    ck_assert_uint_eq(made(&world, &world.desk, i + 1).total, totals[i]);
  }
  world_close(&world);
}
END_TEST

static json_t *replacing(const struct purse *from, const struct purse *to) {
  struct replacement_message body;

  memcpy(body.cid, from->cid, CID_SIZE);
  memcpy(body.new_cid, to->cid, CID_SIZE);
  return replacement_body(&body);
}

static enum status block(struct ledger *ledger, void *context) {
  return ledger_card_block(ledger, context, "lost", 1);
}

/* What cannot be done yet goes on waiting. */
START_TEST(a_card_is_replaced_by_two) {
  struct world world;
  struct purse old, new;
  struct ledger_card card;

  open_with_two(&world);
  purse_issue(&old, &world, 1);
  purse_issue(&new, &world, 2);
  purse_load(&old, &world, 1000);
  int64_t number = waits(&world, &world.admin, MESSAGE_CARD_REPLACEMENT, replacing(&old, &new));
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_CARD_NOT_BLOCKED);
  ck_assert_int_eq(writer_transact(world.service.writer, block, old.cid), STATUS_OK);
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
  ck_assert_int_eq(ledger_card_find(writer_ledger(world.service.writer), new.cid, &card), STATUS_OK);
  ck_assert_int_eq(card.owed, 1000);
  world_close(&world);
}
END_TEST

static json_t *terminal(const struct world *world, const char *tid, uint8_t role, const char *merchant) {
  struct terminal_message body = {.role = role, .expiry = {0x20, 0x99, 0x01, 0x01}};

  (void)snprintf(body.merchant, sizeof body.merchant, "%s", merchant);
  memcpy(body.tid, tid, TID_SIZE);
  memcpy(body.ecka_public, key_public(world->pos.ecka), sizeof body.ecka_public);
  memcpy(body.sig_public, key_public(world->pos.sig), sizeof body.sig_public);
  return terminal_body(&body);
}

/* Else the first one would make the second one himself. */
START_TEST(an_administrator_is_added_by_two) {
  struct world world;

  open_with_two(&world);
  (void)waits(&world, &world.admin, MESSAGE_TERMINAL, terminal(&world, "ADMIN003", ROLE_ADMIN, "BANK"));
  (void)waits(&world, &world.admin, MESSAGE_TERMINAL_RENEWAL, terminal(&world, ADMIN_TOO, ROLE_ADMIN, "BANK"));
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_TERMINAL, terminal(&world, "POS00077", ROLE_POS, "BANK")),
      STATUS_OK);
  ck_assert_int_eq(say(&world, &world.admin_too, 1, true), STATUS_OK);
  world_close(&world);
}
END_TEST

/* Else one would load what nobody paid for, at as many terminals as he likes; whose they are is all one. */
START_TEST(a_terminal_that_loads_is_added_by_two) {
  static const struct {
    const char *tid, *merchant, *known;
    uint8_t role;
  } kinds[] = {{"PERSO077", "BANK", DESK, ROLE_PERSO},
               {"PERSO078", "SHOP", OTHER_DESK, ROLE_PERSO},
               {"RLD00001", "BANK", RELOAD, ROLE_RELOAD},
               {"RLD00002", "SHOP", NULL, ROLE_RELOAD}};
  struct world world;
  struct ledger_terminal found;

  open_with_two(&world);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    json_t *body = terminal(&world, kinds[i].tid, kinds[i].role, kinds[i].merchant);
    int64_t number = waits(&world, &world.admin, MESSAGE_TERMINAL, body);
    ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)kinds[i].tid, &found),
                     STATUS_NOT_FOUND);
    ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
    ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)kinds[i].tid, &found),
                     STATUS_OK);
    if (kinds[i].known != NULL)
      (void)waits(&world, &world.admin, MESSAGE_TERMINAL_RENEWAL,
                  terminal(&world, kinds[i].known, kinds[i].role, kinds[i].merchant));
  }
  world_close(&world);
}
END_TEST

/* What DESK is told anew: the keys that it has, with a request that nobody looks at. */
static json_t *answered(const struct ledger_terminal *desk, const uint8_t expiry[DATE_SIZE]) {
  struct terminal_message body = {.role = ROLE_PERSO, .request = "x"};

  (void)snprintf(body.merchant, sizeof body.merchant, "%s", desk->merchant);
  memcpy(body.tid, desk->tid, TID_SIZE);
  memcpy(body.ecka_public, desk->ecka_public, sizeof body.ecka_public);
  memcpy(body.sig_public, desk->sig_public, sizeof body.sig_public);
  memcpy(body.expiry, expiry, sizeof body.expiry);
  return terminal_body(&body);
}

/* Else one would let any terminal's certificate last on, with a request that says nothing. */
START_TEST(a_later_day_for_the_same_keys_is_not_asked_for) {
  static const uint8_t later[DATE_SIZE] = {0x20, 0x99, 0x01, 0x01};
  struct world world;
  struct ledger_terminal desk, found;

  open_with_two(&world);
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)DESK, &desk), STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_TERMINAL_RENEWAL, answered(&desk, desk.expiry)),
                   STATUS_OK); /* the answer was lost */
  int64_t number = waits(&world, &world.admin, MESSAGE_TERMINAL_RENEWAL, answered(&desk, later));
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)DESK, &found), STATUS_OK);
  ck_assert_mem_eq(found.expiry, desk.expiry, sizeof found.expiry);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
  ck_assert_int_eq(ledger_terminal_find(writer_ledger(world.service.writer), (const uint8_t *)DESK, &found), STATUS_OK);
  ck_assert_mem_eq(found.expiry, later, sizeof found.expiry);
  world_close(&world);
}
END_TEST

/* Nobody is asked for what cannot be. */
START_TEST(a_terminal_that_cannot_be_added_waits_for_nobody) {
  struct world world;

  open_with_two(&world);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_TERMINAL, terminal(&world, "RLD00001", ROLE_RELOAD, "NOBODY")),
      STATUS_NOT_FOUND);
  ck_assert_int_eq(
      station_tell(&world.admin, &world.service, MESSAGE_TERMINAL, terminal(&world, RELOAD, ROLE_RELOAD, "BANK")),
      STATUS_EXISTS);
  world_close(&world);
}
END_TEST

static void left(struct world *world, const char *tid, int64_t needed, int64_t administrators) {
  struct revocation_reply reply;
  struct answer answer;

  station_ask(&world->admin, &world->service, MESSAGE_TERMINAL_REVOCATION, revocation_body(tid), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(revocation_reply_parse(answer.body, &reply), STATUS_OK);
  ck_assert_int_eq(reply.needed, needed);
  ck_assert_int_eq(reply.administrators, administrators);
  answer_clear(&answer);
}

/* Who revokes the second one hears that nobody is left to agree; it is done all the same. */
START_TEST(a_revocation_tells_who_is_left) {
  struct world world;

  world_open(&world);
  left(&world, OTHER_POS, 1, 2);
  ck_assert_int_eq(writer_transact(world.service.writer, two, NULL), STATUS_OK);
  left(&world, OTHER_POS, 2, 2);
  left(&world, ADMIN_TOO, 2, 1);
  world_close(&world);
}
END_TEST

static int64_t needed(struct world *world) {
  int64_t count = 0;

  ck_assert_int_eq(ledger_approvals_needed(writer_ledger(world->service.writer), &count), STATUS_OK);
  return count;
}

/* Whichever way: nobody makes himself one of two, or two one, alone. */
START_TEST(one_becomes_two_and_two_one_by_both) {
  struct world world;
  int64_t number;

  world_open(&world);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_APPROVAL_RULE, approval_rule_body(1)), STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_APPROVAL_RULE, approval_rule_body(3)),
                   STATUS_BAD_FORMAT);
  number = waits(&world, &world.admin, MESSAGE_APPROVAL_RULE, approval_rule_body(2));
  ck_assert_int_eq(needed(&world), 1);
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_OK);
  ck_assert_int_eq(needed(&world), 2);
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_APPROVAL_ENDED);
  (void)waits(&world, &world.admin, MESSAGE_MERCHANT_CHANGE, account_body(IBAN));
  number = waits(&world, &world.admin_too, MESSAGE_APPROVAL_RULE, approval_rule_body(1));
  ck_assert_int_eq(say(&world, &world.admin_too, number, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(needed(&world), 2);
  ck_assert_int_eq(say(&world, &world.admin, number, true), STATUS_OK);
  ck_assert_int_eq(needed(&world), 1);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_MERCHANT_CHANGE, account_body(OTHER)), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(two_are_not_required_of_one) {
  struct world world;
  uint8_t tid[TID_SIZE];

  world_open(&world);
  memcpy(tid, ADMIN_TOO, TID_SIZE);
  ck_assert_int_eq(writer_transact(world.service.writer, revoke, tid), STATUS_OK);
  ck_assert_int_eq(station_tell(&world.admin, &world.service, MESSAGE_APPROVAL_RULE, approval_rule_body(2)),
                   STATUS_APPROVAL_OWN);
  ck_assert_int_eq(needed(&world), 1);
  world_close(&world);
}
END_TEST

Suite *approval_suite(void) {
  Suite *suite = suite_create("approval");
  TCase *tests = world_case("approval");

  tcase_add_test(tests, an_account_is_changed_by_two);
  tcase_add_test(tests, a_merchant_is_added_by_two);
  tcase_add_test(tests, the_word_names_what_was_seen);
  tcase_add_test(tests, an_approval_lapses);
  tcase_add_test(tests, nothing_is_given_by_a_clock_in_doubt);
  tcase_add_test(tests, what_a_revoked_one_asked_for_lapses);
  tcase_add_test(tests, a_limit_is_lowered_by_one_and_raised_by_two);
  tcase_add_test(tests, a_desk_makes_offline_cards_when_two_say_so);
  tcase_add_test(tests, a_desk_makes_offline_cards_where_one_is_enough);
  tcase_add_test(tests, a_desk_of_revoked_administrators_makes_none);
  tcase_add_test(tests, a_card_is_replaced_by_two);
  tcase_add_test(tests, an_administrator_is_added_by_two);
  tcase_add_test(tests, a_terminal_that_loads_is_added_by_two);
  tcase_add_test(tests, a_later_day_for_the_same_keys_is_not_asked_for);
  tcase_add_test(tests, a_terminal_that_cannot_be_added_waits_for_nobody);
  tcase_add_test(tests, a_revocation_tells_who_is_left);
  tcase_add_test(tests, one_becomes_two_and_two_one_by_both);
  tcase_add_test(tests, two_are_not_required_of_one);
  suite_add_tcase(suite, tests);
  return suite;
}
