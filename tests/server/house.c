/* SPDX-License-Identifier: Apache-2.0
 * An issuer's directory made for the tests. */
#include "house.h"

#include <check.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "epurse/certificate.h"
#include "epurse/command.h"
#include "epurse/key.h"
#include "epurse/ledger.h"
#include "epurse/ledger_merchant.h"
#include "epurse/ledger_terminal.h"
#include "epurse/x509.h"
#include "place.h"

#define DAY       86400
#define PATH_ROOM 256
#define ok(call)  ck_assert_int_eq((call), STATUS_OK)

struct maker {
  const char *folder;
  int64_t now;
  struct key *master, *terminal_ca;
  struct ledger *ledger;
  char store[PLACE_MAX];
};

static const char *path_in(const char *folder, const char *file, char path[PATH_ROOM]) {
  ck_assert_int_lt(snprintf(path, PATH_ROOM, "%s/%s", folder, file), PATH_ROOM);
  return path;
}

static void make_certificate(const struct maker *maker, const char *file, const char *subject, uint8_t role,
                             const struct key *key) {
  struct certificate certificate = {.role = role, .version = KVN_FIRST};
  uint8_t data[CERTIFICATE_MAX], moment[MOMENT_SIZE];
  size_t len = 0;
  char path[PATH_ROOM];

  moment_from_unix(maker->now + 3650 * (int64_t)DAY, moment);
  memcpy(certificate.expiry, moment, DATE_SIZE);
  if (role == ROLE_SERVER || role == ROLE_TERMINAL_CA)
    certificate.least = KVN_FIRST;
  memcpy(certificate.ca_id, "MASTER01", CERTIFICATE_CA_ID_SIZE);
  memcpy(certificate.subject, subject, CERTIFICATE_SUBJECT_SIZE);
  memcpy(certificate.public_key, key_public(key), CRYPTO_P256_PUBLIC_SIZE);
  ok(certificate_issue(&certificate, key_private(maker->master), data, sizeof data, &len));
  ok(public_file_store(path_in(maker->folder, file, path), data, len));
}

/* Under the house's passphrase as key_store does it, but by OpenSSL's PBKDF2 of 2,048 rounds, which key_load reads too:
 * five keys under scrypt for each of hundreds of houses were four fifths of this program's time. */
static void store_enciphered(const struct key *key, const char *path) {
  static const char passphrase[] = HOUSE_PASSPHRASE;
  FILE *file = NULL;
  EVP_PKEY *evp = NULL;

  ok(key_store(key, path, NULL));
  file = fopen(path, "r+");
  ck_assert_ptr_nonnull(file);
  evp = PEM_read_PrivateKey(file, NULL, NULL, NULL);
  ck_assert_ptr_nonnull(evp);
  rewind(file);
  ck_assert_int_eq(ftruncate(fileno(file), 0), 0);
  ck_assert_int_eq(
      PEM_write_PKCS8PrivateKey(file, evp, EVP_aes_256_cbc(), passphrase, sizeof passphrase - 1, NULL, NULL), 1);
  ck_assert_int_eq(fclose(file), 0);
  EVP_PKEY_free(evp);
}

/* A key of the server's, with its certificate where `certificate` names one. */
static void make_server_key(const struct maker *maker, const char *file, const char *certificate, const char *subject,
                            uint8_t role) {
  struct key *key = NULL;
  char path[PATH_ROOM];

  ok(key_generate(&key));
  store_enciphered(key, path_in(maker->folder, file, path));
  if (certificate != NULL)
    make_certificate(maker, certificate, subject, role, key);
  key_free(&key);
}

static void make_tls(const struct maker *maker) {
  struct key *key = NULL;
  char path[PATH_ROOM], root[PATH_ROOM];
  struct x509_request request = {
      .kind = X509_ROOT, .common_name = "Tests' root", .not_after = maker->now + 3650 * (int64_t)DAY};

  ok(x509_issue(&request, maker->master, NULL, path_in(maker->folder, "root.crt", root)));
  request.kind = X509_TERMINAL_CA;
  request.common_name = "Tests' terminal CA";
  request.public_key = key_public(maker->terminal_ca);
  ok(x509_issue(&request, maker->master, root, path_in(maker->folder, "terminal-ca.crt", path)));
  ok(key_generate(&key));
  store_enciphered(key, path_in(maker->folder, "tls.key", path));
  request.kind = X509_SERVER;
  request.common_name = "localhost";
  request.hosts = "localhost,127.0.0.1";
  request.public_key = key_public(key);
  ok(x509_issue(&request, maker->master, root, path_in(maker->folder, "tls.crt", path)));
  key_free(&key);
}

static void make_client(const struct maker *maker, const char *folder, const struct ledger_terminal *terminal) {
  char path[PATH_ROOM], ca[PATH_ROOM], tid[TID_SIZE + 1] = "";
  struct x509_request request = {.kind = X509_CLIENT,
                                 .common_name = tid,
                                 .role = terminal->role,
                                 .merchant = terminal->merchant,
                                 .public_key = terminal->sig_public,
                                 .not_after = maker->now + 90 * (int64_t)DAY};

  memcpy(tid, terminal->tid, TID_SIZE);
  ok(x509_issue(&request, maker->terminal_ca, path_in(maker->folder, "terminal-ca.crt", ca),
                path_in(folder, "tls.crt", path)));
}

