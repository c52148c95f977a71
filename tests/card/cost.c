/* SPDX-License-Identifier: Apache-2.0
 * What each type of transaction costs the card after its session is open, and what that costs at a till that the card
 * remembers: the figures of docs/card-cost.md. */
#include <string.h>

#include "bench.h"
#include "suites.h"

/* One step of it. */
struct cost {
  unsigned sign, verify, key_pairs, agreements, aes, hashes, commits, sent, received;
};
#define COST(step, ...) static const struct cost cost_##step = {__VA_ARGS__};
#include "cost.def"
#undef COST

static struct bench bench;
static struct crypto_tally tally;

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
  memset(&tally, 0, sizeof tally);
  bench.host.tally = &tally;
  ram_power(&bench.ram);
}

static void equals(const char *what, const struct cost *cost, const struct cost *expected) {
  ck_assert_msg(
      memcmp(cost, expected, sizeof *cost) == 0,
      "%s: %u signed, %u verified, %u key pairs, %u agreements, %u AES blocks, %u hashes, %u commits, %u bytes "
      "in, %u out; that is more or less than cost.def says",
      what, cost->sign, cost->verify, cost->key_pairs, cost->agreements, cost->aes, cost->hashes, cost->commits,
      cost->sent, cost->received);
}

static struct cost counted(void) {
  bench.host.tally = NULL;
  return (struct cost){
      tally.signatures,  tally.verifications,       tally.key_pairs,
      tally.agreements,  tally.aes_blocks,          tally.hashes,
      bench.ram.commits, (unsigned)bench.host.sent, (unsigned)bench.host.received,
  };
}

static void costs(const char *what, const struct cost *expected) {
  const struct cost cost = counted();
  equals(what, &cost, expected);
}

/* The two protected commands of an on-line one. */
static void online(const char *what, uint8_t type, const struct bench_wish *wish, const struct cost *expected) {
  uint8_t order[AUTHORISATION_SIZE];
  host_meet(&bench.host, wish->terminal);
  begin();
  ck_assert_uint_eq(bench_initialize(&bench, wish), SW_OK);
  costs(what, expected);
  issuer_order(&bench.issuer, &(struct order_request){.promise = bench.promise}, order);
  begin();
  ck_assert_uint_eq(bench_keep(&bench, type, order), SW_OK);
  costs(what, &cost_commit);
}

START_TEST(of_every_type) {
  static const struct {
    const char *name;
    uint8_t type, p1;
    bool reload, pin;
    uint32_t sale_atc;
    const struct cost *expected;
  } rows[] = {
      {"purchase", TRANSACTION_PURCHASE, P1_INITIALIZE_PURCHASE, false, true, 0, &cost_purchase},
      {"purchase without the PIN", TRANSACTION_PURCHASE, P1_INITIALIZE_PURCHASE, false, false, 0,
       &cost_purchase_without_pin},
      {"load", TRANSACTION_LOAD, P1_INITIALIZE_LOAD, true, true, 0, &cost_load},
      {"refund", TRANSACTION_REFUND, P1_INITIALIZE_REFUND, false, false, 1, &cost_refund},
      {"payout", TRANSACTION_PAYOUT, P1_INITIALIZE_PAYOUT, true, true, 0, &cost_payout},
  };
  made();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct bench_wish wish = {.p1 = rows[i].p1,
                                    .amount = 500,
                                    .terminal = rows[i].reload ? &bench.reload : &bench.pos,
                                    .pin = rows[i].pin ? BENCH_PIN : NULL,
                                    .sale_atc = rows[i].sale_atc};
    online(rows[i].name, rows[i].type, &wish, rows[i].expected);
  }
}
END_TEST

START_TEST(of_an_offline_purchase) {
  made();
  for (int pin = 0; pin < 2; pin++) {
    const struct bench_wish wish = {P1_INITIALIZE_OFFLINE, 500, false, &bench.pos, pin ? BENCH_PIN : NULL, 0};
    host_meet(&bench.host, &bench.pos);
    begin();
    ck_assert_uint_eq(bench_initialize(&bench, &wish), SW_OK);
    costs("off-line", pin ? &cost_offline : &cost_offline_without_pin);
  }
  begin();
  ck_assert_uint_eq(host_secure(&bench.host, HOST_APDU(0x80, INS_GET_DATA, 0x7F, 0x21)), SW_OK);
  costs("GET DATA, SIG certificate", &cost_certificate);
}
END_TEST

/* Everything up to the open channel; its bytes are not counted together. */
START_TEST(of_a_session) {
  made();
  for (int i = 0; i < 2; i++) {
    begin();
    host_open(&bench.host, &bench.pos);
    struct cost cost = counted();
    cost.sent = cost.received = 0;
    equals("session", &cost, i == 0 ? &cost_session_new : &cost_session_known);
    ck_assert_uint_eq(bench.ram.operations, 0);
    host_meet(&bench.host, &bench.pos);
  }
}
END_TEST

SUITE_OF(cost, of_every_type, of_an_offline_purchase, of_a_session)
