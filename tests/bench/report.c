/* SPDX-License-Identifier: Apache-2.0
 * The report. */
#include "report.h"

#include <math.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "must.h"

/* ---- what it was measured on ---- */

/* What waits for a processor, on average: one minute, five, fifteen. */
static json_t *load(void) {
  double averages[3] = {0};
  (void)getloadavg(averages, 3);
  return json_pack("[f, f, f]", averages[0], averages[1], averages[2]);
}

/* The first line of a file in /proc that begins with `name`: what stands behind its colon. */
static json_t *fact(const char *path, const char *name) {
  char line[256], *colon = NULL;
  FILE *file = fopen(path, "r");
  json_t *value = json_string("?");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, name, strlen(name)) != 0)
      continue;
    line[strcspn(line, "\n")] = '\0';
    colon = strchr(line, ':');
    json_string_set(value, colon != NULL ? colon + 2 : line);
    break;
  }
  if (file != NULL)
    fclose(file);
  return value;
}

json_t *report_begin(const struct plan *plan) {
  char now[32];
  time_t seconds = time(NULL);
  struct tm utc;
  (void)strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
  return json_pack("{s:s, s:{s:o, s:I, s:o, s:s, s:s}, s:{s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:s, s:s}, s:{}}",
                   "begun",
                   now, //
                   "machine", "processor", fact("/proc/cpuinfo", "model name"), "processors",
                   (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "load_before", load(), "openssl",
                   OpenSSL_version(OPENSSL_VERSION), "sqlite", sqlite3_libversion(), //
                   "plan", "store", plan->store, "cards", (json_int_t)plan->cards, "active", (json_int_t)plan->active,
                   "connections", (json_int_t)plan->connections, "servers", (json_int_t)plan->servers,
                   "confirmations_in_one", (json_int_t)plan->batch, "references", (int)plan->references, "awake",
                   (int)plan->awake, "server_cpus", plan->server_cpus != NULL ? plan->server_cpus : "any", "own_cpus",
                   plan->own_cpus != NULL ? plan->own_cpus : "any", "parts");
}

void report_end(json_t *report) {
  json_object_set_new(json_object_get(report, "machine"), "load_after", load());
}

/* ---- limits and ratios ---- */

static double rounded(double value, double steps) {
  return round(value * steps) / steps;
}

/* Of payments per second to what the server's processors could do; and of payments per second of processor that it
 * really had, which a busy machine does not change. */
static void add_ratios(json_t *part, const struct limit *limit, unsigned cores, double all) {
  double rate = json_real_value(json_object_get(part, "payments_per_second"));
  double cpu = json_real_value(json_object_get(part, "server_us_per_payment"));
  double three = limit_of_three(limit);
  json_object_set_new(part, "ratio", json_real(rounded(rate / three / cores, 1000)));
  json_object_set_new(part, "ratio_of_all_operations", json_real(rounded(rate / all / cores, 1000)));
  if (cpu > 0) {
    json_object_set_new(part, "ratio_by_processor_time", json_real(rounded(1e6 / cpu / three, 1000)));
    json_object_set_new(part, "ratio_of_all_by_processor_time", json_real(rounded(1e6 / cpu / all, 1000)));
  }
}

void report_limits(json_t *report, const struct limit *limit, const struct store_limit *store, unsigned server_cores) {
  json_t *peak = json_object_get(json_object_get(report, "parts"), "peak");
  double trips = json_number_value(json_object_get(peak, "round_trips_per_payment"));
  double all = limit_of_all(limit, trips > 1 ? trips - 1 : 0);
  json_object_set_new(report, "limit",
                      json_pack("{s:{s:f, s:f, s:f}, s:{s:f, s:f, s:f}, s:f, s:f, s:I, s:{s:f, s:f}}", "openssl_us",
                                "verify", rounded(limit->verify, 10), "sign", rounded(limit->sign, 10), "agree",
                                rounded(limit->agree, 10), "crypto_h_us", "verify", rounded(limit->own_verify, 10),
                                "sign", rounded(limit->own_sign, 10), "agree", rounded(limit->own_agree, 10),
                                "two_verify_one_sign_per_core", rounded(limit_of_three(limit), 1),
                                "all_operations_per_core", rounded(all, 1), "server_cores", (json_int_t)server_cores,
                                "store", "rows_per_second_alone", rounded(store->rows, 1),
                                "rows_per_second_in_groups_of_32", rounded(store->groups, 1)));
  if (peak != NULL)
    add_ratios(peak, limit, server_cores, all);
}

/* ---- for people ---- */

static double number(const json_t *object, const char *name) {
  return json_number_value(json_object_get(object, name));
}

static void print_part(const char *name, const json_t *part) {
  const json_t *latency = json_object_get(part, "latency_ms");
  printf("%-10s %8.1f %9lld %10.1f %8.2f %8.2f %8.2f %9.1f %9.1f %9.1f %6.2f %6.2f\n", name, number(part, "seconds"),
         (long long)json_integer_value(json_object_get(part, "payments")), number(part, "payments_per_second"),
         number(latency, "p50"), number(latency, "p99"), number(latency, "p999"), number(part, "server_us_per_payment"),
         number(part, "store_us_per_payment"), number(part, "generator_us_per_payment"), number(part, "server_cores"),
         number(part, "round_trips_per_payment"));
}

static void print_peak(const json_t *part) {
  if (part != NULL)
    printf("peak: %.1f requests in a commit, %.0f bytes of the store's log for a payment\n",
           number(part, "steps_per_commit"), number(part, "log_bytes_per_payment"));
}

static void print_curve(const json_t *part) {
  size_t i = 0;
  const json_t *point = NULL;
  json_array_foreach(json_object_get(part, "points"), i, point) {
    char name[32];
    snprintf(name, sizeof name, "at %.0f %%", 100 * number(point, "share"));
    print_part(name, point);
  }
}

static void print_overload(const json_t *part) {
  const json_t *refusal = json_object_get(part, "refusal_ms");
  if (part == NULL)
    return;
  printf("overload: %.0f asked for per second by %lld terminals; refused %lld, p50 %.2f ms, p99 %.2f ms; "
         "no terminal free for %lld; p99 below 50 ms again after %.0f s\n",
         number(part, "asked_per_second"), (long long)json_integer_value(json_object_get(part, "terminals")),
         (long long)json_integer_value(json_object_get(part, "refused")), number(refusal, "p50"),
         number(refusal, "p99"), (long long)json_integer_value(json_object_get(part, "no_terminal_free")),
         number(part, "p99_below_50_ms_after_seconds"));
}

static void print_restart(const json_t *part) {
  if (part != NULL)
    printf("restart: %lld messages cut off, %lld sent again, no answer for %.2f s, all caught up after %.2f s\n",
           (long long)json_integer_value(json_object_get(part, "messages_cut_off")),
           (long long)json_integer_value(json_object_get(part, "messages_sent_again")),
           number(part, "longest_silence_seconds"), number(part, "caught_up_after_seconds"));
}

static void print_failover(const json_t *part) {
  if (part != NULL)
    printf("failover: %lld servers; refused %lld, %lld messages sent again, no answer for %.2f s\n",
           (long long)json_integer_value(json_object_get(part, "servers")),
           (long long)json_integer_value(json_object_get(part, "refused")),
           (long long)json_integer_value(json_object_get(part, "messages_sent_again")),
           number(part, "longest_silence_seconds"));
}

static void print_idle(const json_t *part) {
  if (part != NULL)
    printf("idle: %lld connections, %.1f MB in memory (%.1f MB before, at most %.1f MB)\n",
           (long long)json_integer_value(json_object_get(part, "connections")), number(part, "resident_kB") / 1024,
           number(part, "resident_kB_before") / 1024, number(part, "peak_kB") / 1024);
}

static void print_soak(const json_t *part) {
  size_t i = 0;
  const json_t *slice = NULL;
  json_array_foreach(json_object_get(part, "slices"), i, slice) {
    const json_t *latency = json_object_get(slice, "latency_ms");
    printf("soak: from %5.0f s: p50 %7.2f ms, p99 %7.2f ms, %.1f MB in memory\n", number(slice, "from"),
           number(latency, "p50"), number(latency, "p99"), number(slice, "resident_kB") / 1024);
  }
}

/* Whether anybody else was at work. */
static void print_machine(const json_t *report) {
  const json_t *machine = json_object_get(report, "machine");
  const json_t *before = json_object_get(machine, "load_before"), *after = json_object_get(machine, "load_after");
  printf("machine: %lld x %s, %s, SQLite %s, load %.1f before and %.1f after; server on %s, generator on %s\n",
         (long long)json_integer_value(json_object_get(machine, "processors")),
         json_string_value(json_object_get(machine, "processor")),
         json_string_value(json_object_get(machine, "openssl")), json_string_value(json_object_get(machine, "sqlite")),
         json_number_value(json_array_get(before, 0)), json_number_value(json_array_get(after, 0)),
         json_string_value(json_object_get(json_object_get(report, "plan"), "server_cpus")),
         json_string_value(json_object_get(json_object_get(report, "plan"), "own_cpus")));
}

static void print_limits(const json_t *report) {
  const json_t *limit = json_object_get(report, "limit"), *best = json_object_get(limit, "openssl_us");
  const json_t *own = json_object_get(limit, "crypto_h_us"), *store = json_object_get(limit, "store");
  const json_t *peak = json_object_get(json_object_get(report, "parts"), "peak");
  if (limit == NULL)
    return;
  printf("limit: verify %.1f us, sign %.1f us, agree %.1f us (crypto.h: %.1f, %.1f, %.1f)\n", number(best, "verify"),
         number(best, "sign"), number(best, "agree"), number(own, "verify"), number(own, "sign"), number(own, "agree"));
  printf("limit: 1 / (2 verify + 1 sign) = %.0f per core; with the confirmations' share %.0f per core\n",
         number(limit, "two_verify_one_sign_per_core"), number(limit, "all_operations_per_core"));
  printf("bare store: %.0f rows per second, each durable; %.0f in groups of 32\n",
         number(store, "rows_per_second_alone"), number(store, "rows_per_second_in_groups_of_32"));
  if (peak != NULL)
    printf("ratio, confirmations included: %.3f of the first limit, %.3f of the second, on %lld core(s); by processor "
           "time "
           "%.3f and %.3f\n",
           number(peak, "ratio"), number(peak, "ratio_of_all_operations"),
           (long long)json_integer_value(json_object_get(limit, "server_cores")),
           number(peak, "ratio_by_processor_time"), number(peak, "ratio_of_all_by_processor_time"));
}

void report_print(const json_t *report) {
  json_t *parts = json_object_get(report, "parts"), *part = NULL;
  const json_t *plan = json_object_get(report, "plan");
  const char *name = NULL;
  printf("%lld cards in %s, %lld of them active, %lld connections\n",
         (long long)json_integer_value(json_object_get(plan, "cards")),
         json_string_value(json_object_get(plan, "store")),
         (long long)json_integer_value(json_object_get(plan, "active")),
         (long long)json_integer_value(json_object_get(plan, "connections")));
  printf("%-10s %8s %9s %10s %8s %8s %8s %9s %9s %9s %6s %6s\n", "part", "seconds", "payments", "per second", "p50 ms",
         "p99 ms", "p99.9 ms", "server us", "store us", "gener. us", "cores", "trips");
  json_object_foreach(parts, name, part) if (json_object_get(part, "points") == NULL) print_part(name, part);
  print_peak(json_object_get(parts, "peak"));
  print_curve(json_object_get(parts, "curve"));
  print_overload(json_object_get(parts, "overload"));
  print_restart(json_object_get(parts, "restart"));
  print_failover(json_object_get(parts, "failover"));
  print_idle(json_object_get(parts, "idle"));
  print_soak(json_object_get(parts, "soak"));
  print_limits(report);
  print_machine(report);
  printf("checked: %lld payments and loads, %lld of them answered by the authorisation alone, %lld proofs; the ledger "
         "says the same and is %s\n",
         (long long)json_integer_value(json_object_get(report, "checked_orders")),
         (long long)json_integer_value(json_object_get(report, "checked_alone")),
         (long long)json_integer_value(json_object_get(report, "checked_proofs")),
         json_is_true(json_object_get(report, "audited")) ? "clean" : "not audited");
}

void report_write(const json_t *report, const char *path) {
  must(json_dump_file(report, path, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0, "%s cannot be written", path);
}
