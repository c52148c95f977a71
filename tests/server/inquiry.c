/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/post_transaction_inquiry.c and fate.c: the answer is about the promise that was asked about, and
 * only what a card has signed is asked about at all. */
#include <string.h>

#include "epurse/inquiry.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_transaction.h"
#include "purse.h"
#include "suites.h"

/* Asks about the promise that stands. */
static enum status inquire(struct world *world, struct station *station, const struct purse *purse,
                           struct inquiry_reply *reply) {
  struct answer answer;

  memset(reply, 0, sizeof *reply);
  station_ask(station, &world->service, MESSAGE_TRANSACTION_INQUIRY,
              purse_inquiry(purse, MESSAGE_TRANSACTION_INQUIRY, false), &answer);
  if (answer.code == STATUS_OK) {
    ck_assert_int_eq(inquiry_reply_parse(answer.body, reply), STATUS_OK);
    ck_assert_mem_eq(reply->promise_hash, purse->hash, sizeof purse->hash);
  }
  answer_clear(&answer);
  return answer.code;
}

static void assert_fate(struct world *world, const struct purse *purse, enum fate fate) {
  struct inquiry_reply reply;

  ck_assert_int_eq(inquire(world, &world->pos, purse, &reply), STATUS_OK);
  ck_assert_int_eq(reply.fate, fate);
  ck_assert_int_eq(reply.has_secret, fate == FATE_CAPTURED);
}

static enum status purchase(struct world *world, const struct purse *purse) {
  return station_tell(&world->pos, &world->service, MESSAGE_PURCHASE,
                      purse_order(purse, world, MESSAGE_PURCHASE, purse->pin));
}

START_TEST(tells_how_a_purchase_ended) {
  struct world world;
  struct purse purse, before;
  struct inquiry_reply reply;
  struct answer answer;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(purchase(&world, &purse), STATUS_OK);
  purse_suspend(&purse, &world);
  assert_fate(&world, &purse, FATE_HELD); /* suspended or not */
  purse_resume(&purse, &world);
  before = purse;
  purse_promise(&purse, TRANSACTION_PURCHASE, 200, &world.pos);
  station_ask(&world.pos, &world.service, MESSAGE_PURCHASE, purse_order(&purse, &world, MESSAGE_PURCHASE, purse.pin),
              &answer);
  assert_fate(&world, &before, FATE_RELEASED);
  ck_assert(purse_commit(&purse, &world, answer.body));
  answer_clear(&answer);
  ck_assert_int_eq(station_tell(&world.pos, &world.service, MESSAGE_CONFIRMATION, purse_confirmation(&purse)),
                   STATUS_OK);
  assert_fate(&world, &purse, FATE_CAPTURED);
  ck_assert_int_eq(inquire(&world, &world.pos, &purse, &reply), STATUS_OK);
  ck_assert_mem_eq(reply.secret, purse.last_secret, SECRET_SIZE);
  purse_promise(&purse, TRANSACTION_PURCHASE, 15001, &world.pos);
  ck_assert_int_eq(purchase(&world, &purse), STATUS_ABOVE_LIMIT);
  assert_fate(&world, &purse, FATE_DECLINED);
  world_close(&world);
}
END_TEST

/* Stored before it is said: the request that was under way comes too late. */
START_TEST(never_seen_is_never_authorised) {
  struct world world;
  struct purse purse;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  assert_fate(&world, &purse, FATE_NEVER_SEEN);
  ck_assert_int_eq(purchase(&world, &purse), STATUS_GIVEN_UP);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(purchase(&world, &purse), STATUS_OK);
  world_close(&world);
}
END_TEST

START_TEST(tells_nobody_else) {
  struct world world;
  struct purse purse;
  struct inquiry_reply reply;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  ck_assert_int_eq(inquire(&world, &world.reload, &purse, &reply), STATUS_NOT_PERMITTED); /* another merchant's */
  ck_assert_int_eq(inquire(&world, &world.admin, &purse, &reply), STATUS_NOT_PERMITTED);  /* not its role */
  world_close(&world);
}
END_TEST

