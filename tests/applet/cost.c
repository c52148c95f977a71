/* SPDX-License-Identifier: Apache-2.0
 * What each step of a transaction costs the applet's chip, by the runtime's own counts. */
#include <stdlib.h>
#include <string.h>

#include "card/bench.h"
#include "card/suites.h"
#include "run.h"

#include "card.h"

struct cost {
  unsigned sign, verify, key_pairs, agreements, aes_setups, aes_calls, hashes, writes, commits;
};
#define APPLET_COST(step, ...) static const struct cost cost_##step = {__VA_ARGS__};
#include "cost.def"
#undef APPLET_COST

static struct bench bench;

static void made(void) {
  bench_raw(&bench);
  bench.offline = (struct offline_limits){2500, 5000, 5};
  bench.no_pin = (struct no_pin_limits){2500, 7500};
  bench_begin_personalization(&bench);
  for (size_t i = 0; i < 7; i++)
    ck_assert_uint_eq(bench_store(&bench, bench_groupings[i], i == 6), SW_OK);
  bench_load(&bench, 5000);
}

static void begin(void) {
  uint32_t counts[APPLET_COUNTS];
  applet_counts(&bench.ram, counts);
}

/* Since begin(). */
static void costs(const char *step, const struct cost *expected) {
  enum { SIGN = 1, VERIFY, PAIRS, AGREE, HASH = 6, WRITES, COMMITS, SETUPS = 12, CALLS }; /* engine.Tally.Count */
  uint32_t n[APPLET_COUNTS];
  applet_counts(&bench.ram, n);
  const struct cost cost = {n[SIGN],  n[VERIFY], n[PAIRS],  n[AGREE],  n[SETUPS],
                            n[CALLS], n[HASH],   n[WRITES], n[COMMITS]};
  ck_assert_msg(memcmp(&cost, expected, sizeof cost) == 0,
                "not what cost.def says: APPLET_COST(%s, %u, %u, %u, %u, %u, %u, %u, %u, %u)", step, cost.sign,
                cost.verify, cost.key_pairs, cost.agreements, cost.aes_setups, cost.aes_calls, cost.hashes, cost.writes,
                cost.commits);
}

/* Everything up to the open channel. */
START_TEST(of_a_session) {
  made();
  begin();
  host_open(&bench.host, &bench.pos);
  costs("session_new", &cost_session_new);
  host_meet(&bench.host, &bench.pos);
  begin();
  host_open(&bench.host, &bench.pos);
  costs("session_known", &cost_session_known);
}
END_TEST

/* The two protected commands of an on-line one. */
static void online(const char *step, uint8_t type, const struct bench_wish *wish, const struct cost *expected) {
  uint8_t order[AUTHORISATION_SIZE];
  host_meet(&bench.host, wish->terminal);
  begin();
  ck_assert_uint_eq(bench_initialize(&bench, wish), SW_OK);
  costs(step, expected);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  begin();
  ck_assert_uint_eq(bench_keep(&bench, type, order), SW_OK);
  costs(type == TRANSACTION_PURCHASE ? "commit" : "commit_credit",
        type == TRANSACTION_PURCHASE ? &cost_commit : &cost_commit_credit);
}

START_TEST(of_a_purchase) {
  made();
  online("purchase", TRANSACTION_PURCHASE,
         &(struct bench_wish){.p1 = P1_INITIALIZE_PURCHASE, .amount = 500, .terminal = &bench.pos, .pin = BENCH_PIN},
         &cost_purchase);
}
END_TEST

START_TEST(of_a_load) {
  made();
  online("load", TRANSACTION_LOAD,
         &(struct bench_wish){.p1 = P1_INITIALIZE_LOAD, .amount = 500, .terminal = &bench.reload, .pin = BENCH_PIN},
         &cost_load);
}
END_TEST

START_TEST(of_an_offline_purchase) {
  made();
  host_meet(&bench.host, &bench.pos);
  begin();
  ck_assert_uint_eq(
      bench_initialize(
          &bench,
          &(struct bench_wish){.p1 = P1_INITIALIZE_OFFLINE, .amount = 500, .terminal = &bench.pos, .pin = BENCH_PIN}),
      SW_OK);
  costs("offline", &cost_offline);
  begin();
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0x7F, 0x21)), SW_OK);
  costs("certificate", &cost_certificate);
}
END_TEST

SUITE_OF(cost, of_a_session, of_a_purchase, of_a_load, of_an_offline_purchase)

/* Its argument is the command that starts the bridge. */
int main(int argc, char **argv) {
  static Suite *(*const suites[])(void) = {cost_suite};
  if (argc != 2)
    return EXIT_FAILURE;
  applet_start(argv[1]);
  int code = run_suites(suites, 1);
  applet_stop();
  return code;
}
