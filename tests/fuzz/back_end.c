/* SPDX-License-Identifier: Apache-2.0
 * A back-end for the fuzz targets. */
#include "back_end.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "epurse/ledger_audit.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_terminal.h"
#include "epurse/message.h"
#include "keys/key_object.h"
#include "server/pinstore.h"
#include "server/writer.h"
#include "target.h"

#define POOL        16
#define POINTS_RATE 10

static int64_t clock_stands(void *context) {
  (void)context;
  return moment_to_unix(world_now);
}

static struct key *key_named(const char *name) {
  struct world_key pair;
  struct key *key = NULL;
  world_key_make(name, &pair);
  fuzz_require(key_of_scalar(pair.secret, &key) == STATUS_OK);
  return key;
}

/* ---- keys ---- */

static void certificate_take(const struct world_paper *paper, struct keyring_certificate *certificate) {
  memcpy(certificate->data, paper->bytes, paper->len);
  certificate->len = paper->len;
  fuzz_require(certificate_decode(certificate->data, certificate->len, &certificate->certificate) == STATUS_OK);
}

static void keyring_make(struct back_end *back_end) {
  const struct world *world = &back_end->world;
  struct keyring *keyring = &back_end->service.keyring;
  struct certificate pin = {.role = ROLE_SERVER_PIN, .version = KVN_FIRST};
  struct world_paper paper;
  memcpy(keyring->master_public, world->master.point, CRYPTO_P256_PUBLIC_SIZE);
  keyring->card_ca = key_named(WORLD_CARD_CA);
  keyring->server = key_named(WORLD_SERVER);
  keyring->server_pin = key_named("server PIN");
  keyring->pin_store = key_named("PIN store");
  certificate_take(&world->card_ca_paper, &keyring->card_ca_certificate);
  certificate_take(&world->server_paper, &keyring->server_certificate);
  certificate_take(&world->terminal_ca_paper, &keyring->terminal_ca_certificate);
  memcpy(pin.ca_id, WORLD_MASTER, CERTIFICATE_CA_ID_SIZE);
  memcpy(pin.subject, "SRVPIN01", CERTIFICATE_SUBJECT_SIZE);
  memcpy(pin.expiry, world_expiry, DATE_SIZE);
  memcpy(pin.public_key, key_public(keyring->server_pin), CRYPTO_P256_PUBLIC_SIZE);
  world_issue(&pin, &world->master, &paper);
  certificate_take(&paper, &keyring->server_pin_certificate);
}

/* ---- the ledger as it is at first ---- */

static const char *const station_names[BACK_END_STATIONS] = {"SHOP0001", "LOAD0001", "DESK0001", "ADMIN001"};

static void station_make(struct back_end *back_end, unsigned i) {
  struct back_end_station *station = &back_end->stations[i];
  char name[] = "SIG of 00000000";
  memcpy(name + 7, station_names[i], TID_SIZE);
  station->sig = key_named(name);
  memcpy(station->peer.common_name, station_names[i], TID_SIZE);
  memcpy(station->peer.public_key, key_public(station->sig), CRYPTO_P256_PUBLIC_SIZE);
  fuzz_require(message_verifier_new(station->peer.public_key, &station->peer.verifier) == STATUS_OK);
}

static void terminals_add(struct ledger *ledger, const struct back_end *back_end) {
  for (unsigned i = 0; i < BACK_END_STATIONS; i++) {
    struct ledger_terminal terminal = {.role = (uint8_t)(ROLE_POS + i), .merchant = "BAKERY"};
    memcpy(terminal.tid, station_names[i], TID_SIZE);
    memcpy(terminal.ecka_public, back_end->world.pos.ecka.point, CRYPTO_P256_PUBLIC_SIZE);
    memcpy(terminal.sig_public, key_public(back_end->stations[i].sig), CRYPTO_P256_PUBLIC_SIZE);
    memcpy(terminal.expiry, world_expiry, DATE_SIZE);
    fuzz_require(ledger_terminal_add(ledger, &terminal) == STATUS_OK);
  }
}