static void make_station_key(const char *folder, const char *file, uint8_t public_key[CRYPTO_P256_PUBLIC_SIZE]) {
  struct key *key = NULL;
  char path[PATH_ROOM];

  ok(key_generate(&key));
  ok(key_store(key, path_in(folder, file, path), NULL));
  memcpy(public_key, key_public(key), CRYPTO_P256_PUBLIC_SIZE);
  key_free(&key);
}

static void make_station(struct maker *maker, const char *tid, uint8_t role, const char *merchant, int64_t days) {
  struct ledger_terminal terminal = {.role = role};
  uint8_t moment[MOMENT_SIZE];
  char folder[PATH_ROOM];

  ck_assert_int_eq(mkdir(path_in(maker->folder, tid, folder), 0700), 0);
  memcpy(terminal.tid, tid, TID_SIZE);
  snprintf(terminal.merchant, sizeof terminal.merchant, "%s", merchant);
  moment_from_unix(maker->now + days * DAY, moment);
  memcpy(terminal.expiry, moment, DATE_SIZE);
  make_station_key(folder, "sig.key", terminal.sig_public);
  make_station_key(folder, "ecka.key", terminal.ecka_public);
  make_client(maker, folder, &terminal);
  ok(ledger_terminal_add(maker->ledger, &terminal));
}

static enum status make_people(struct ledger *ledger, void *context) {
  static const struct ledger_merchant shop = {.id = "SHOP", .name = "Corner Shop", .points_rate = HOUSE_RATE};
  static const struct ledger_merchant bank = {.id = "BANK", .name = "Savings Bank"};

  (void)ledger;
  struct maker *maker = context;
  ok(ledger_merchant_add(maker->ledger, &shop));
  ok(ledger_merchant_add(maker->ledger, &bank));
  make_station(maker, POS, ROLE_POS, "SHOP", 90);
  make_station(maker, OTHER_POS, ROLE_POS, "SHOP", 90);
  make_station(maker, RELOAD, ROLE_RELOAD, "BANK", 90);
  make_station(maker, DESK, ROLE_PERSO, "BANK", 90);
  make_station(maker, OTHER_DESK, ROLE_PERSO, "SHOP", 90); /* not the issuer's own */
  make_station(maker, ADMIN, ROLE_ADMIN, "BANK", 90);
  make_station(maker, ADMIN_TOO, ROLE_ADMIN, "BANK", 90);
  make_station(maker, EXPIRED, ROLE_POS, "SHOP", -1);
  return STATUS_OK;
}

static void make_ledger(struct maker *maker) {
  static const struct ledger_settings settings = {.currency = 978, .issuer = 999999, .pool_size = HOUSE_POOL};

  place_make(maker->folder, maker->store);
  ok(ledger_create(maker->store, &settings));
  ok(ledger_open(maker->store, &maker->ledger));
  ok(ledger_transact(maker->ledger, make_people, maker));
  ledger_close(&maker->ledger);
}

static void make_configuration(const struct maker *maker) {
  char text[1024], path[PATH_ROOM];
  int len = snprintf(text, sizeof text,
                     "[server]\nlisten = 127.0.0.1:0\ncurrency = EUR\nissuer = 999999\nlog_level = info\n"
                     "port_file = port\ndemonstration = yes\n"
                     "[ledger]\nstore = %s\n"
                     "[card]\nnumbers = ascending\nvalidity_years = 5\npurse_ceiling = 50000\npayment_ceiling = 15000\n"
                     "[limits]\nbody = 16384\nrequest_seconds = 60\nhandshake_seconds = 60\nconnections = 64\n",
                     place_is_file() ? "sqlite:ledger.db" : maker->store);

  ck_assert_int_lt(len, (int)sizeof text);
  ok(public_file_store(path_in(maker->folder, "epursed.conf", path), (const uint8_t *)text, (size_t)len));
}

void house_make(const char *folder) {
  struct maker maker = {.folder = folder, .now = (int64_t)time(NULL)};

  ok(key_generate(&maker.master));
  ok(key_generate(&maker.terminal_ca));
  make_server_key(&maker, "card-ca.key", "card-ca.cert", "CARDCA01", ROLE_CARD_CA);
  make_server_key(&maker, "server.key", "server.cert", "SERVER01", ROLE_SERVER);
  make_server_key(&maker, "server-pin.key", "server-pin.cert", "SRVPIN01", ROLE_SERVER_PIN);
  make_server_key(&maker, "pin-store.key", NULL, NULL, 0);
  make_certificate(&maker, "terminal-ca.cert", "TERMCA01", ROLE_TERMINAL_CA, maker.terminal_ca);
  make_tls(&maker);
  make_ledger(&maker);
  make_configuration(&maker);
  key_free(&maker.master);
  key_free(&maker.terminal_ca);
}

void house_make_rogue(const char *folder, const char *tid) {
  char path[PATH_ROOM];
  struct key *key = NULL;
  struct x509_request request = {
      .kind = X509_ROOT, .common_name = tid, .not_after = (int64_t)time(NULL) + 30 * (int64_t)DAY};

  ok(key_generate(&key));
  ok(key_store(key, path_in(folder, "rogue.key", path), NULL));
  ok(x509_issue(&request, key, NULL, path_in(folder, "rogue.crt", path)));
  key_free(&key);
}
