/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/server/configuration.c: what epursed.conf may say. */
#include "server/configuration.h"

#include <stdio.h>
#include <string.h>

#include "suites.h"
#include "world.h"

#define MINIMUM "[server]\nlisten = localhost:8443\ncurrency = EUR\nissuer = 999999\n"

/* Loads a file with that text. */
static enum status load(const char *text, struct configuration *configuration, char problem[256]) {
  char path[128];

  snprintf(path, sizeof path, "%s/try.conf", world_folder());
  FILE *file = fopen(path, "w");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  ck_assert_int_eq(fclose(file), 0);
  return configuration_load(path, configuration, problem);
}

START_TEST(defaults_fill_what_is_not_said) {
  struct configuration configuration;
  char problem[256], store[128];

  ck_assert_msg(load(MINIMUM, &configuration, problem) == STATUS_OK, "%s", problem);
  snprintf(store, sizeof store, "%s/ledger.db", world_folder());
  ck_assert_str_eq(configuration.host, "localhost");
  ck_assert_str_eq(configuration.port, "8443");
  ck_assert_str_eq(configuration.port_file, "");
  ck_assert_str_eq(configuration.store, store);
  ck_assert_str_eq(configuration.folder, world_folder());
  ck_assert_uint_eq(configuration.currency, 978);
  ck_assert_uint_eq(configuration.issuer, 999999);
  ck_assert_uint_eq(configuration.purse_ceiling, 50000);
  ck_assert_uint_eq(configuration.payment_ceiling, 15000);
  ck_assert_uint_eq(configuration.validity_years, 5);
  ck_assert_uint_eq(configuration.no_pin.single | configuration.no_pin.total, 0); /* never, unless it is said */
  ck_assert_uint_eq(configuration.offline.single | configuration.offline.total, 0);
  ck_assert_uint_eq(configuration.body, 16384);
  ck_assert_uint_eq(configuration.connections, 1024);
  ck_assert_uint_eq(configuration.connections_each, 16);
  ck_assert_uint_eq(configuration.strangers, 512);
  ck_assert_uint_eq(configuration.strangers_each, 256);
  ck_assert_int_eq(configuration.desk_reservations_per_day, 1000);
  ck_assert_int_eq(configuration.desk_reservations_open, 100);
  ck_assert_int_eq(configuration.cards_asked_per_day, 200);
  ck_assert_uint_eq(configuration.requests_per_second, 50);
  ck_assert_uint_eq(configuration.requests_at_once, 200);
  ck_assert_int_eq(configuration.log_level, LOG_INFO);
  ck_assert(!configuration.demonstration);
  ck_assert(!configuration.clock_strict);
  ck_assert(!configuration.numbers_ascending);
}
END_TEST

START_TEST(folder_stands_for_its_file) {
  struct configuration configuration;
  char problem[256];

  ck_assert_int_eq(configuration_load(world_folder(), &configuration, problem), STATUS_OK);
  ck_assert_str_eq(configuration.port, "0");
  ck_assert_uint_eq(configuration.request_seconds, 60);
  ck_assert_int_eq(configuration_load("/nowhere/at/all", &configuration, problem), STATUS_NO_CONFIG);
}
END_TEST

START_TEST(addresses_are_taken_apart) {
  static const struct {
    const char *listen, *host, *port; /* host NULL: refused */
  } rows[] = {{"127.0.0.1:0", "127.0.0.1", "0"}, {"[::1]:8443", "::1", "8443"}, {"shop:99", "shop", "99"},
              {"127.0.0.1", NULL, NULL},         {":8443", NULL, NULL},         {"host:", NULL, NULL},
              {"host:http", NULL, NULL},         {"[::1:8443", NULL, NULL},     {"[]:1", NULL, NULL},
              {"host:65535", "host", "65535"},   {"host:65536", NULL, NULL},    {"[::g]:8443", NULL, NULL},
              {"::1:8443", "::1", "8443"},       {"fe80:8443:1", NULL, NULL},   {"[fe80::1%lo]:1", "fe80::1%lo", "1"},
              {"10.0.0.256:1", NULL, NULL},      {"10.0.0:1", NULL, NULL},      {"a b:1", NULL, NULL},
              {"https://host:1", NULL, NULL}};
  struct configuration configuration;
  char problem[256], text[256];

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    snprintf(text, sizeof text, "[server]\nlisten = %s\ncurrency = EUR\nissuer = 1\n", rows[i].listen);
    enum status status = load(text, &configuration, problem);
    ck_assert_msg(status == (rows[i].host == NULL ? STATUS_BAD_CONFIG : STATUS_OK), "%s", rows[i].listen);
    if (status == STATUS_OK) {
      ck_assert_str_eq(configuration.host, rows[i].host);
      ck_assert_str_eq(configuration.port, rows[i].port);
    }
  }
}
END_TEST

