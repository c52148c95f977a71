/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/keyring.c and service.c: no server on keys or books that are not its own. */
#include "server/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "suites.h"
#include "world.h"

/* Exchanges two files of the directory. */
static void exchange(const char *a, const char *b) {
  char from[128], to[128], aside[128];

  snprintf(from, sizeof from, "%s/%s", world_folder(), a);
  snprintf(to, sizeof to, "%s/%s", world_folder(), b);
  snprintf(aside, sizeof aside, "%s/aside", world_folder());
  ck_assert_int_eq(rename(from, aside), 0);
  ck_assert_int_eq(rename(to, from), 0);
  ck_assert_int_eq(rename(aside, to), 0);
}

static enum status certificates(char problem[256]) {
  struct keyring keyring = {0};

  return keyring_certificates(&keyring, world_folder(), (int64_t)time(NULL), problem);
}

static enum status keys(const char *passphrase, char problem[256]) {
  struct keyring keyring = {0};

  ck_assert_int_eq(keyring_certificates(&keyring, world_folder(), (int64_t)time(NULL), problem), STATUS_OK);
  enum status status = keyring_keys(&keyring, world_folder(), passphrase, problem);
  keyring_clear(&keyring);
  return status;
}

START_TEST(certificate_of_another_role_is_named) {
  char problem[256] = "";

  ck_assert_int_eq(certificates(problem), STATUS_OK);
  exchange("server.cert", "card-ca.cert");
  ck_assert_int_eq(certificates(problem), STATUS_BAD_CERTIFICATE);
  ck_assert_ptr_nonnull(strstr(problem, "card-ca.cert"));
  exchange("server.cert", "card-ca.cert");
}
END_TEST

START_TEST(expired_certificate_is_refused) {
  struct keyring keyring = {0};
  char problem[256] = "";

  enum status status =
      keyring_certificates(&keyring, world_folder(), (int64_t)time(NULL) + 4000 * INT64_C(86400), problem);
  ck_assert(status != STATUS_OK);
  ck_assert_ptr_nonnull(strstr(problem, "card-ca.cert"));
}
END_TEST

START_TEST(key_of_another_certificate_is_refused) {
  char problem[256] = "";

  ck_assert_int_eq(keys(HOUSE_PASSPHRASE, problem), STATUS_OK);
  exchange("server.key", "server-pin.key");
  ck_assert_int_eq(keys(HOUSE_PASSPHRASE, problem), STATUS_BAD_KEY);
  ck_assert_ptr_nonnull(strstr(problem, "server.key"));
  exchange("server.key", "server-pin.key");
}
END_TEST

/* The one key that a server of payments can be without; no other. */
START_TEST(card_ca_key_can_be_kept_elsewhere) {
  static const char *const names[] = {"card-ca.key", "server.key"};
  char problem[256] = "", path[128], aside[128];

  snprintf(aside, sizeof aside, "%s/aside", world_folder());
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", world_folder(), names[i]);
    ck_assert_int_eq(rename(path, aside), 0);
    ck_assert_int_eq(keys(HOUSE_PASSPHRASE, problem), i == 0 ? STATUS_OK : STATUS_NOT_FOUND);
    ck_assert_int_eq(rename(aside, path), 0);
  }
  ck_assert_ptr_nonnull(strstr(problem, "server.key"));
}
END_TEST

START_TEST(wrong_passphrase_is_a_bad_key) {
  char problem[256] = "";

  ck_assert_int_eq(keys("another passphrase", problem), STATUS_BAD_KEY);
  ck_assert_ptr_null(strstr(problem, "another passphrase"));
}
END_TEST

START_TEST(key_that_others_can_read_is_refused) {
  char path[128], problem[256] = "";

  snprintf(path, sizeof path, "%s/server.key", world_folder());
  ck_assert_int_eq(chmod(path, 0644), 0);
  ck_assert_int_eq(keys(HOUSE_PASSPHRASE, problem), STATUS_KEY_EXPOSED);
  ck_assert_int_eq(chmod(path, 0600), 0);
}
END_TEST

START_TEST(ledger_of_another_currency_is_refused) {
  struct configuration configuration;
  struct service *service = calloc(1, sizeof *service);
  char problem[256] = "";

  ck_assert_int_eq(configuration_load(world_folder(), &configuration, problem), STATUS_OK);
  configuration.currency = 840;
  ck_assert_int_eq(service_open(service, &configuration, HOUSE_PASSPHRASE, problem), STATUS_BAD_CONFIG);
  ck_assert_ptr_nonnull(strstr(problem, "currency"));
  ck_assert_ptr_null(service->writer);
  free(service);
}
END_TEST

START_TEST(missing_ledger_is_named) {
  struct configuration configuration;
  struct service *service = calloc(1, sizeof *service);
  char problem[256] = "";

  ck_assert_int_eq(configuration_load(world_folder(), &configuration, problem), STATUS_OK);
  snprintf(configuration.store, sizeof configuration.store, "/nowhere/ledger.db");
  ck_assert_int_eq(service_open(service, &configuration, HOUSE_PASSPHRASE, problem), STATUS_NOT_FOUND);
  ck_assert_ptr_nonnull(strstr(problem, "/nowhere/ledger.db"));
  free(service);
}
END_TEST

Suite *keyring_suite(void) {
  Suite *suite = suite_create("keyring");
  TCase *all = world_case("keyring");

  tcase_add_test(all, certificate_of_another_role_is_named);
  tcase_add_test(all, expired_certificate_is_refused);
  tcase_add_test(all, key_of_another_certificate_is_refused);
  tcase_add_test(all, card_ca_key_can_be_kept_elsewhere);
  tcase_add_test(all, wrong_passphrase_is_a_bad_key);
  tcase_add_test(all, key_that_others_can_read_is_refused);
  tcase_add_test(all, ledger_of_another_currency_is_refused);
  tcase_add_test(all, missing_ledger_is_named);
  suite_add_tcase(suite, all);
  return suite;
}
