/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/vcard/tally.c: what the card did, per command. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/vcard.h"
#include "fixture.h"
#include "suites.h"

static struct bench bench;
static struct vcard *vcard;

static void setup(void) {
  bench_make(&bench);
  vcard = bench_power(&bench);
}

static void teardown(void) {
  vcard_close(&vcard);
  bench_remove(&bench);
}

/* The numbers of a row of the printed table. */
struct row {
  unsigned times, sign, verify, pairs, agree, aes, hash, writes, commits, in, out;
};

/* False where the table has no such row. */
static bool row_find(const char *name, struct row *row) {
  char *text = NULL, *rest = NULL;
  size_t len = 0;
  FILE *out = open_memstream(&text, &len);
  ck_assert_ptr_nonnull(out);
  vcard_tally_print(vcard, out);
  fclose(out);
  bool found = false;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    if (strncmp(line, name, strlen(name)) != 0 || line[strlen(name)] != ' ')
      continue;
    int fields =
        sscanf(line + strlen(name), "%u %u %u %u %u %u %u %u %u %u %u", &row->times, &row->sign, &row->verify,
               &row->pairs, &row->agree, &row->aes, &row->hash, &row->writes, &row->commits, &row->in, &row->out);
    found = fields == 11;
  }
  free(text);
  return found;
}

START_TEST(commands_are_counted_by_name) {
  struct row row;
  for (int i = 0; i < 3; i++)
    ck_assert_uint_eq(BENCH_SEND(vcard, 0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00), SW_OK);
  BENCH_SEND(vcard, 0x80, 0xFC, 0x00, 0x00);
  ck_assert(row_find("SELECT", &row));
  ck_assert_uint_eq(row.times, 3);
  ck_assert_uint_eq(row.in, 3 * (5 + PURSE_AID_SIZE + 1));
  ck_assert_uint_gt(row.out, 3 * 2);
  ck_assert_uint_eq(row.commits, 0);
  ck_assert(row_find("(unknown)", &row));
  ck_assert_uint_eq(row.times, 1);
  ck_assert_uint_eq(row.in, 4);
  ck_assert_uint_eq(row.out, 2);
  ck_assert(!row_find("VERIFY", &row));
}
END_TEST

START_TEST(work_is_put_down_to_its_command) {
  struct row row, total;
  struct securemsg channel;
  bench_open_channel(&bench, vcard, &channel);
  ck_assert_uint_eq(bench_generate(vcard, &channel), SW_OK);
  ck_assert(row_find("GENERATE KEY PAIRS", &row));
  ck_assert_uint_eq(row.times, 1);
  ck_assert_uint_eq(row.pairs, 2); /* ECKA and SIG */
  ck_assert_uint_eq(row.sign, 1);  /* the request */
  ck_assert_uint_ge(row.writes, 4);
  ck_assert_uint_eq(row.commits, 1);
  ck_assert(row_find("INITIALIZE UPDATE", &row)); /* not INITIALIZE FOR LOAD, which has its CLA INS P1 P2 */
  ck_assert_uint_gt(row.aes, 0);
  ck_assert_uint_eq(row.pairs, 0);
  ck_assert(row_find("EXTERNAL AUTHENTICATE", &row));
  ck_assert(row_find("total", &total));
  ck_assert_uint_eq(total.times, 4);
  ck_assert_uint_eq(total.pairs, 2);
  ck_assert_uint_eq(total.commits, 1);
}
END_TEST

/* The host's own cryptography, in the same thread, is not the card's. */
START_TEST(total_is_the_card_alone_and_can_be_reset) {
  struct vcard_tally tally;
  uint8_t hash[CRYPTO_SHA256_SIZE];
  BENCH_SEND(vcard, 0x00, INS_SELECT, 0x04, 0x00, PURSE_AID_SIZE, PURSE_AID_BYTES, 0x00);
  vcard_tally(vcard, &tally);
  uint32_t hashes = tally.crypto.hashes;
  ck_assert(crypto_sha256(hash, 0, hash));
  vcard_tally(vcard, &tally);
  ck_assert_uint_eq(tally.crypto.hashes, hashes);
  ck_assert_uint_eq(tally.commands, 1);
  vcard_tally_reset(vcard);
  vcard_tally(vcard, &tally);
  ck_assert_mem_eq(&tally, &(struct vcard_tally){0}, sizeof tally);
}
END_TEST

Suite *tally_suite(void) {
  Suite *suite = suite_create("tally");
  TCase *tcase = tcase_create("tally");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, commands_are_counted_by_name);
  tcase_add_test(tcase, work_is_put_down_to_its_command);
  tcase_add_test(tcase, total_is_the_card_alone_and_can_be_reset);
  suite_add_tcase(suite, tcase);
  return suite;
}