START_TEST(wrong_values_are_named) {
  static const struct {
    const char *text, *named;
  } rows[] = {
      {"[server]\nlisten = a:1\ncurrency = EURO\nissuer = 1\n", "currency"},
      {"[server]\nlisten = a:1\ncurrency = EUR\nissuer = 1000000\n", "issuer"},
      {"[server]\nlisten = a:1\ncurrency = EUR\n", "issuer"},
      {MINIMUM "log_level = loud\n", "log_level"},
      {MINIMUM "demonstration = perhaps\n", "demonstration"},
      {MINIMUM "clock = right\n", "clock"},
      {MINIMUM "colour = red\n", "colour"},
      {MINIMUM "[card]\nnumbers = odd\n", "numbers"},
      {MINIMUM "[ledger]\nstore = mysql:x\n", "store"},
      {MINIMUM "[ledger]\nstore = sqlite:\n", "store"},
      {MINIMUM "[ledger]\nstore = postgresql:x\n", "store"},
      {MINIMUM "[limits]\nbody = 16385\n", "body"},
      {MINIMUM "[limits]\nconnections = 0\n", "connections"},
      {MINIMUM "[card]\npurse_ceiling = 100\npayment_ceiling = 101\n", "payment_ceiling"},
      {MINIMUM "[card]\npurse_ceiling = 100\npayment_ceiling = 100\ndeposit = 101\n", "deposit"},
      {MINIMUM "[card]\ndeposit = -1\n", "deposit"},
      {MINIMUM "[card]\nno_pin_single = 100\nno_pin_total = 99\n", "no_pin_single"},
      {MINIMUM "[card]\nno_pin_total = 99\n", "no_pin_total"},
      {MINIMUM "[card]\noffline_single = 100\noffline_total = 99\noffline_count = 1\n", "offline_single"},
  };
  struct configuration configuration;
  char problem[256];

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    ck_assert_int_eq(load(rows[i].text, &configuration, problem), STATUS_BAD_CONFIG);
    ck_assert_msg(strstr(problem, rows[i].named) != NULL, "'%s' does not name %s", problem, rows[i].named);
  }
}
END_TEST

START_TEST(absolute_store_stands) {
  struct configuration configuration;
  char problem[256];

  ck_assert_int_eq(load(MINIMUM "[ledger]\nstore = sqlite:/var/lib/x.db\n", &configuration, problem), STATUS_OK);
  ck_assert_str_eq(configuration.store, "/var/lib/x.db");
  ck_assert_int_eq(load(MINIMUM "[ledger]\nstore = postgresql://db/epurse\n", &configuration, problem), STATUS_OK);
  ck_assert_str_eq(configuration.store, "postgresql://db/epurse");
}
END_TEST

Suite *configuration_suite(void) {
  Suite *suite = suite_create("configuration");
  TCase *all = world_case("configuration");

  tcase_add_test(all, defaults_fill_what_is_not_said);
  tcase_add_test(all, folder_stands_for_its_file);
  tcase_add_test(all, addresses_are_taken_apart);
  tcase_add_test(all, wrong_values_are_named);
  tcase_add_test(all, absolute_store_stands);
  suite_add_tcase(suite, all);
  return suite;
}
