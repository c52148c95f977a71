/* SPDX-License-Identifier: Apache-2.0
 * Making a terminal's folder with the real key and certificate functions. */
#include "place.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "epurse/command.h"
#include "epurse/x509.h"
#include "world/folder.h"

#define YEAR 31536000

static const char *role_word(uint8_t role) {
  const char *word = role_name(role);
  ck_assert_ptr_nonnull(word);
  return word;
}

void place_path(const struct place *place, const char *name, char path[256]) {
  ck_assert_int_lt(snprintf(path, 256, "%s/%s", place->folder, name), 256);
}

static void text_write(const struct place *place, const char *name, const char *text) {
  char path[256];
  place_path(place, name, path);
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  ck_assert_int_ge(fputs(text, file), 0);
  ck_assert_int_eq(fclose(file), 0);
}

void place_configure(const struct place *place, const char *role, const char *currency, const char *url,
                     const char *extra) {
  char text[1024];
  snprintf(text, sizeof text,
           "[terminal]\nid = POS00001\nrole = %s\nmerchant = BAKERY\nmerchant_name = Corner Bakery\ncurrency = %s\n"
           "[server]\nurl = %s\ntimeout = 2\n[tender]\ndriver = cash\n"
           "[files]\njournal = journal.db\nreceipts = receipts\n%s",
           role, currency, url, extra);
  text_write(place, "terminal.conf", text);
}

void place_replace_key(const struct place *place, const char *name, const struct key *key) {
  char path[256];
  place_path(place, name, path);
  (void)unlink(path);
  ck_assert_int_eq(key_store(key, path, NULL), STATUS_OK);
}

void place_replace_certificate(const struct place *place, const struct place_certificate *wanted) {
  place_replace_rolled(place, wanted, KVN_FIRST, KVN_FIRST);
}

void place_replace_rolled(const struct place *place, const struct place_certificate *wanted, uint8_t version,
                          uint8_t least) {
  struct certificate certificate = {.role = wanted->role, .version = version};
  uint8_t data[CERTIFICATE_MAX], moment[MOMENT_SIZE];
  char path[256];
  size_t len = 0;
  if (wanted->role == ROLE_SERVER || wanted->role == ROLE_TERMINAL_CA)
    certificate.least = least;
  memcpy(certificate.ca_id, wanted->ca_id, sizeof certificate.ca_id);
  memcpy(certificate.subject, wanted->subject, sizeof certificate.subject);
  ck_assert(crypto_random(certificate.serial, sizeof certificate.serial));
  snprintf(certificate.merchant, sizeof certificate.merchant, "%s", wanted->merchant);
  moment_from_unix(wanted->expiry, moment);
  memcpy(certificate.expiry, moment, sizeof certificate.expiry);
  memcpy(certificate.public_key, key_public(wanted->key), sizeof certificate.public_key);
  ck_assert_int_eq(certificate_issue(&certificate, key_private(wanted->ca), data, sizeof data, &len), STATUS_OK);
  place_path(place, wanted->name, path);
  (void)unlink(path);
  ck_assert_int_eq(public_file_store(path, data, len), STATUS_OK);
}

static void x509_make(const struct place *place, const char *name, const struct x509_request *request,
                      const struct key *ca, const char *ca_name) {
  char path[256], ca_path[256];
  place_path(place, name, path);
  if (ca_name != NULL)
    place_path(place, ca_name, ca_path);
  ck_assert_int_eq(x509_issue(request, ca, ca_name != NULL ? ca_path : NULL, path), STATUS_OK);
}

/* X.509: the root, the terminal CA, the server for 127.0.0.1, the terminal. */
static void tls_make(const struct place *place, uint8_t role) {
  const int64_t end = (int64_t)time(NULL) + YEAR;
  char path[256];
  x509_make(place, "root.crt", &(struct x509_request){.kind = X509_ROOT, .common_name = "root", .not_after = end},
            place->master, NULL);
  x509_make(place, "terminal-ca.crt",
            &(struct x509_request){.kind = X509_TERMINAL_CA,
                                   .common_name = "terminal CA",
                                   .public_key = key_public(place->terminal_ca),
                                   .not_after = end},
            place->master, "root.crt");
  x509_make(place, "server.crt",
            &(struct x509_request){.kind = X509_SERVER,
                                   .common_name = "server",
                                   .hosts = "localhost,127.0.0.1",
                                   .public_key = key_public(place->tls),
                                   .not_after = end},
            place->master, "root.crt");
  x509_make(place, "tls.crt",
            &(struct x509_request){.kind = X509_CLIENT,
                                   .common_name = "POS00001",
                                   .role = (enum role)role,
                                   .merchant = "BAKERY",
                                   .public_key = key_public(place->sig),
                                   .not_after = end},
            place->terminal_ca, "terminal-ca.crt");
  place_path(place, "master.pem", path);
  ck_assert_int_eq(public_key_store(place->master, path), STATUS_OK);
}

void place_make_empty(struct place *place) {
  memset(place, 0, sizeof *place);
  ck_assert(folder_make(NULL, "terminal test", place->folder, sizeof place->folder));
}

void place_make(struct place *place, uint8_t role, const char *url) {
  const int64_t end = (int64_t)time(NULL) + YEAR;
  place_make_empty(place);
  struct key **keys[] = {&place->master,     &place->terminal_ca, &place->card_ca, &place->server,
                         &place->server_pin, &place->tls,         &place->ecka,    &place->sig};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    ck_assert_int_eq(key_generate(keys[i]), STATUS_OK);
  const struct place_certificate certificates[] = {
      {"card-ca.cert", "CARDCA01", "MASTER01", ROLE_CARD_CA, "", place->card_ca, place->master, end},
      {"server.cert", "SERVER01", "MASTER01", ROLE_SERVER, "", place->server, place->master, end},
      {"server-pin.cert", "SRVPIN01", "MASTER01", ROLE_SERVER_PIN, "", place->server_pin, place->master, end},
      {"terminal-ca.cert", "TERMCA01", "MASTER01", ROLE_TERMINAL_CA, "", place->terminal_ca, place->master, end},
      {"terminal.cert", "POS00001", "TERMCA01", role, "BAKERY", place->ecka, place->terminal_ca, end}};
  for (size_t i = 0; i < sizeof certificates / sizeof certificates[0]; i++)
    place_replace_certificate(place, &certificates[i]);
  place_replace_key(place, "ecka.key", place->ecka);
  place_replace_key(place, "sig.key", place->sig);
  place_replace_key(place, "server-tls.key", place->tls);
  tls_make(place, role);
  place_configure(place, role_word(role), "EUR", url, "");
}

void place_remove(struct place *place) {
  struct key **keys[] = {&place->master,     &place->terminal_ca, &place->card_ca, &place->server,
                         &place->server_pin, &place->tls,         &place->ecka,    &place->sig};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    key_free(keys[i]);
  ck_assert(folder_remove(place->folder));
}
