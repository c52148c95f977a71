/* SPDX-License-Identifier: Apache-2.0
 * Compares secrets under valgrind with the secrets marked as undefined, so that memcheck finds every branch and every
 * address that depends on one:  valgrind --error-exitcode=9 secrets_time WHAT
 *
 * The outcome of a comparison is told to whoever asks, so it alone is taken out: crypto_equal is wrapped for that. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card/bench.h"
#include "epurse/crypto.h"
#include "epurse/securemsg.h"

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifndef VALGRIND_MAKE_MEM_UNDEFINED
#define VALGRIND_MAKE_MEM_UNDEFINED(memory, len) ((void)(memory), (void)(len))
#define VALGRIND_MAKE_MEM_DEFINED(memory, len)   ((void)(memory), (void)(len))
#define RUNNING_ON_VALGRIND                      0
#endif

bool __wrap_crypto_equal(const void *a, const void *b, size_t len); /* NOLINT: the linker's names */
bool __real_crypto_equal(const void *a, const void *b, size_t len);

static unsigned compared; /* how often, so that a test that compares nothing fails */

bool __wrap_crypto_equal(const void *a, const void *b, size_t len) {
  bool equal = __real_crypto_equal(a, b, len);
  VALGRIND_MAKE_MEM_DEFINED(&equal, sizeof equal);
  compared++;
  return equal;
}

static void hide(void *secret, size_t len) {
  VALGRIND_MAKE_MEM_UNDEFINED(secret, len);
}

/* ---- what can be compared ---- */

static struct bench bench;

/* The control: a comparison that stops at the first difference is found. */
static void by_memcmp(void) {
  static uint8_t a[32] = {1}, b[32] = {1};
  hide(a, sizeof a);
  volatile size_t i = 0;
  while (i < sizeof a && a[i] == b[i])
    i++;
  compared++;
}

static void by_equal(void) {
  static uint8_t a[32] = {1}, b[32] = {1}, c[32] = {2};
  hide(a, sizeof a);
  hide(c, sizeof c);
  ck_assert(crypto_equal(a, b, sizeof a));
  ck_assert(!crypto_equal(c, b, sizeof c));
}

/* VERIFY, wrong and right; the PIN that the card holds is the secret. */
static void by_pin(void) {
  bench_make(&bench);
  host_open(&bench.host, &bench.pos);
  compared = 0;
  hide(bench.card.memory.pin_block, PIN_BLOCK_SIZE);
  ck_assert_uint_eq(bench_verify(&bench, BENCH_WRONG_PIN), SW_WRONG_PIN | (PIN_TRIES - 1));
  ck_assert_uint_eq(bench_verify(&bench, BENCH_PIN), SW_OK);
}

/* A protected command, true and false; the MAC key is the secret, so every byte of the right MAC is one. */
static void by_mac(void) {
  static const uint8_t enc[CRYPTO_AES_KEY_SIZE] = {1}, mac[CRYPTO_AES_KEY_SIZE] = {2}, rmac[CRYPTO_AES_KEY_SIZE] = {3};
  static const uint8_t chain[CRYPTO_AES_BLOCK_SIZE] = {4};
  struct securemsg host, card;
  uint8_t bytes[APDU_COMMAND_MAX], room[APDU_DATA_MAX];
  struct apdu sent = {.cla = 0x80, .ins = INS_GET_BALANCE}, plain;
  size_t len = 0;
  for (int wrong = 0; wrong < 2; wrong++) {
    securemsg_open(&host, enc, mac, rmac, chain);
    securemsg_open(&card, enc, mac, rmac, chain);
    ck_assert_int_eq(securemsg_wrap(&host, &sent, bytes, sizeof bytes, &len), STATUS_OK);
    bytes[APDU_HEADER_SIZE + 1] ^= (uint8_t)wrong;
    hide(card.s_mac, sizeof card.s_mac);
    struct apdu received;
    ck_assert_int_eq(apdu_parse(bytes, len, &received), STATUS_OK);
    ck_assert_int_eq(securemsg_unwrap(&card, &received, room, &plain), wrong ? STATUS_CHANNEL_BROKEN : STATUS_OK);
  }
}

static void (*chosen)(void); /* Check's test functions take no arguments */

START_TEST(compare) {
  chosen();
}
END_TEST

/* Check's assertions want a test round them. */
static int run(void) {
  Suite *suite = suite_create("secrets_time");
  TCase *tcase = tcase_create("compare");
  SRunner *runner = srunner_create(suite);
  tcase_add_test(tcase, compare);
  suite_add_tcase(suite, tcase);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  if (failed > 0)
    srunner_print(runner, CK_NORMAL);
  srunner_free(runner);
  return failed == 0 && compared > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*run)(void);
  } whats[] = {{"memcmp", by_memcmp}, {"equal", by_equal}, {"pin", by_pin}, {"mac", by_mac}};
  for (size_t i = 0; i < sizeof whats / sizeof whats[0]; i++)
    if (argc == 2 && strcmp(argv[1], whats[i].name) == 0)
      chosen = whats[i].run;
  if (chosen == NULL) {
    fprintf(stderr, "usage: valgrind secrets_time memcmp|equal|pin|mac\n");
    return 64;
  }
  return RUNNING_ON_VALGRIND == 0 ? 77 : run(); /* nothing would be looked at */
}
