/* SPDX-License-Identifier: Apache-2.0
 * Receipts: read, written back, verified; and verified again with every signature made good, so that what lies behind
 * the signatures is reached. */
#include <stdlib.h>
#include <string.h>

#include "epurse/receipt.h"
#include "target.h"
#include "world.h"

static void *open_world(void) {
  struct world *world = malloc(sizeof *world);
  fuzz_require(world != NULL);
  world_make(world);
  return world;
}

static bool verify(const struct world *world, const uint8_t *data, size_t len) {
  struct receipt_facts facts;
  struct receipt receipt;
  uint8_t commitment[CRYPTO_SHA256_SIZE];
  const char *reason = NULL;
  enum status status = receipt_verify(data, len, world->master.point, &facts, &reason);
  fuzz_require(reason != NULL && (reason[0] == 0) == (status == STATUS_OK));
  if (status != STATUS_OK)
    return false;
  fuzz_require(receipt_decode(data, len, &receipt) == STATUS_OK);
  fuzz_require(crypto_sha256(receipt.secret.data, receipt.secret.len, commitment));
  fuzz_require(memcmp(commitment, facts.promise.commitment, sizeof commitment) == 0);
  fuzz_require(facts.authorisation.decision == DECISION_APPROVED);
  fuzz_require(authorisation_answers(&facts.authorisation, &facts.promise, facts.hash));
  return true;
}

static void write_again(const struct receipt *receipt, const uint8_t *data, size_t len) {
  uint8_t again[RECEIPT_MAX];
  size_t again_len = 0;
  fuzz_require(receipt_encode(receipt, again, sizeof again, &again_len) == STATUS_OK);
  fuzz_require(again_len == len && memcmp(again, data, len) == 0);
}

/* Signs a certificate anew as it stands; one that cannot be read is left as it is. */
static struct bytes_view paper_again(struct bytes_view view, const struct world_key *ca, struct world_paper *paper) {
  struct certificate certificate;
  if (certificate_decode(view.data, view.len, &certificate) != STATUS_OK)
    return view;
  world_issue(&certificate, ca, paper);
  return (struct bytes_view){paper->bytes, paper->len};
}

static struct bytes_view record_again(struct bytes_view view, const struct world_key *key, uint8_t *record,
                                      size_t size) {
  if (view.len != size)
    return view;
  memcpy(record, view.data, size);
  fuzz_require(record_sign(record, size - RECORD_SIGNATURE_SIZE, key->secret) == STATUS_OK);
  return (struct bytes_view){record, size};
}

static void verify_signed(const struct world *world, const struct receipt *receipt) {
  struct receipt good = *receipt;
  struct world_paper card, card_ca, server, terminal, terminal_ca;
  uint8_t promise[PROMISE_SIZE], authorisation[AUTHORISATION_SIZE], data[RECEIPT_MAX];
  size_t len = 0;
  good.promise = record_again(receipt->promise, &world->card_sig, promise, sizeof promise);
  good.authorisation = record_again(receipt->authorisation, &world->server, authorisation, sizeof authorisation);
  good.card = paper_again(receipt->card, &world->card_ca, &card);
  good.card_ca = paper_again(receipt->card_ca, &world->master, &card_ca);
  good.server = paper_again(receipt->server, &world->master, &server);
  good.terminal = paper_again(receipt->terminal, &world->terminal_ca, &terminal);
  good.terminal_ca = paper_again(receipt->terminal_ca, &world->master, &terminal_ca);
  fuzz_require(receipt_encode(&good, data, sizeof data, &len) == STATUS_OK);
  (void)verify(world, data, len);
}

/* As a QR code holds it: there is one text for the bytes, and what it means is in them. */
static bool take_text(const struct world *world, const uint8_t *text, size_t len) {
  uint8_t data[RECEIPT_MAX];
  char again[RECEIPT_TEXT_SIZE];
  size_t data_len = 0;
  if (receipt_text_decode(text, len, data, &data_len) != STATUS_OK)
    return false;
  fuzz_require(receipt_text_encode(data, data_len, again, sizeof again) == STATUS_OK);
  fuzz_require(strlen(again) == len && memcmp(again, text, len) == 0);
  return verify(world, data, data_len);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct world *world = context;
  struct receipt receipt;
  if (receipt_text_is(data, len))
    return take_text(world, data, len);
  bool good = verify(world, data, len);
  if (receipt_decode(data, len, &receipt) == STATUS_OK) {
    write_again(&receipt, data, len);
    verify_signed(world, &receipt);
  }
  return good;
}

static void seed(const struct world *world, uint8_t type, const struct fuzz_sink *sink) {
  const struct world_paper *terminal = type == TRANSACTION_LOAD ? &world->reload.paper : &world->pos.paper;
  struct promise promise;
  struct authorisation authorisation;
  uint8_t promise_record[PROMISE_SIZE], order[AUTHORISATION_SIZE], data[RECEIPT_MAX];
  size_t len = 0;
  world_promise(world, type, 1250, &promise);
  world_authorisation(&promise, &authorisation);
  world_promise_sign(world, &promise, promise_record);
  world_authorisation_sign(world, &authorisation, order);
  const struct receipt receipt = {.promise = {promise_record, sizeof promise_record},
                                  .authorisation = {order, sizeof order},
                                  .secret = {world_secret, SECRET_SIZE},
                                  .card = {world->card_sig_paper.bytes, world->card_sig_paper.len},
                                  .card_ca = {world->card_ca_paper.bytes, world->card_ca_paper.len},
                                  .server = {world->server_paper.bytes, world->server_paper.len},
                                  .terminal = {terminal->bytes, terminal->len},
                                  .terminal_ca = {world->terminal_ca_paper.bytes, world->terminal_ca_paper.len}};
  fuzz_require(receipt_encode(&receipt, data, sizeof data, &len) == STATUS_OK);
  fuzz_seed(sink, data, len);
  char text[RECEIPT_TEXT_SIZE];
  fuzz_require(receipt_text_encode(data, len, text, sizeof text) == STATUS_OK);
  fuzz_seed(sink, (const uint8_t *)text, strlen(text));
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  seed(context, TRANSACTION_PURCHASE, sink);
  seed(context, TRANSACTION_LOAD, sink);
}

const struct fuzz_target fuzz_receipt = {
    .name = "receipt", .open = open_world, .close = free, .take = take, .seeds = seeds};
