/* SPDX-License-Identifier: Apache-2.0
 * Makes the file of a card that has lived: `card_in_state STATE FILE`, without back-end and terminals, for tests that
 * need the card alone. The card came into its state by the commands that bring any card there; but for `strange`: an
 * opened card, FILE as it is, in whose newest purchase the terminal's name is a screen's escape code. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card/bench.h"
#include "epurse/bytes.h"
#include "vcard/card_file.h"

#define WRONG_PINS 5 /* R16 */

static const char *wanted, *path; /* Check's test functions take no arguments */

/* Balance 37.50, 12 points, a load and a purchase in its log. */
static void live(struct bench *bench) {
  bench_load(bench, 5000);
  bench_pay(bench, 1250, 12);
}

static void block(struct bench *bench) {
  host_open(&bench->host, &bench->pos);
  for (int i = 0; i < WRONG_PINS; i++)
    ck_assert_uint_ne(bench_verify(bench, BENCH_WRONG_PIN), SW_OK);
}

/* An authorisation from after the card's last day. */
static void expire(struct bench *bench) {
  static const uint8_t later[MOMENT_SIZE] = {0x20, 0x99, 0x01, 0x01, 0x00, 0x00, 0x00};
  uint8_t order[AUTHORISATION_SIZE];
  bench_promise(bench, 100);
  issuer_order(&bench->issuer, &(struct order_request){.promise = bench->promise, .time = later}, order);
  ck_assert_uint_ne(bench_settle(bench, INS_DEBIT_FOR_PURCHASE, order), SW_OK);
}

static void bring_about(struct bench *bench) {
  static const struct {
    const char *name;
    void (*bring)(struct bench *bench);
    uint8_t state; /* enum card_state */
  } states[] = {
      {"personalised", NULL, CARD_PERSONALISED}, {"blocked", block, CARD_BLOCKED}, {"expired", expire, CARD_EXPIRED}};
  for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
    if (strcmp(wanted, states[i].name) != 0)
      continue;
    if (states[i].bring != NULL)
      states[i].bring(bench);
    ck_assert_uint_eq(bench->card.memory.state, states[i].state);
    return;
  }
  ck_abort_msg("there is no state '%s'", wanted);
}

START_TEST(make) {
  static struct bench bench;
  struct card_file file;
  struct card_memory image;
  bench_make(&bench);
  live(&bench);
  bring_about(&bench);
  memcpy(&image, bench.ram.committed, sizeof image);
  ck_assert_int_eq(card_file_create(path, &file), STATUS_OK);
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
}
END_TEST

START_TEST(bend) {
  static const uint8_t code[TID_SIZE] = {0x1B, '[', '2', 'J', 0x9B, 'B', 'A', 'D'};
  struct log_record record;
  struct card_file file;
  struct card_memory image;
  ck_assert_int_eq(card_file_open(path, &file, &image), STATUS_OK);
  uint8_t *newest = image.purchase_log[(bytes_u32(image.purchase_count) - 1) % PURCHASE_LOG_RECORDS];
  ck_assert_int_eq(log_record_decode(newest, LOG_RECORD_SIZE, &record), STATUS_OK);
  memcpy(record.tid, code, sizeof code);
  log_record_encode(&record, newest);
  ck_assert_int_eq(card_file_commit(&file, &image), STATUS_OK);
  card_file_close(&file);
}
END_TEST

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: card_in_state personalised|blocked|expired|strange FILE\n");
    return 64;
  }
  wanted = argv[1];
  path = argv[2];
  Suite *suite = suite_create("card_in_state");
  TCase *tcase = tcase_create("make");
  if (strcmp(wanted, "strange") == 0)
    tcase_add_test(tcase, bend);
  else
    tcase_add_test(tcase, make);
  suite_add_tcase(suite, tcase);
  SRunner *runner = srunner_create(suite);
  srunner_set_fork_status(runner, CK_NOFORK);
  srunner_run_all(runner, CK_SILENT);
  int failed = srunner_ntests_failed(runner);
  if (failed > 0)
    srunner_print(runner, CK_NORMAL);
  srunner_free(runner);
  return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
