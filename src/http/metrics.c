/* SPDX-License-Identifier: Apache-2.0
 * What the server counts, and its text for Prometheus. */
#include "metrics.h"

#include <inttypes.h>

#include "epurse/ledger_card.h"
#include "epurse/ledger_totals.h"

/* Upper bounds of the latency histogram, and how the text writes them. */
static const struct {
  uint64_t microseconds;
  const char *seconds;
} buckets[METRICS_BUCKET_COUNT] = {
    {1000, "0.001"},  {2000, "0.002"}, {5000, "0.005"}, {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"}, {100000, "0.1"}, {1000000, "1"},
};

void metrics_request(struct metrics *metrics, size_t route, const char *path, enum status status,
                     uint64_t microseconds) {
  size_t bucket = 0;

  route = route < METRICS_ROUTES_MAX ? route : METRICS_ROUTES_MAX;
  metrics->paths[route] = path;
  metrics->requests[route][status]++;
  while (bucket < METRICS_BUCKET_COUNT && microseconds > buckets[bucket].microseconds)
    bucket++;
  metrics->seconds_bucket[bucket]++;
  metrics->microseconds += microseconds;
}

void metrics_group(struct metrics *metrics, uint64_t steps) {
  metrics->commits++;
  metrics->steps += steps;
}

static void print_requests(const struct metrics *metrics, FILE *out) {
  fputs("# HELP epurse_requests_total Requests answered, by route and outcome.\n"
        "# TYPE epurse_requests_total counter\n",
        out);
  for (size_t route = 0; route <= METRICS_ROUTES_MAX; route++) {
    const char *path = metrics->paths[route];
    for (int status = 0; status < STATUS_COUNT; status++) {
      uint64_t count = metrics->requests[route][status];
      if (path != NULL && count > 0) {
        fprintf(out, "epurse_requests_total{path=\"%s\",code=\"%s\"} %" PRIu64 "\n", path,
                status_name((enum status)status), count);
      }
    }
  }
}

static void print_seconds(const struct metrics *metrics, FILE *out) {
  uint64_t sum = 0;

  fputs("# HELP epurse_request_seconds Time from the whole request to its reply.\n"
        "# TYPE epurse_request_seconds histogram\n",
        out);
  for (size_t i = 0; i < METRICS_BUCKET_COUNT; i++) {
    sum += metrics->seconds_bucket[i];
    fprintf(out, "epurse_request_seconds_bucket{le=\"%s\"} %" PRIu64 "\n", buckets[i].seconds, sum);
  }
  sum += metrics->seconds_bucket[METRICS_BUCKET_COUNT];
  fprintf(out, "epurse_request_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", sum);
  fprintf(out, "epurse_request_seconds_sum %" PRIu64 ".%06" PRIu64 "\n", metrics->microseconds / 1000000,
          metrics->microseconds % 1000000);
  fprintf(out, "epurse_request_seconds_count %" PRIu64 "\n", sum);
}

static void print_row(FILE *out, const char *name, const char *type, const char *help, int64_t value) {
  fprintf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type, name, value);
}

static void print_server(const struct metrics *metrics, FILE *out) {
  print_row(out, "epurse_connections", "gauge", "Open connections.", (int64_t)metrics->connections);
  print_row(out, "epurse_handshakes_total", "counter", "TLS handshakes completed.", (int64_t)metrics->handshakes);
  print_row(out, "epurse_handshake_failures_total", "counter", "Connections that ended before a handshake was done.",
            (int64_t)metrics->handshake_failures);
  print_row(out, "epurse_deadlines_total", "counter", "Connections cut at a deadline.", (int64_t)metrics->deadlines);
  print_row(out, "epurse_queue", "gauge", "Requests that wait for a worker.", (int64_t)metrics->waiting);
  print_row(out, "epurse_commits_total", "counter", "Commits of the ledger.", (int64_t)metrics->commits);
  print_row(out, "epurse_steps_total", "counter", "Steps in them: requests that wrote to the ledger.",
            (int64_t)metrics->steps);
  print_row(out, "epurse_start_time_seconds", "gauge", "When the server started, unix seconds.", metrics->started_at);
}

static void print_watch(const struct metrics *metrics, FILE *out) {
  print_row(out, "epurse_ledger_sound", "gauge", "0: the ledger contradicts itself and no order is taken.",
            metrics->contradictions == 0);
  print_row(out, "epurse_watch_passes_total", "counter", "Passes of the watch over all cards.",
            (int64_t)metrics->watch_passes);
  print_row(out, "epurse_watch_passed_time_seconds", "gauge", "When the last pass ended, unix seconds; 0: none yet.",
            metrics->watch_passed_at);
}

static void print_ledger(const struct ledger_totals *totals, FILE *out) {
  static const char *const states[] = {"", "reserved", "issued", "blocked", "retired"};

  fputs("# HELP epurse_cards Cards by state.\n# TYPE epurse_cards gauge\n", out);
  for (size_t i = LEDGER_CARD_RESERVED; i <= LEDGER_CARD_RETIRED; i++)
    fprintf(out, "epurse_cards{state=\"%s\"} %" PRIu64 "\n", states[i], totals->cards[i]);
  print_row(out, "epurse_pool_free", "gauge", "Card numbers left.", (int64_t)totals->pool_free);
  print_row(out, "epurse_terminals", "gauge", "Registered terminals.", (int64_t)totals->terminals);
  print_row(out, "epurse_merchants", "gauge", "Registered merchants.", (int64_t)totals->merchants);
  print_row(out, "epurse_postings_total", "counter", "Postings since the server began.", (int64_t)totals->postings);
  print_row(out, "epurse_incidents_total", "counter", "Incidents that need a person.", (int64_t)totals->incidents);
  print_row(out, "epurse_open_holds", "gauge", "Authorised transactions without outcome.", (int64_t)totals->open_holds);
}

void metrics_print(const struct metrics *metrics, const struct ledger_totals *totals, FILE *out) {
  print_requests(metrics, out);
  print_seconds(metrics, out);
  print_server(metrics, out);
  print_watch(metrics, out);
  print_ledger(totals, out);
}

void metrics_print_money(const struct ledger_totals *totals, FILE *out) {
  print_row(out, "epurse_outstanding_minor", "gauge", "Minor units on cards, in hold and owed.", totals->outstanding);
  print_row(out, "epurse_merchants_due_minor", "gauge", "Minor units owed to merchants.", totals->merchants_due);
  print_row(out, "epurse_payouts_due_minor", "gauge", "Minor units owed to merchants for payouts.",
            totals->payouts_due);
  print_row(out, "epurse_tenders_due_minor", "gauge", "Minor units owed by merchants for loads.", totals->tenders_due);
  print_row(out, "epurse_points", "gauge", "Loyalty points in circulation.", totals->points);
}
