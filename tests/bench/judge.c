/* SPDX-License-Identifier: Apache-2.0
 * Checks every answer, and the ledger. */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew.h"
#include "epurse/key.h"
#include "epurse/ledger_audit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_totals.h"
#include "epurse/message_alone.h"
#include "must.h"
#include "processors.h"

/* ---- answers ---- */

struct judging {
  const struct prepare *prepare;
  struct message_verifier *verifier; /* of the server's signatures */
  struct judge_count *counts;        /* one for each terminal */
};

static void judge_order(const struct judging *judging, struct till *till, const struct item *item,
                        const struct message *reply) {
  const struct keyring *keyring = &judging->prepare->world->service.keyring;
  struct purse *purse = &judging->prepare->purses->list[item->purse];
  struct transaction_reply order;
  struct authorisation authorisation;
  struct promise promise;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  must(reply->status == STATUS_OK, "%s is answered %s", message_word(item->type), status_name(reply->status));
  must_ok(transaction_reply_parse(reply->body, &order), "an answer");
  must_ok(promise_decode(item->promise, PROMISE_SIZE, &promise), "a promise");
  must(order.has_authorisation && !order.has_block_order, "an answer without an authorisation");
  must_ok(record_verify(order.authorisation, AUTHORISATION_SIZE, key_public(keyring->server)), "an authorisation");
  must_ok(authorisation_decode(order.authorisation, AUTHORISATION_SIZE, &authorisation), "an authorisation");
  must_ok(record_hash(item->promise, PROMISE_SIZE, hash), "a promise");
  must(authorisation_answers(&authorisation, &promise, hash) && authorisation.decision == DECISION_APPROVED &&
           authorisation.points == 0,
       "an authorisation of something else");
  must(order.card_certificate_len == purse->certificate_len &&
           memcmp(order.card_certificate, purse->certificate, purse->certificate_len) == 0,
       "another card's certificate");
  must(promise.atc == purse->acknowledged_atc + 1, "an answer is missing");
  purse->acknowledged_atc = promise.atc;
  purse->acknowledged_balance += item->type == MESSAGE_LOAD ? (int64_t)promise.amount : -(int64_t)promise.amount;
  till->acknowledged += promise.amount;
}

static void judge_confirmation(const struct item *item, const struct message *reply) {
  struct confirmations booked;
  must(reply->status == STATUS_OK, "a confirmation is answered %s", status_name(reply->status));
  must_ok(confirmation_parse(reply->body, true, &booked), "an answer");
  must(booked.count == item->proofs->count, "a confirmation is answered in part");
  for (size_t i = 0; i < booked.count; i++)
    must(booked.items[i].status == STATUS_OK && booked.items[i].atc == item->proofs->items[i].atc &&
             memcmp(booked.items[i].cid, item->proofs->items[i].cid, CID_SIZE) == 0,
         "a proof is not booked: %s", status_name(booked.items[i].status));
}

/* The reply to that message, under the server's signature; or, where the terminal takes it, the authorisation alone,
 * whose own signature judge_order looks at. */
static bool answer_open(const struct judging *judging, const struct till *till, const struct item *item,
                        struct message *reply) {
  struct message question = {.type = item->type, .seq = item->seq};
  memcpy(question.tid, till->tid, sizeof question.tid);
  bool alone = item->answer_len > 0 && item->answer[0] == '{';
  must(!alone || item->takes_alone, "an answer without a signature that nobody takes");
  if (alone)
    must_ok(message_alone_read(item->answer, item->answer_len, &question, reply), "an authorisation alone");
  else
    must_ok(message_open(item->answer, item->answer_len, true, judging->verifier, reply), "an answer's signature");
  return alone;
}

static void judge_till(void *context, size_t index) {
  const struct judging *judging = context;
  struct till *till = &judging->prepare->tills->list[index];
  struct judge_count *count = &judging->counts[index];
  for (size_t i = 0; i < till->next; i++) {
    const struct item *item = &till->items[i];
    struct message reply;
    count->alone += answer_open(judging, till, item, &reply);
    must(strcmp(reply.tid, till->tid) == 0 && reply.seq == item->seq && reply.type == item->type,
         "an answer to another message");
    if (item->type == MESSAGE_CONFIRMATION) {
      judge_confirmation(item, &reply);
      count->proofs += item->proofs->count;
    } else {
      judge_order(judging, till, item, &reply);
      count->orders++;
    }
    message_clear(&reply);
  }
  till_forget(till);
}

