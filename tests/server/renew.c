/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_card_renewal.c: what a desk may do on the card's word, and what waits for whom. */
#include "epurse/inquiry.h"
#include "epurse/ledger_approval.h"
#include "epurse/message_approval.h"
#include "epurse/message_renewal.h"
#include "purse.h"
#include "suites.h"

#include <string.h>

#define DAY 86400

struct pair {
  struct world world;
  struct purse old, new;
};

static void pair_open(struct pair *pair) {
  world_open(&pair->world);
  pair->world.service.configuration.replacement_days = 3;
  purse_issue(&pair->old, &pair->world, 1);
  purse_issue(&pair->new, &pair->world, 2);
  purse_load(&pair->old, &pair->world, 5000);
  ck_assert_int_eq(
      station_tell(&pair->world.reload, &pair->world.service, MESSAGE_CONFIRMATION, purse_confirmation(&pair->old)),
      STATUS_OK);
}

static enum status renew(struct pair *pair, struct station *by, struct answer *answer) {
  struct replacement_message cards;

  memcpy(cards.cid, pair->old.cid, CID_SIZE);
  memcpy(cards.new_cid, pair->new.cid, CID_SIZE);
  station_ask(by, &pair->world.service, MESSAGE_CARD_RENEWAL, replacement_body(&cards), answer);
  return answer->code;
}

static enum status renew_only(struct pair *pair, struct station *by) {
  struct answer answer;
  enum status status = renew(pair, by, &answer);

  answer_clear(&answer);
  return status;
}

static void block(struct pair *pair) {
  struct card_message body = {.reason = "lost"};

  memcpy(body.cid, pair->old.cid, CID_SIZE);
  ck_assert_int_eq(station_tell(&pair->world.admin, &pair->world.service, MESSAGE_CARD_BLOCK,
                                card_message_body(MESSAGE_CARD_BLOCK, &body)),
                   STATUS_OK);
}

static int64_t owed(struct pair *pair) {
  struct ledger_card card;

  ck_assert_int_eq(ledger_card_find(writer_ledger(pair->world.service.writer), pair->new.cid, &card), STATUS_OK);
  return card.owed;
}

/* Whether something waits, and what. */
static bool waiting(struct pair *pair, struct approval_facts *facts) {
  const struct approval_query query = {.waiting = true};
  struct answer answer;
  bool found = false;

  station_ask(&pair->world.admin, &pair->world.service, MESSAGE_APPROVAL_LIST, approval_query_body(&query), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert_int_eq(approval_facts_parse(answer.body, facts, &found), STATUS_OK);
  answer_clear(&answer);
  return found;
}

static enum status give(struct pair *pair, struct station *by, bool yes) {
  struct approval_message word = {.give = yes};
  struct approval_facts facts;

  ck_assert(waiting(pair, &facts));
  word.number = facts.number;
  memcpy(word.hash, facts.hash, sizeof word.hash);
  return station_tell(by, &pair->world.service, MESSAGE_APPROVAL, approval_body(&word));
}

/* The holder is there: all that was on the card is paid out at the desk, and goes back to it. */
static void empty(struct pair *pair) {
  struct inquiry_request wish = {.wish = HAND_OUT_BACK};
  struct world *world = &pair->world;
  struct answer answer;

  purse_promise(&pair->old, TRANSACTION_PAYOUT, pair->old.balance, &world->desk);
  station_ask(&world->desk, &world->service, MESSAGE_PAYOUT,
              purse_order(&pair->old, world, MESSAGE_PAYOUT, pair->old.pin), &answer);
  ck_assert_int_eq(answer.code, STATUS_OK);
  ck_assert(purse_commit(&pair->old, world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world->desk, &world->service, MESSAGE_CONFIRMATION, purse_confirmation(&pair->old)),
                   STATUS_OK);
  memcpy(wish.promise, pair->old.record, PROMISE_SIZE);
  ck_assert_int_eq(
      station_tell(&world->desk, &world->service, MESSAGE_HAND_OUT, inquiry_request_body(MESSAGE_HAND_OUT, &wish)),
      STATUS_OK);
}

START_TEST(the_card_is_there) {
  struct pair pair;
  struct answer answer;
  struct renewal_reply done;

  pair_open(&pair);
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_CARD_NOT_BLOCKED);
  empty(&pair);
  for (int i = 0; i < 2; i++) { /* the answer was lost: the same again */
    ck_assert_int_eq(renew(&pair, &pair.world.desk, &answer), STATUS_OK);
    ck_assert_int_eq(renewal_reply_parse(answer.body, &done), STATUS_OK);
    ck_assert_int_eq(done.owed, 5000);
    ck_assert_int_eq(done.kept, 0);
    ck_assert_int_eq(done.rest_at, 0);
    answer_clear(&answer);
  }
  ck_assert_int_eq(owed(&pair), 5000);
  world_close(&pair.world);
}
END_TEST