/* Numbers made up leave no trace: a row is stored for a promise that a card of that number has signed, or not at
 * all. */
START_TEST(stores_nothing_that_no_card_signed) {
  struct world world;
  struct purse purse, stranger;
  struct ledger_never_seen row;
  struct inquiry_reply reply;
  struct answer answer;
  size_t count = 1;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_new(&stranger, 2);
  memcpy(stranger.cid, purse.cid, CID_SIZE);
  for (int i = 0; i < 5; i++) {
    purse_promise(&stranger, TRANSACTION_LOAD, 100, &world.reload);
    ck_assert_int_eq(inquire(&world, &world.reload, &stranger, &reply), STATUS_BAD_SIGNATURE);
    station_ask(&world.reload, &world.service, MESSAGE_LOAD_REVERSAL,
                purse_inquiry(&stranger, MESSAGE_LOAD_REVERSAL, i % 2 == 0), &answer);
    ck_assert_int_eq(answer.code, STATUS_BAD_SIGNATURE);
    answer_clear(&answer);
  }
  memset(stranger.cid, 0, CID_SIZE);
  purse_promise(&stranger, TRANSACTION_LOAD, 100, &world.reload);
  ck_assert_int_eq(inquire(&world, &world.reload, &stranger, &reply), STATUS_CARD_UNKNOWN);
  ck_assert_int_eq(ledger_never_seen_list(writer_ledger(world.service.writer), NULL, &row, 1, &count), STATUS_OK);
  ck_assert_uint_eq(count, 0);
  world_close(&world);
}
END_TEST

/* ---- whole receipts ---- */

/* What the server would have signed for the promise that stands; `seal` is whose signature it bears. */
static void receipt_fill(const struct world *world, const struct purse *purse, const struct key *seal,
                         struct inquiry_request *request) {
  const struct promise *promise = &purse->promise;
  uint8_t signature[CRYPTO_SIGNATURE_SIZE];
  struct authorisation authorisation = {.type = promise->type,
                                        .atc = promise->atc,
                                        .amount = promise->amount,
                                        .currency = promise->currency,
                                        .decision = DECISION_APPROVED,
                                        .key_version = world->service.keyring.server_certificate.certificate.version};

  *request = (struct inquiry_request){.has_receipt = true};
  memcpy(authorisation.cid, promise->cid, CID_SIZE);
  memcpy(authorisation.tid, promise->tid, TID_SIZE);
  memcpy(authorisation.promise_hash, purse->hash, sizeof purse->hash);
  moment_from_unix(world->now, authorisation.time);
  authorisation_encode(&authorisation, request->authorisation);
  ck_assert_int_eq(key_sign(seal, request->authorisation, AUTHORISATION_TLV_SIZE, signature), STATUS_OK);
  record_attach(request->authorisation, AUTHORISATION_TLV_SIZE, signature);
  memcpy(request->promise, purse->record, PROMISE_SIZE);
  memcpy(request->secret, purse->secret, SECRET_SIZE);
}

static enum status receipt_bring(struct world *world, const struct inquiry_request *request,
                                 struct inquiry_reply *reply) {
  struct answer answer;

  memset(reply, 0, sizeof *reply);
  station_ask(&world->pos, &world->service, MESSAGE_TRANSACTION_INQUIRY,
              inquiry_request_body(MESSAGE_TRANSACTION_INQUIRY, request), &answer);
  if (answer.code == STATUS_OK)
    ck_assert_int_eq(inquiry_reply_parse(answer.body, reply), STATUS_OK);
  answer_clear(&answer);
  return answer.code;
}

static enum status restored_step(struct ledger *ledger, void *context) {
  const struct world *world = context;

  return ledger_restoration_note(ledger, world->now);
}

