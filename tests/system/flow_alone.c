/* SPDX-License-Identifier: Apache-2.0
 * Authorisations that come without a signed reply around them: what stands beside them is believed by nobody. */
#include <stdio.h>
#include <string.h>

#include "backend/http_client.h"
#include "flow.h"
#include "flow_card.h"
#include "flow_world.h"

#define LOADED 5000

static struct flow_card card;
static struct terminal *pos;
static int64_t price, paid;          /* of the last payment, which differs from all before; of all that were done */
static unsigned alone;               /* answers that came so */
static char before[MESSAGE_MAX + 1]; /* the answer to the payment before */

static enum status pay(struct outcome *outcome) {
  const struct payment payment = {.amount = {++price, pos->currency->numeric}};
  flow_card_type(&card, (const char *const[]){HOLDER_PIN, NULL});
  enum status status = purchase_run(pos, &card.reader, &payment, &card.dialogue, outcome);
  paid += status == STATUS_OK ? price : 0;
  return status;
}

static void count(struct http_answer *answer) {
  alone += answer->is_alone;
}

static void answer_set(struct http_answer *answer, const char *text) {
  answer->len = strlen(text);
  ck_assert_uint_le(answer->len, MESSAGE_MAX);
  memmove(answer->text, text, answer->len + 1);
}

/* ---- the ways to bend one ---- */

static void put(struct http_answer *answer, const char *where, const char *word) {
  char text[MESSAGE_MAX + 64];
  const char *at = strstr(answer->text, where);
  ck_assert_ptr_nonnull(at);
  int head = (int)(at - answer->text) + (int)strlen(where);
  (void)snprintf(text, sizeof text, "%.*s%s%s", head, answer->text, word, answer->text + head);
  answer_set(answer, text);
}

static void bend_no_pin(struct http_answer *answer) {
  put(answer, "\"body\":{", "\"no_pin_single\":9999,");
}

static void bend_lacking(struct http_answer *answer) {
  put(answer, "\"body\":{", "\"offline_lacking\":3,");
}

static void bend_status(struct http_answer *answer) {
  put(answer, "{", "\"status\":\"WRONG_PIN\",");
}

static void bend_incarnation(struct http_answer *answer) {
  put(answer, "{", "\"incarnation\":7,\"since\":0,");
}

static void bend_version(struct http_answer *answer) {
  char *at = strstr(answer->text, "\"v\":1");
  ck_assert_ptr_nonnull(at);
  at[4] = '2';
}

static void bend_authorisation(struct http_answer *answer) {
  char *at = strstr(answer->text, "\"authorisation\":\"");
  ck_assert_ptr_nonnull(at);
  at[60] = at[60] == 'A' ? 'B' : 'A';
}

static void bend_certificate(struct http_answer *answer) {
  char *at = strstr(answer->text, "\"card_certificate\":\"");
  ck_assert_ptr_nonnull(at);
  at[80] = at[80] == 'A' ? 'B' : 'A';
}

static void bend_to_earlier(struct http_answer *answer) {
  answer_set(answer, before);
}

static void (*const ways[])(struct http_answer *answer) = {bend_no_pin,      bend_lacking,   bend_status,
                                                           bend_incarnation, bend_version,   bend_authorisation,
                                                           bend_certificate, bend_to_earlier};
#define WAYS (sizeof ways / sizeof ways[0])

static size_t way;

static void bend(struct http_answer *answer) {
  if (!answer->is_alone)
    return;
  alone++;
  ways[way](answer);
}

static void keep(struct http_answer *answer) {
  count(answer);
  if (answer->is_alone)
    (void)snprintf(before, sizeof before, "%s", answer->text);
}

/* The first one is signed, with what else the server says; those after it are not. */
START_TEST(approval_alone_is_enough) {
  struct outcome outcome;
  paid = 0;
  price = 100;
  flow_card_issue(&card, "alone", LOADED);
  pos = flow_terminal("pos");
  flow_answer_bend = count;
  alone = 0;
  ck_assert_int_eq(pay(&outcome), STATUS_OK);
  ck_assert_uint_eq(alone, 0);
  for (unsigned i = 1; i <= 2; i++) {
    ck_assert_int_eq(pay(&outcome), STATUS_OK);
    ck_assert(outcome.confirmed);
    ck_assert_uint_eq(alone, i);
  }
  flow_answer_bend = NULL;
  terminal_close(&pos);
  flow_card_settled(&card, LOADED - paid);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

/* The card is not told to pay, nothing is learnt, and the next payment of the card ends it everywhere. */
START_TEST(bent_one_changes_nothing) {
  struct outcome outcome;
  paid = 0;
  price = 100;
  flow_card_issue(&card, "bent", LOADED);
  pos = flow_terminal("pos");
  flow_answer_bend = keep;
  ck_assert_int_eq(pay(&outcome), STATUS_OK);
  ck_assert_int_eq(pay(&outcome), STATUS_OK);
  const uint32_t no_pin = pos->no_pin_single;
  for (way = 0; way < WAYS; way++) {
    alone = 0;
    flow_answer_bend = bend;
    enum status status = pay(&outcome);
    flow_answer_bend = NULL;
    ck_assert_msg(status == STATUS_BAD_REPLY, "way %zu: %s", way, status_name(status));
    ck_assert_uint_eq(alone, 1);
    ck_assert_uint_eq(pos->no_pin_single, no_pin);
    ck_assert_int_eq(flow_card_balance(&card), LOADED - paid);
  }
  ck_assert_int_eq(pay(&outcome), STATUS_OK);
  terminal_close(&pos);
  ck_assert_uint_eq(flow_open_entries("pos"), 0);
  flow_card_settled(&card, LOADED - paid);
  flow_ledger_clean();
  flow_card_remove(&card);
}
END_TEST

void flow_alone_tests(TCase *tests) {
  tcase_add_test(tests, approval_alone_is_enough);
  tcase_add_test(tests, bent_one_changes_nothing);
}
