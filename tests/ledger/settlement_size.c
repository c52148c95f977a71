/* SPDX-License-Identifier: Apache-2.0
 * How long a settlement takes, and what it costs each payment: many purchases of many merchants, closed while payments
 * go on. A few in make check, SETTLEMENT_CAPTURES=1000000 by make settlement-size. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "epurse/ledger_terminal.h"
#include "epurse/settlement.h"
#include "run.h"
#include "world.h"

#define CAPTURES_DEFAULT 2000
#define MERCHANTS        100
#define CARDS_MAX        4000
#define CAPTURES_A_CARD  250
#define STEP             1000 /* payments together in one step, to get there soon */
#define SINGLE           200  /* payments by themselves, before and after */
#define PRICE            7
#define LOAD             50000

struct size {
  struct world world;
  struct purse *purses;
  uint32_t cards;
  unsigned long wanted, done;
  char tills[MERCHANTS][TID_SIZE + 1];
};

static const struct ledger_signer signer = {.sign = purse_sign};

static double seconds(clockid_t clock) {
  struct timespec now;
  (void)clock_gettime(clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum status size_populate(struct ledger *ledger, void *context) {
  struct size *size = context;
  enum status status = ledger_pool_extend(ledger, size->cards);
  for (unsigned i = 0; status == STATUS_OK && i < MERCHANTS; i++) {
    struct ledger_merchant merchant = {.fee_rate = 125, .iban = "DE89370400440532013000"};
    struct ledger_terminal till;
    (void)snprintf(merchant.id, sizeof merchant.id, "M%07u", i);
    (void)snprintf(size->tills[i], sizeof size->tills[i], "T%07u", i);
    status = ledger_merchant_add(ledger, &merchant);
    world_terminal(&till, size->tills[i], ROLE_POS, merchant.id);
    if (status == STATUS_OK)
      status = ledger_terminal_add(ledger, &till);
  }
  return status;
}

static void size_open(struct size *size) {
  const char *wanted = getenv("SETTLEMENT_CAPTURES");
  memset(size, 0, sizeof *size);
  size->wanted = wanted == NULL ? CAPTURES_DEFAULT : strtoul(wanted, NULL, 10);
  ck_assert_uint_gt(size->wanted, 0);
  unsigned long cards = size->wanted / CAPTURES_A_CARD + 1;
  size->cards = cards > CARDS_MAX ? CARDS_MAX : (uint32_t)cards;
  size->purses = calloc(size->cards, sizeof *size->purses);
  ck_assert_ptr_nonnull(size->purses);
  world_open(&size->world);
  ck_assert_int_eq(ledger_transact(size->world.ledger, size_populate, size), STATUS_OK);
  for (uint32_t i = 0; i < size->cards; i++) {
    world_issue(&size->world, i + 1, &size->purses[i]);
    world_complete(&size->world, &size->purses[i], TRANSACTION_LOAD, LOAD, RELOAD);
  }
}

/* A purchase, authorised and captured. */
static enum status size_pay(struct ledger *ledger, struct size *size) {
  struct purse *purse = &size->purses[size->done % size->cards];
  struct promise_verdict standing;
  struct ledger_transaction transaction;
  purse_promise(purse, TRANSACTION_PURCHASE, PRICE, size->tills[size->done % MERCHANTS]);
  const struct signed_promise offer = {.promise = &purse->promise, .record = purse->record, .now = size->world.now};
  enum status status = ledger_promise_open(ledger, &offer, &standing);
  if (status == STATUS_OK)
    status = ledger_purchase_authorise(ledger, &offer, &signer, &transaction);
  if (status != STATUS_OK || !purse_commit(purse, transaction.authorisation))
    return status == STATUS_OK ? STATUS_INTERNAL : status;
  struct ledger_confirmation confirmation = {.atc = purse->atc, .now = size->world.now};
  memcpy(confirmation.cid, purse->cid, CID_SIZE);
  memcpy(confirmation.secret, purse->secret, SECRET_SIZE);
  size->done++;
  return ledger_confirm(ledger, &confirmation, &transaction);
}

struct paying {
  struct size *size;
  unsigned long count;
};

static enum status size_step(struct ledger *ledger, void *context) {
  const struct paying *paying = context;
  enum status status = STATUS_OK;
  for (unsigned long i = 0; status == STATUS_OK && i < paying->count; i++)
    status = size_pay(ledger, paying->size);
  return status;
}

static void size_run(struct size *size, unsigned long payments, unsigned long together) {
  double wall = seconds(CLOCK_MONOTONIC), busy = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (unsigned long paid = 0; paid < payments; paid += together) {
    struct paying paying = {size, payments - paid < together ? payments - paid : together};
    ck_assert_int_eq(ledger_transact(size->world.ledger, size_step, &paying), STATUS_OK);
  }
  wall = seconds(CLOCK_MONOTONIC) - wall;
  busy = seconds(CLOCK_PROCESS_CPUTIME_ID) - busy;
  printf("# %lu payments, %lu in a step: %.1f us of CPU and %.1f us each\n", payments, together,
         busy * 1e6 / (double)payments, wall * 1e6 / (double)payments);
  (void)fflush(stdout);
}

struct closing {
  int64_t now;
  struct ledger_settlement closed;
};

static enum status size_close_step(struct ledger *ledger, void *context) {
  struct closing *closing = context;
  return ledger_settlement_close(ledger, closing->now, &closing->closed);
}

/* Returns how many captures it closed. */
static int64_t size_close(struct size *size) {
  struct closing closing = {.now = size->world.now};
  double wall = seconds(CLOCK_MONOTONIC);
  ck_assert_int_eq(ledger_transact(size->world.ledger, size_close_step, &closing), STATUS_OK);
  wall = seconds(CLOCK_MONOTONIC) - wall;
  int64_t captures = closing.closed.last_capture - closing.closed.first_capture + 1;
  ck_assert_int_eq(closing.closed.sums.purchases, captures);
  ck_assert_int_eq(closing.closed.sums.gross, captures * PRICE);
  ck_assert_int_eq(closing.closed.merchants, MERCHANTS + 1); /* the bank owes for loads */
  printf("# settlement %lld: %lld captures of %d merchants closed in %.2f ms, durable\n",
         (long long)closing.closed.number, (long long)captures, MERCHANTS, wall * 1e3);
  return captures;
}

START_TEST(closes_many) {
  struct size size;
  size_open(&size);
  size_run(&size, size.wanted, STEP);
  size_run(&size, SINGLE, 1);
  ck_assert_int_eq(size_close(&size), (int64_t)size.wanted + SINGLE);
  size_run(&size, SINGLE, 1);
  ck_assert_int_eq(size_close(&size), SINGLE); /* as long as the one before: it is the merchants that count */
  if (getenv("SETTLEMENT_CAPTURES") == NULL)
    world_assert_clean(&size.world);
  world_discard(&size.world);
  free(size.purses);
}
END_TEST

static Suite *size_suite(void) {
  Suite *suite = suite_create("settlement size");
  TCase *tests = tcase_create("settlement size");
  tcase_set_timeout(tests, 0);
  tcase_add_test(tests, closes_many);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {size_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