static void card_add(struct ledger *ledger, const struct back_end *back_end) {
  const struct world *world = &back_end->world;
  struct ledger_certification certification = {.currency = WORLD_CURRENCY,
                                               .purse_ceiling = WORLD_PURSE_CEILING,
                                               .payment_ceiling = WORLD_PAYMENT_CEILING,
                                               .sig_certificate_len = world->card_sig_paper.len};
  uint8_t cid[CID_SIZE];
  memcpy(certification.sig_public, world->card_sig.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(certification.ecka_public, world->card_ecka.point, CRYPTO_P256_PUBLIC_SIZE);
  memcpy(certification.expiry, world_expiry, DATE_SIZE);
  memcpy(certification.sig_certificate, world->card_sig_paper.bytes, world->card_sig_paper.len);
  fuzz_require(pinstore_mac(&back_end->service.keyring, world->cid, WORLD_PIN, certification.pin_mac) == STATUS_OK);
  fuzz_require(ledger_card_reserve(ledger, world->chip_serial, clock_stands(NULL), cid) == STATUS_OK);
  fuzz_require(memcmp(cid, world->cid, CID_SIZE) == 0);
  fuzz_require(ledger_card_certify(ledger, cid, &certification) == STATUS_OK);
  fuzz_require(ledger_card_issue(ledger, cid, clock_stands(NULL)) == STATUS_OK);
}

static enum status people_add(struct ledger *ledger, void *context) {
  static const struct ledger_merchant bakery = {.id = "BAKERY", .name = "Bakery", .points_rate = POINTS_RATE};
  fuzz_require(ledger_merchant_add(ledger, &bakery) == STATUS_OK);
  terminals_add(ledger, context);
  card_add(ledger, context);
  return STATUS_OK;
}

/* Keeps the bytes of the ledger's file, made once. */
static void ledger_make(struct back_end *back_end) {
  static const struct ledger_settings settings = {
      .currency = WORLD_CURRENCY, .issuer = WORLD_ISSUER, .pool_size = POOL, .first_serial = WORLD_SERIAL};
  const char *path = back_end->scratch->path;
  struct ledger *ledger = NULL;
  fuzz_require(ledger_create(path, &settings) == STATUS_OK);
  fuzz_require(ledger_open(path, &ledger) == STATUS_OK);
  fuzz_require(ledger_transact(ledger, people_add, back_end) == STATUS_OK);
  ledger_close(&ledger);
  FILE *file = fopen(path, "rb");
  fuzz_require(file != NULL && fseek(file, 0, SEEK_END) == 0);
  back_end->fresh_len = (size_t)ftell(file);
  back_end->fresh = malloc(back_end->fresh_len);
  rewind(file);
  fuzz_require(back_end->fresh != NULL && fread(back_end->fresh, 1, back_end->fresh_len, file) == back_end->fresh_len);
  fclose(file);
}

struct back_end *back_end_new(void) {
  struct back_end *back_end = calloc(1, sizeof *back_end);
  fuzz_require(back_end != NULL);
  world_make(&back_end->world);
  back_end->service.clock = clock_stands;
  back_end->service.log.fd = -1;
  back_end->service.configuration = (struct configuration){.currency = WORLD_CURRENCY,
                                                           .issuer = WORLD_ISSUER,
                                                           .validity_years = 5,
                                                           .purse_ceiling = WORLD_PURSE_CEILING,
                                                           .payment_ceiling = WORLD_PAYMENT_CEILING,
                                                           .body = MESSAGE_MAX,
                                                           .group = 1};
  keyring_make(back_end);
  fuzz_require(message_verifier_new(back_end->world.server.point, &back_end->of_server) == STATUS_OK);
  for (unsigned i = 0; i < BACK_END_STATIONS; i++)
    station_make(back_end, i);
  back_end->scratch = scratch_new();
  ledger_make(back_end);
  return back_end;
}

void back_end_free(void *context) {
  struct back_end *back_end = context;
  keyring_clear(&back_end->service.keyring);
  message_verifier_free(&back_end->of_server);
  for (unsigned i = 0; i < BACK_END_STATIONS; i++) {
    key_free(&back_end->stations[i].sig);
    peer_clear(&back_end->stations[i].peer);
  }
  scratch_free(back_end->scratch);
  free(back_end->fresh);
  free(back_end);
}

void back_end_begin(struct back_end *back_end) {
  struct ledger *ledger = NULL;
  scratch_write(back_end->scratch, back_end->fresh, back_end->fresh_len);
  fuzz_require(ledger_open(back_end->scratch->path, &ledger) == STATUS_OK);
  fuzz_require(service_start(&back_end->service, &ledger) == STATUS_OK);
  for (unsigned i = 0; i < BACK_END_STATIONS; i++)
    back_end->stations[i].seq = service_now(&back_end->service) * 1000; /* as terminals number theirs */
}

static void contradiction(void *context, const char *line) {
  (void)context;
  fprintf(stderr, "ledger: %s\n", line);
}

void back_end_end(struct back_end *back_end) {
  fuzz_require(ledger_check(writer_ledger(back_end->service.writer), contradiction, NULL) == STATUS_OK);
  service_stop(&back_end->service);
}
