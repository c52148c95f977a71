/* SPDX-License-Identifier: Apache-2.0
 * An issuer, a server, a card and a terminal, with a transaction that they made together. */
#include "chain.h"

#include <check.h>
#include <string.h>

#include "epurse/receipt.h"

static const uint8_t expiry[DATE_SIZE] = {0x20, 0x31, 0x12, 0x31};
static const uint8_t now[MOMENT_SIZE] = {0x20, 0x26, 0x11, 0x23, 0x17, 0x40, 0x06};

static void key_make(struct chain_key *key) {
  ck_assert(crypto_p256_generate(key->secret, key->point));
}

static void name(struct chain_certificate *certificate, uint8_t role, const char *subject, const char *ca) {
  struct certificate *fields = &certificate->fields;

  fields->role = role;
  fields->version = 1;
  memcpy(fields->subject, subject, CERTIFICATE_SUBJECT_SIZE);
  memcpy(fields->ca_id, ca, CERTIFICATE_CA_ID_SIZE);
  memcpy(fields->expiry, expiry, DATE_SIZE);
  memset(fields->serial, role, CERTIFICATE_SERIAL_SIZE);
}

static void keys_make(struct chain *chain) {
  struct chain_key *const keys[] = {&chain->master,     &chain->card_ca_key, &chain->terminal_ca_key,
                                    &chain->server_key, &chain->card_key,    &chain->terminal_key};

  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    key_make(keys[i]);
}

static void transaction_make(struct chain *chain) {
  struct promise *promise = &chain->promise;
  struct authorisation *authorisation = &chain->authorisation;

  memset(chain->secret, 0x52, SECRET_SIZE);
  *promise = (struct promise){.type = TRANSACTION_PURCHASE,
                              .pin_verified = true,
                              .atc = 7,
                              .amount = 1250,
                              .currency = 978,
                              .balance = 5000,
                              .points = 3,
                              .last_atc = 6,
                              .offline_count = 2,
                              .offline_sum = 350,
                              .pin_changes = 1};
  cid_make(971234, 42, promise->cid);
  memcpy(promise->tid, "POS00001", TID_SIZE);
  memset(promise->nonce, 0x4E, NONCE_SIZE);
  memcpy(promise->time, now, MOMENT_SIZE);
  ck_assert(crypto_sha256(chain->secret, SECRET_SIZE, promise->commitment));
  memset(promise->last_secret, 0x6C, SECRET_SIZE);
  memset(promise->previous, 0x70, CRYPTO_SHA256_SIZE);
  *authorisation = (struct authorisation){.type = promise->type,
                                          .atc = promise->atc,
                                          .amount = promise->amount,
                                          .currency = promise->currency,
                                          .decision = DECISION_APPROVED,
                                          .points = 12,
                                          .key_version = 1};
  memcpy(authorisation->cid, promise->cid, CID_SIZE);
  memcpy(authorisation->tid, promise->tid, TID_SIZE);
  memcpy(authorisation->time, now, MOMENT_SIZE);
}

void chain_begin(struct chain *chain) {
  memset(chain, 0, sizeof *chain);
  keys_make(chain);
  transaction_make(chain);
  name(&chain->card_ca, ROLE_CARD_CA, "CARD-CA1", "MASTER01");
  name(&chain->terminal_ca, ROLE_TERMINAL_CA, "TERM-CA1", "MASTER01");
  name(&chain->server, ROLE_SERVER, "SERVER01", "MASTER01");
  chain->terminal_ca.fields.least = chain->server.fields.least = 1;
  name(&chain->terminal, ROLE_POS, "POS00001", "TERM-CA1");
  name(&chain->card, ROLE_CARD_SIG, "--------", "CARD-CA1");
  memcpy(chain->card.fields.subject, chain->promise.cid, CID_SIZE);
  chain->card.fields.offline_currency = chain->promise.currency;
  memcpy(chain->terminal.fields.merchant, "Cafe Zentral", 12);
  memcpy(chain->card_ca.fields.public_key, chain->card_ca_key.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(chain->terminal_ca.fields.public_key, chain->terminal_ca_key.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(chain->server.fields.public_key, chain->server_key.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(chain->card.fields.public_key, chain->card_key.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(chain->terminal.fields.public_key, chain->terminal_key.point, CRYPTO_P256_PUBLIC_SIZE);
}

static void issue(struct chain_certificate *certificate, const struct chain_key *ca) {
  ck_assert_int_eq(certificate_issue(&certificate->fields, ca->secret, certificate->bytes, sizeof certificate->bytes,
                                     &certificate->len),
                   STATUS_OK);
}

static struct bytes_view view(const struct chain_certificate *certificate) {
  return (struct bytes_view){certificate->bytes, certificate->len};
}

void chain_finish(struct chain *chain) {
  issue(&chain->card_ca, &chain->master);
  issue(&chain->terminal_ca, &chain->master);
  issue(&chain->server, &chain->master);
  issue(&chain->card, &chain->card_ca_key);
  issue(&chain->terminal, &chain->terminal_ca_key);
  promise_encode(&chain->promise, chain->promise_record);
  ck_assert_int_eq(record_sign(chain->promise_record, PROMISE_TLV_SIZE, chain->card_key.secret), STATUS_OK);
  ck_assert_int_eq(record_hash(chain->promise_record, PROMISE_SIZE, chain->authorisation.promise_hash), STATUS_OK);
  chain->authorisation.promise_hash[31] ^= chain->another_promise;
  authorisation_encode(&chain->authorisation, chain->authorisation_record);
  ck_assert_int_eq(record_sign(chain->authorisation_record, AUTHORISATION_TLV_SIZE, chain->server_key.secret),
                   STATUS_OK);

  const struct receipt receipt = {.promise = {chain->promise_record, PROMISE_SIZE},
                                  .authorisation = {chain->authorisation_record, AUTHORISATION_SIZE},
                                  .secret = {chain->secret, SECRET_SIZE},
                                  .card = view(&chain->card),
                                  .card_ca = view(&chain->card_ca),
                                  .server = view(&chain->server),
                                  .terminal = view(&chain->terminal),
                                  .terminal_ca = view(&chain->terminal_ca)};
  ck_assert_int_eq(receipt_encode(&receipt, chain->receipt, sizeof chain->receipt, &chain->receipt_len), STATUS_OK);
}