/* Card, server and r must each say it; and what this ledger cannot have forgotten it does not book anew. */
START_TEST(books_a_whole_receipt_that_it_forgot) {
  struct world world;
  struct purse purse;
  struct inquiry_request request;
  struct inquiry_reply reply;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  receipt_fill(&world, &purse, world.pos.sig, &request);
  ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_BAD_SIGNATURE); /* not the server's */
  receipt_fill(&world, &purse, world.service.keyring.server, &request);
  request.secret[0] ^= 1;
  ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_PROOF_MISMATCH);
  request.secret[0] ^= 1;
  ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_NOT_FOUND); /* nothing was forgotten */
  ck_assert_int_eq(ledger_transact(writer_ledger(world.service.writer), restored_step, &world), STATUS_OK);
  for (int i = 0; i < 2; i++) {
    ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_OK);
    ck_assert_int_eq(reply.fate, FATE_CAPTURED);
    ck_assert_mem_eq(reply.secret, purse.secret, SECRET_SIZE);
  }
  world_close(&world);
}
END_TEST

/* What it may have forgotten was promised until then by the terminal's clock, which may have been ahead. */
START_TEST(says_never_of_nothing_that_it_may_have_forgotten) {
  struct world world;
  struct purse purse;
  struct inquiry_reply reply;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  ck_assert_int_eq(ledger_transact(writer_ledger(world.service.writer), restored_step, &world), STATUS_OK);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  moment_from_unix(world.now + MESSAGE_CLOCK_SKEW, purse.promise.time);
  purse_sign(&purse);
  ck_assert_int_eq(inquire(&world, &world.pos, &purse, &reply), STATUS_OUT_OF_STEP);
  world.now += 1;
  moment_from_unix(world.now + MESSAGE_CLOCK_SKEW, purse.promise.time);
  purse_sign(&purse);
  ck_assert_int_eq(inquire(&world, &world.pos, &purse, &reply), STATUS_OK);
  ck_assert_int_eq(reply.fate, FATE_NEVER_SEEN);
  world_close(&world);
}
END_TEST

/* The key was rolled since: what the one before it signed counts until it is withdrawn, and no other's. */
START_TEST(books_a_receipt_of_the_key_before) {
  struct world world;
  struct purse purse;
  struct inquiry_request request;
  struct inquiry_reply reply;

  world_open(&world);
  purse_issue(&purse, &world, 1);
  purse_load(&purse, &world, 5000);
  purse_promise(&purse, TRANSACTION_PURCHASE, 100, &world.pos);
  struct keyring *keyring = &world.service.keyring;
  struct certificate *present = &keyring->server_certificate.certificate;
  receipt_fill(&world, &purse, keyring->server, &request);
  keyring->server_old = keyring->server_certificate;
  present->version++;
  memcpy(present->public_key, key_public(world.pos.sig), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_int_eq(ledger_transact(writer_ledger(world.service.writer), restored_step, &world), STATUS_OK);
  present->least = present->version;
  ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_BAD_SIGNATURE); /* withdrawn */
  present->least--;
  keyring->server_old.len = 0;
  ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_BAD_SIGNATURE); /* not there */
  keyring->server_old.len = keyring->server_certificate.len;
  ck_assert_int_eq(receipt_bring(&world, &request, &reply), STATUS_OK);
  ck_assert_int_eq(reply.fate, FATE_CAPTURED);
  world_close(&world);
}
END_TEST

Suite *inquiry_suite(void) {
  Suite *suite = suite_create("inquiry");
  TCase *all = world_case("inquiry");

  tcase_add_test(all, tells_how_a_purchase_ended);
  tcase_add_test(all, never_seen_is_never_authorised);
  tcase_add_test(all, tells_nobody_else);
  tcase_add_test(all, stores_nothing_that_no_card_signed);
  tcase_add_test(all, books_a_whole_receipt_that_it_forgot);
  tcase_add_test(all, says_never_of_nothing_that_it_may_have_forgotten);
  tcase_add_test(all, books_a_receipt_of_the_key_before);
  suite_add_tcase(suite, all);
  return suite;
}
