/* SPDX-License-Identifier: Apache-2.0
 * Opening a terminal: what it takes, and each thing that it refuses, with a sentence that names the file. */
#include "epurse/terminal.h"
#include "epurse/receipt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "place.h"
#include "suites.h"
#include "terminal/identity.h"

#define URL  "https://127.0.0.1:8443"
#define YEAR 31536000

static struct place place;

static void set_up(void) {
  place_make(&place, ROLE_POS, URL);
}

static void tear_down(void) {
  place_remove(&place);
}

/* Opening must end so, and say a word about it. */
static void expect(enum status wanted, const char *word) {
  struct terminal *terminal = NULL;
  char problem[256];
  enum status status = terminal_open(place.folder, &terminal, problem);
  ck_assert_msg(status == wanted, "%s instead of %s: %s", status_name(status), status_name(wanted), problem);
  ck_assert_ptr_null(terminal);
  ck_assert_msg(strstr(problem, word) != NULL, "'%s' does not speak of %s", problem, word);
}

static int64_t soon(void) {
  return (int64_t)time(NULL) + YEAR;
}

START_TEST(good_folder_opens) {
  struct terminal *terminal = NULL;
  char problem[256], path[256];
  ck_assert_msg(terminal_open(place.folder, &terminal, problem) == STATUS_OK, "%s", problem);
  ck_assert_str_eq(terminal->tid, "POS00001");
  ck_assert_uint_eq(terminal->role, ROLE_POS);
  ck_assert_str_eq(terminal->merchant, "BAKERY");
  ck_assert_str_eq(terminal->merchant_name, "Corner Bakery");
  ck_assert_uint_eq(terminal->currency->numeric, 978);
  ck_assert_mem_eq(terminal->master_public, key_public(place.master), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_mem_eq(terminal->server.public_key, key_public(place.server), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_mem_eq(terminal->session_keys.card_ca_public, key_public(place.card_ca), CRYPTO_P256_PUBLIC_SIZE);
  ck_assert_mem_eq(terminal->session_keys.ecka_private, key_private(place.ecka), CRYPTO_P256_PRIVATE_SIZE);
  ck_assert(!terminal->has_batch_key);
  ck_assert_ptr_nonnull(terminal->journal);
  ck_assert_ptr_nonnull(terminal->backend);
  terminal_close(&terminal);
  ck_assert_ptr_null(terminal);
  place_path(&place, "terminal.conf", path); /* the file itself is as good as its folder */
  ck_assert_int_eq(terminal_open(path, &terminal, problem), STATUS_OK);
  terminal_close(&terminal);
}
END_TEST

START_TEST(missing_configuration_is_told) {
  struct terminal *terminal = NULL;
  char problem[256];
  ck_assert_int_eq(terminal_open("/nowhere/terminal.conf", &terminal, problem), STATUS_NO_CONFIG);
  ck_assert_ptr_null(terminal);
  ck_assert_ptr_nonnull(strstr(problem, "/nowhere"));
}
END_TEST

START_TEST(bad_configuration_is_told) {
  static const struct {
    const char *role, *currency, *url, *extra, *word;
  } rows[] = {{"cashier", "EUR", URL, "", "role"},
              {"pos", "EUX", URL, "", "currency"},
              {"pos", "EUR", "http://127.0.0.1:8443", "", "url"},
              {"pos", "EUR", "https://127.0.0.1:8443/v1", "", "url"},
              {"pos", "EUR", URL, "[files]\nlog = x\n", "log"}};
  place_configure(&place, rows[_i].role, rows[_i].currency, rows[_i].url, rows[_i].extra);
  expect(STATUS_BAD_CONFIG, rows[_i].word);
}
END_TEST

static void set_mode(const char *name, mode_t mode) {
  char path[256];
  place_path(&place, name, path);
  ck_assert_int_eq(chmod(path, mode), 0);
}

START_TEST(exposed_key_is_refused) {
  static const char *const names[] = {"sig.key", "ecka.key"};
  set_mode(names[_i], 0640);
  expect(STATUS_KEY_EXPOSED, names[_i]);
}
END_TEST

START_TEST(missing_file_is_named) {
  static const struct {
    const char *name;
    enum status status;
  } rows[] = {{"master.pem", STATUS_BAD_CONFIG},
              {"card-ca.cert", STATUS_BAD_CERTIFICATE},
              {"server.cert", STATUS_BAD_CERTIFICATE},
              {"server-pin.cert", STATUS_BAD_CERTIFICATE},
              {"ecka.key", STATUS_BAD_KEY},
              {"sig.key", STATUS_BAD_KEY},
              {"terminal.cert", STATUS_BAD_CERTIFICATE},
              {"terminal-ca.cert", STATUS_BAD_CERTIFICATE},
              {"tls.crt", STATUS_BAD_CERTIFICATE}};
  char path[256];
  place_path(&place, rows[_i].name, path);
  ck_assert_int_eq(unlink(path), 0);
  expect(rows[_i].status, rows[_i].name);
}
END_TEST

/* Keys of somebody else. */
START_TEST(key_must_fit_its_certificate) {
  static const struct { const char *key, *word; } rows[] = {{"ecka.key", "terminal.cert"}, {"sig.key", "tls.crt"}};
  place_replace_key(&place, rows[_i].key, place.tls);
  expect(STATUS_BAD_CERTIFICATE, rows[_i].word);
}
END_TEST

START_TEST(own_certificate_must_fit) {
  const struct place_certificate rows[] = {
      {"terminal.cert", "POS00001", "TERMCA01", ROLE_RELOAD, "BAKERY", place.ecka, place.terminal_ca, soon()},
      {"terminal.cert", "POS00002", "TERMCA01", ROLE_POS, "BAKERY", place.ecka, place.terminal_ca, soon()},
      {"terminal.cert", "POS00001", "TERMCA01", ROLE_POS, "BUTCHER", place.ecka, place.terminal_ca, soon()},
      {"terminal.cert", "POS00001", "TERMCA01", ROLE_POS, "BAKERY", place.ecka, place.master, soon()},
      {"terminal.cert", "POS00001", "TERMCA02", ROLE_POS, "BAKERY", place.ecka, place.terminal_ca, soon()}};
  place_replace_certificate(&place, &rows[_i]);
  expect(STATUS_BAD_CERTIFICATE, "terminal.cert");
}
END_TEST

START_TEST(expired_terminal_is_told) {
  const struct place_certificate expired = {
      "terminal.cert", "POS00001", "TERMCA01",        ROLE_POS,
      "BAKERY",        place.ecka, place.terminal_ca, (int64_t)time(NULL) - 2 * 86400};
  place_replace_certificate(&place, &expired);
  expect(STATUS_TERMINAL_REVOKED, "terminal.cert");
}
END_TEST

/* Certificates of the issuer: another master's, another kind, expired. */
START_TEST(issuer_certificate_must_hold) {
  const struct place_certificate rows[] = {
      {"server.cert", "SERVER01", "MASTER01", ROLE_SERVER, "", place.server, place.card_ca, soon()},
      {"server.cert", "SERVER01", "MASTER01", ROLE_SERVER_PIN, "", place.server, place.master, soon()},
      {"card-ca.cert", "CARDCA01", "MASTER01", ROLE_TERMINAL_CA, "", place.card_ca, place.master, soon()},
      {"server-pin.cert", "SRVPIN01", "MASTER01", ROLE_SERVER_PIN, "", place.server_pin, place.master, 86400},
      {"terminal-ca.cert", "TERMCA01", "MASTER01", ROLE_TERMINAL_CA, "", place.terminal_ca, place.tls, soon()}};
  place_replace_certificate(&place, &rows[_i]);
  expect(STATUS_BAD_CERTIFICATE, rows[_i].name);
}
END_TEST

/* ---- server-next.cert ---- */

static void next_put(const struct key *ca, uint8_t version, uint8_t least) {
  const struct place_certificate next = {.name = "server-next.cert",
                                         .subject = "SERVER02",
                                         .ca_id = "MASTER01",
                                         .role = ROLE_SERVER,
                                         .merchant = "",
                                         .key = place.server_pin,
                                         .ca = ca,
                                         .expiry = soon()};
  place_replace_rolled(&place, &next, version, least);
}

/* Which versions of the server's key the terminal goes by, as a set of bits. */
static unsigned known_servers(void) {
  struct terminal *terminal = NULL;
  struct bytes_view file;
  char problem[256];
  unsigned known = 0;
  ck_assert_msg(terminal_open(place.folder, &terminal, problem) == STATUS_OK, "%s", problem);
  for (uint8_t version = 0; version < 4; version++) {
    const struct certificate *server = identity_server(terminal, version, &file);
    if (server == NULL)
      continue;
    known |= 1U << version;
    ck_assert_uint_eq(server->version, version);
    ck_assert_mem_eq(server->public_key, key_public(version == 2 ? place.server_pin : place.server),
                     CRYPTO_P256_PUBLIC_SIZE);
    ck_assert_uint_eq(file.len, CERTIFICATE_SERVER_SIZE);
  }
  ck_assert_uint_eq(terminal->session_keys.server_certificate_len, CERTIFICATE_SERVER_SIZE);
  terminal_close(&terminal);
  return known;
}

START_TEST(servers_newer_key_is_known_beside_the_old_one) {
  ck_assert_uint_eq(known_servers(), 1U << 1);
  next_put(place.master, 2, 1);
  ck_assert_uint_eq(known_servers(), 1U << 1 | 1U << 2);
  next_put(place.master, 1, 1); /* left over */
  ck_assert_uint_eq(known_servers(), 1U << 1);
}
END_TEST

START_TEST(withdrawn_server_key_is_not_gone_by) {
  next_put(place.master, 2, 2);
  ck_assert_uint_eq(known_servers(), 1U << 2);
}
END_TEST

START_TEST(servers_newer_key_must_hold) {
  next_put(place.server, 2, 2);
  expect(STATUS_BAD_CERTIFICATE, "server-next.cert");
}
END_TEST

/* ---- card-ca-next.cert ---- */

static void card_ca_put(const struct key *ca, uint8_t version) {
  const struct place_certificate next = {.name = "card-ca-next.cert",
                                         .subject = "CARDCA02",
                                         .ca_id = "MASTER01",
                                         .role = ROLE_CARD_CA,
                                         .merchant = "",
                                         .key = place.server_pin,
                                         .ca = ca,
                                         .expiry = soon()};
  place_replace_rolled(&place, &next, version, 0);
}

/* Whether the terminal goes by the card CA of that name, with that key; NULL: it must not. */
static void card_ca_is(const char *subject, const struct key *key) {
  struct terminal *terminal = NULL;
  struct bytes_view file = {NULL, 0};
  char problem[256];
  ck_assert_msg(terminal_open(place.folder, &terminal, problem) == STATUS_OK, "%s", problem);
  const struct certificate *ca = identity_card_ca(terminal, (const uint8_t *)subject, &file);
  ck_assert_int_eq(ca != NULL, key != NULL);
  if (ca != NULL) {
    struct certificate read;
    ck_assert_mem_eq(ca->public_key, key_public(key), CRYPTO_P256_PUBLIC_SIZE);
    ck_assert_int_eq(certificate_decode(file.data, file.len, &read), STATUS_OK);
    ck_assert_mem_eq(read.subject, subject, CERTIFICATE_SUBJECT_SIZE);
  }
  terminal_close(&terminal);
}

START_TEST(newer_card_ca_is_known_beside_the_old_one) {
  card_ca_is("CARDCA01", place.card_ca);
  card_ca_is("CARDCA02", NULL);
  card_ca_put(place.master, 2);
  card_ca_is("CARDCA01", place.card_ca);
  card_ca_is("CARDCA02", place.server_pin);
  card_ca_is("CARDCA03", NULL);
  card_ca_put(place.master, 1); /* left over */
  card_ca_is("CARDCA02", NULL);
}
END_TEST

START_TEST(newer_card_ca_must_hold) {
  card_ca_put(place.card_ca, 2);
  expect(STATUS_BAD_CERTIFICATE, "card-ca-next.cert");
}
END_TEST

START_TEST(other_master_key_is_refused) {
  char path[256];
  place_path(&place, "master.pem", path);
  ck_assert_int_eq(unlink(path), 0);
  ck_assert_int_eq(public_key_store(place.tls, path), STATUS_OK);
  expect(STATUS_BAD_CERTIFICATE, "card-ca.cert");
}
END_TEST

START_TEST(desk_has_a_batch_key) {
  static const uint8_t batch[CRYPTO_AES_KEY_SIZE] = {1, 2, 3};
  struct terminal *terminal = NULL;
  char problem[256], path[256];
  tear_down();
  place_make(&place, ROLE_PERSO, URL);
  ck_assert_msg(terminal_open(place.folder, &terminal, problem) == STATUS_OK, "%s", problem);
  ck_assert(!terminal->has_batch_key);
  terminal_close(&terminal);
  place_path(&place, "batch.key", path);
  ck_assert_int_eq(aes_key_store(path, batch), STATUS_OK);
  ck_assert_int_eq(terminal_open(place.folder, &terminal, problem), STATUS_OK);
  ck_assert(terminal->has_batch_key);
  ck_assert_mem_eq(terminal->batch_key, batch, sizeof batch);
  terminal_close(&terminal);
  set_mode("batch.key", 0604);
  expect(STATUS_KEY_EXPOSED, "batch.key");
}
END_TEST

Suite *terminal_suite(void) {
  Suite *suite = suite_create("terminal");
  TCase *tests = tcase_create("open");
  tcase_add_checked_fixture(tests, set_up, tear_down);
  tcase_add_test(tests, good_folder_opens);
  tcase_add_test(tests, missing_configuration_is_told);
  tcase_add_loop_test(tests, bad_configuration_is_told, 0, 5);
  tcase_add_loop_test(tests, exposed_key_is_refused, 0, 2);
  tcase_add_loop_test(tests, missing_file_is_named, 0, 9);
  tcase_add_loop_test(tests, key_must_fit_its_certificate, 0, 2);
  tcase_add_loop_test(tests, own_certificate_must_fit, 0, 5);
  tcase_add_test(tests, expired_terminal_is_told);
  tcase_add_loop_test(tests, issuer_certificate_must_hold, 0, 5);
  tcase_add_test(tests, other_master_key_is_refused);
  tcase_add_test(tests, servers_newer_key_is_known_beside_the_old_one);
  tcase_add_test(tests, withdrawn_server_key_is_not_gone_by);
  tcase_add_test(tests, servers_newer_key_must_hold);
  tcase_add_test(tests, newer_card_ca_is_known_beside_the_old_one);
  tcase_add_test(tests, newer_card_ca_must_hold);
  tcase_add_test(tests, desk_has_a_batch_key);
  suite_add_tcase(suite, tests);
  return suite;
}