/* Nobody has seen the card: an administrator's word. */
START_TEST(the_card_is_not_there) {
  struct pair pair;
  struct answer answer;
  struct renewal_reply done;
  struct approval_facts facts;

  pair_open(&pair);
  block(&pair);
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_APPROVAL_WAITS);
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_APPROVAL_WAITS);
  ck_assert_int_eq(owed(&pair), 0);
  ck_assert(waiting(&pair, &facts));
  ck_assert_str_eq(facts.type, "card-renewal");
  ck_assert_str_eq(facts.asked_by, DESK);
  ck_assert_int_eq(give(&pair, &pair.world.admin, true), STATUS_OK);
  ck_assert(!waiting(&pair, &facts));
  ck_assert_int_eq(renew(&pair, &pair.world.desk, &answer), STATUS_OK); /* what became of it */
  ck_assert_int_eq(renewal_reply_parse(answer.body, &done), STATUS_OK);
  answer_clear(&answer);
  ck_assert_int_eq(done.balance + done.kept, 5000);
  ck_assert_int_eq(owed(&pair), done.balance);
  pair.world.now += 3 * DAY;
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_OK); /* the rest needs nobody's word */
  ck_assert_int_eq(owed(&pair), 5000);
  world_close(&pair.world);
}
END_TEST

START_TEST(an_administrator_may_say_no) {
  struct pair pair;
  struct approval_facts facts;

  pair_open(&pair);
  block(&pair);
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_APPROVAL_WAITS);
  ck_assert_int_eq(give(&pair, &pair.world.admin, false), STATUS_OK);
  ck_assert(!waiting(&pair, &facts));
  ck_assert_int_eq(owed(&pair), 0);
  world_close(&pair.world);
}
END_TEST

/* Neither a till nor one administrator by himself. */
START_TEST(nobody_else_asks) {
  struct pair pair;

  pair_open(&pair);
  block(&pair);
  ck_assert_int_eq(renew_only(&pair, &pair.world.admin), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(renew_only(&pair, &pair.world.pos), STATUS_NOT_PERMITTED);
  ck_assert_int_eq(renew_only(&pair, &pair.world.reload), STATUS_NOT_PERMITTED);
  world_close(&pair.world);
}
END_TEST

static enum status two(struct ledger *ledger, void *context) {
  (void)context;
  return ledger_approvals_set(ledger, 2);
}

/* Where two must agree a desk is neither of them. */
START_TEST(two_administrators_agree) {
  struct pair pair;
  struct approval_facts facts;

  pair_open(&pair);
  ck_assert_int_eq(writer_transact(pair.world.service.writer, two, NULL), STATUS_OK);
  block(&pair);
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_APPROVAL_WAITS);
  ck_assert_int_eq(give(&pair, &pair.world.admin, true), STATUS_APPROVAL_WAITS);
  ck_assert(waiting(&pair, &facts));
  ck_assert_str_eq(facts.asked_by, ADMIN);
  ck_assert_int_eq(give(&pair, &pair.world.admin, true), STATUS_APPROVAL_OWN);
  ck_assert_int_eq(owed(&pair), 0);
  ck_assert_int_eq(give(&pair, &pair.world.admin_too, true), STATUS_OK);
  ck_assert(!waiting(&pair, &facts));
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_OK);
  world_close(&pair.world);
}
END_TEST

/* With the card there its own word is enough. */
START_TEST(the_card_needs_no_administrator) {
  struct pair pair;

  pair_open(&pair);
  ck_assert_int_eq(writer_transact(pair.world.service.writer, two, NULL), STATUS_OK);
  empty(&pair);
  ck_assert_int_eq(renew_only(&pair, &pair.world.desk), STATUS_OK);
  ck_assert_int_eq(owed(&pair), 5000);
  world_close(&pair.world);
}
END_TEST

Suite *renew_suite(void) {
  Suite *suite = suite_create("renew");
  TCase *tests = world_case("card renewal");

  tcase_add_test(tests, the_card_is_there);
  tcase_add_test(tests, the_card_is_not_there);
  tcase_add_test(tests, an_administrator_may_say_no);
  tcase_add_test(tests, nobody_else_asks);
  tcase_add_test(tests, two_administrators_agree);
  tcase_add_test(tests, the_card_needs_no_administrator);
  suite_add_tcase(suite, tests);
  return suite;
}