void judge_answers(const struct prepare *prepare, struct judge_count *count) {
  struct judging judging = {.prepare = prepare};
  judging.counts = must_calloc(prepare->tills->count, sizeof *judging.counts);
  must_ok(message_verifier_new(key_public(prepare->world->service.keyring.server), &judging.verifier),
          "the server's key");
  crew_run(prepare->world->plan->threads, prepare->tills->count, judge_till, &judging);
  for (size_t i = 0; i < prepare->tills->count; i++) {
    count->orders += judging.counts[i].orders;
    count->proofs += judging.counts[i].proofs;
    count->alone += judging.counts[i].alone;
  }
  message_verifier_free(&judging.verifier);
  free(judging.counts);
}

/* ---- the ledger ---- */

static void judge_purse(struct ledger *ledger, const struct purse *purse) {
  struct ledger_card card;
  must_ok(ledger_card_find(ledger, purse->cid, &card), "a card in the ledger");
  must(card.state == LEDGER_CARD_ISSUED && card.last_atc == purse->acknowledged_atc &&
           card.captured_atc == purse->acknowledged_atc && card.held_atc == 0,
       "a card's last transaction is %u, captured %u, held %u; %u was acknowledged", card.last_atc, card.captured_atc,
       card.held_atc, purse->acknowledged_atc);
  must(card.balance == purse->acknowledged_balance && card.held == 0 && card.owed == 0,
       "a card's shadow is %lld, and %lld was acknowledged", (long long)card.balance,
       (long long)purse->acknowledged_balance);
}

static int64_t acknowledged_for(const struct prepare *sets, size_t count, const char *merchant) {
  int64_t sum = 0;
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < sets[s].tills->count; i++)
      if (strcmp(sets[s].tills->list[i].merchant, merchant) == 0)
        sum += sets[s].tills->list[i].acknowledged;
  return sum;
}

static void judge_merchants(struct ledger *ledger, const struct prepare *sets, size_t count) {
  struct ledger_merchant merchant;
  for (size_t i = 0; i < TILL_SHOP_COUNT; i++) {
    char id[MERCHANT_MAX + 1];
    till_shop(i, id);
    int64_t sum = acknowledged_for(sets, count, id);
    must_ok(ledger_merchant_find(ledger, id, &merchant), id);
    must(merchant.balance == sum, "%s has %lld, and %lld was acknowledged", id, (long long)merchant.balance,
         (long long)sum);
  }
  int64_t loaded = acknowledged_for(sets, count, TILL_BANK);
  must_ok(ledger_merchant_find(ledger, TILL_BANK, &merchant), TILL_BANK);
  must(merchant.tender == -loaded, "the bank owes %lld, and %lld was loaded", (long long)-merchant.tender,
       (long long)loaded);
}

static void report_finding(void *context, const char *line) {
  (void)context;
  fprintf(stderr, "epurse-bench: the ledger says: %s\n", line);
}

double judge_ledger(const struct world *world, const struct prepare *sets, size_t count) {
  struct ledger *ledger = world_ledger(world);
  struct ledger_totals totals;
  int64_t begin = clock_now();
  for (size_t s = 0; s < count; s++)
    for (size_t i = 0; i < sets[s].purses->count; i++)
      judge_purse(ledger, &sets[s].purses->list[i]);
  judge_merchants(ledger, sets, count);
  must_ok(ledger_totals(ledger, &totals), "the ledger's totals");
  must(totals.open_holds == 0 && totals.incidents == 0, "%llu holds and %llu incidents",
       (unsigned long long)totals.open_holds, (unsigned long long)totals.incidents);
  if (world->plan->audit)
    must_ok(ledger_check(ledger, report_finding, NULL), "the ledger's own check");
  ledger_close(&ledger);
  return (double)(clock_now() - begin) / 1e9;
}
