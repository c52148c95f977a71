/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/http/metrics.c: counters as Prometheus reads them. */
#include "http/metrics.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/ledger_totals.h"
#include "suites.h"

static char *print(const struct metrics *metrics) {
  struct ledger_totals totals = {.cards = {0, 1, 2, 3, 4}, .tenders_due = -5};
  char *text = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);

  ck_assert_ptr_nonnull(out);
  metrics_print(metrics, &totals, out);
  metrics_print_money(&totals, out);
  ck_assert_int_eq(fclose(out), 0);
  return text;
}

START_TEST(requests_fall_into_their_buckets) {
  struct metrics metrics = {0};

  metrics_request(&metrics, 0, "/a", STATUS_OK, 1000);
  metrics_request(&metrics, 0, "/a", STATUS_OK, 1001);
  metrics_request(&metrics, 0, "/a", STATUS_REPLAYED, 999999);
  metrics_request(&metrics, 99, "", STATUS_NOT_FOUND, 2000000);
  char *text = print(&metrics);
  ck_assert_ptr_nonnull(strstr(text, "epurse_requests_total{path=\"/a\",code=\"OK\"} 2\n"));
  ck_assert_ptr_nonnull(strstr(text, "epurse_requests_total{path=\"/a\",code=\"REPLAYED\"} 1\n"));
  ck_assert_ptr_nonnull(strstr(text, "epurse_requests_total{path=\"\",code=\"NOT_FOUND\"} 1\n"));
  ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"0.001\"} 1\n"));
  ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"0.002\"} 2\n"));
  ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"1\"} 3\n"));
  ck_assert_ptr_nonnull(strstr(text, "_bucket{le=\"+Inf\"} 4\n"));
  ck_assert_ptr_nonnull(strstr(text, "epurse_request_seconds_sum 3.002000\n"));
  ck_assert_ptr_nonnull(strstr(text, "epurse_request_seconds_count 4\n"));
  free(text);
}
END_TEST

START_TEST(ledger_is_told_by_state) {
  struct metrics metrics = {.connections = 7};
  char *text = print(&metrics);

  ck_assert_ptr_nonnull(strstr(text, "epurse_cards{state=\"blocked\"} 3\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_tenders_due_minor -5\n"));
  ck_assert_ptr_nonnull(strstr(text, "\nepurse_connections 7\n"));
  free(text);
}
END_TEST

Suite *metrics_suite(void) {
  Suite *suite = suite_create("metrics");
  TCase *all = tcase_create("metrics");

  tcase_add_test(all, requests_fall_into_their_buckets);
  tcase_add_test(all, ledger_is_told_by_state);
  suite_add_tcase(suite, all);
  return suite;
}
