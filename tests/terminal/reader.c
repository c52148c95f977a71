/* SPDX-License-Identifier: Apache-2.0
 * What T=0 leaves to the application, and what a trace of it shows: a back-end that plays a script of answers, because
 * no virtual reader speaks T=0. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/command.h"
#include "epurse/reader.h"
#include "suites.h"

#define STEPS_MAX 16

/* One exchange that is expected: the bytes that must arrive, and the answer or failure. */
struct step {
  const char *command; /* bytes as a string literal with its length */
  size_t command_len;
  const char *answer;
  size_t answer_len;
  enum status status;
};
#define STEP(command, answer)                                                                                          \
  { (command), sizeof(command) - 1, (answer), sizeof(answer) - 1, STATUS_OK }

struct script {
  const struct step *steps;
  size_t count, at;
};

static enum status script_transmit(void *context, const uint8_t *command, size_t len, uint8_t *answer,
                                   size_t *answer_len) {
  struct script *script = context;
  ck_assert_msg(script->at < script->count, "exchange %zu was not expected: INS %02X", script->at, command[1]);
  const struct step *step = &script->steps[script->at++];
  ck_assert_uint_eq(len, step->command_len);
  ck_assert_mem_eq(command, step->command, len);
  ck_assert_uint_ge(*answer_len, step->answer_len);
  memcpy(answer, step->answer, step->answer_len);
  *answer_len = step->answer_len;
  return step->status;
}

static struct reader script_reader(struct script *script) {
  return (struct reader){.context = script, .transmit = script_transmit};
}

static const uint8_t aid[] = {PURSE_AID_BYTES};
static const struct apdu select_purse = {.ins = INS_SELECT, .p1 = 4, .data = aid, .lc = sizeof aid, .le = 256};
#define SELECT_BYTES                                                                                                   \
  "\x00\xA4\x04\x00\x08\xF0"                                                                                           \
  "EPURSE\x01"

START_TEST(passes_a_plain_answer) {
  static const struct step steps[] = {STEP(SELECT_BYTES "\x00", "\x6F\x00\x90\x00")};
  struct script script = {steps, 1, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_OK);
  ck_assert_uint_eq(response.sw, 0x9000);
  ck_assert_uint_eq(response.len, 2);
  ck_assert_uint_eq(script.at, 1);
}
END_TEST

START_TEST(fetches_what_remains) {
  static const struct step steps[] = {STEP(SELECT_BYTES "\x00", "\x61\x02"),
                                      STEP("\x00\xC0\x00\x00\x02", "\xAA\xBB\x61\x01"),
                                      STEP("\x00\xC0\x00\x00\x01", "\xCC\x62\x83")};
  struct script script = {steps, 3, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_OK);
  ck_assert_uint_eq(response.sw, 0x6283);
  ck_assert_uint_eq(response.len, 3);
  ck_assert_mem_eq(response.data, "\xAA\xBB\xCC", 3);
  ck_assert_uint_eq(script.at, 3);
}
END_TEST

/* 6100 says 256 bytes: Le 00, not nothing. */
START_TEST(fetches_256_bytes) {
  static char whole[258];
  memset(whole, 0x5A, 256);
  memcpy(whole + 256, "\x90\x00", 2);
  const struct step steps[] = {STEP(SELECT_BYTES "\x00", "\x61\x00"),
                               {"\x00\xC0\x00\x00\x00", 5, whole, sizeof whole, STATUS_OK}};
  struct script script = {steps, 2, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_OK);
  ck_assert_uint_eq(response.len, 256);
}
END_TEST

START_TEST(sends_reading_again_with_right_length) {
  static const struct step steps[] = {STEP("\x80\xCA\xBF\x21\x00", "\x6C\x03"),
                                      STEP("\x80\xCA\xBF\x21\x03", "\x01\x02\x03\x90\x00")};
  const struct apdu get_data = {.cla = 0x80, .ins = INS_GET_DATA, .p1 = 0xBF, .p2 = 0x21, .le = 256};
  struct script script = {steps, 2, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &get_data, &response), STATUS_OK);
  ck_assert_uint_eq(response.sw, 0x9000);
  ck_assert_uint_eq(response.len, 3);
}
END_TEST

/* Commands with an effect, and reading under secure messaging: 6Cxx goes to the caller, nothing is sent again. */
static const uint8_t once[][2] = {
    {0x80, INS_INITIALIZE},        {0x80, INS_DEBIT_FOR_PURCHASE},  {0x80, INS_CREDIT_FOR_LOAD},
    {0x00, INS_GENERATE_KEY_PAIR}, {0x80, INS_MUTUAL_AUTHENTICATE}, {0x80, INS_GET_TRANSACTION_PROOF},
    {0x84, INS_GET_DATA},          {0x04, INS_READ_RECORD}};
START_TEST(never_sends_an_effect_again) {
  const char bytes[] = {(char)once[_i][0], (char)once[_i][1], 0, 0, 0};
  const struct step steps[] = {{bytes, sizeof bytes, "\x6C\x20", 2, STATUS_OK}};
  const struct apdu command = {.cla = once[_i][0], .ins = once[_i][1], .le = 256};
  struct script script = {steps, 1, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &command, &response), STATUS_OK);
  ck_assert_uint_eq(response.sw, 0x6C20);
  ck_assert_uint_eq(script.at, 1);
}
END_TEST

START_TEST(stops_at_a_card_that_never_ends) {
  struct step steps[STEPS_MAX];
  steps[0] = (struct step)STEP(SELECT_BYTES "\x00", "\x61\x10");
  for (size_t i = 1; i < STEPS_MAX; i++)
    steps[i] = (struct step)STEP("\x00\xC0\x00\x00\x10", "\x61\x10");
  struct script script = {steps, STEPS_MAX, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_BAD_REPLY);
  ck_assert_uint_lt(script.at, STEPS_MAX);
}
END_TEST

START_TEST(refuses_more_than_a_short_answer) {
  static char part[200];
  memcpy(part + 198, "\x61\xC6", 2);
  const struct step steps[] = {{SELECT_BYTES "\x00", 14, part, sizeof part, STATUS_OK},
                               {"\x00\xC0\x00\x00\xC6", 5, part, sizeof part, STATUS_OK}};
  struct script script = {steps, 2, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_BAD_REPLY);
}
END_TEST

START_TEST(tells_of_a_card_lost_between_parts) {
  const struct step steps[] = {STEP(SELECT_BYTES "\x00", "\x61\x02"),
                               {"\x00\xC0\x00\x00\x02", 5, "", 0, STATUS_CARD_LOST}};
  struct script script = {steps, 2, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_CARD_LOST);
}
END_TEST

START_TEST(refuses_an_answer_without_status_word) {
  const struct step steps[] = {{SELECT_BYTES "\x00", 14, "\x90", 1, STATUS_OK}};
  struct script script = {steps, 1, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_command(&reader, &select_purse, &response), STATUS_BAD_REPLY);
}
END_TEST

START_TEST(refuses_bytes_that_are_no_command) {
  struct script script = {NULL, 0, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  ck_assert_int_eq(reader_transmit(&reader, (const uint8_t *)"\x00\xA4\x04", 3, &response), STATUS_BAD_LENGTH);
}
END_TEST

/* The rest of a blanked answer comes by GET RESPONSE, which by itself would be shown. */
START_TEST(blanks_the_rest_of_a_secret_answer) {
  static const struct step steps[] = {STEP("\x80\x50\x00\x00\x08"
                                           "QQQQQQQQ"
                                           "\x00",
                                           "\x61\x03"),
                                      STEP("\x00\xC0\x00\x00\x03", "\xDE\xAD\xBE\x90\x00")};
  const struct apdu update = {
      .cla = 0x80, .ins = INS_INITIALIZE_UPDATE, .data = (const uint8_t *)"QQQQQQQQ", .lc = 8, .le = 256};
  struct script script = {steps, 2, 0};
  struct reader reader = script_reader(&script);
  struct apdu_response response;
  char *text = NULL;
  size_t size = 0;
  FILE *trace = open_memstream(&text, &size);
  reader_trace(&reader, trace);
  ck_assert_int_eq(reader_command(&reader, &update, &response), STATUS_OK);
  fclose(trace);
  ck_assert_mem_eq(response.data, "\xDE\xAD\xBE", 3);
  ck_assert_ptr_null(strstr(text, "5151"));
  ck_assert_ptr_null(strstr(text, "DEADBE"));
  ck_assert_ptr_nonnull(strstr(text, "A>> (4+0008) 80500000 08 [8 bytes blanked] 00\n"));
  ck_assert_ptr_nonnull(strstr(text, "[3 bytes blanked] 9000"));
  free(text);
}
END_TEST

Suite *reader_suite(void) {
  Suite *suite = suite_create("reader");
  TCase *tc = tcase_create("reader");
  tcase_add_test(tc, passes_a_plain_answer);
  tcase_add_test(tc, fetches_what_remains);
  tcase_add_test(tc, fetches_256_bytes);
  tcase_add_test(tc, sends_reading_again_with_right_length);
  tcase_add_loop_test(tc, never_sends_an_effect_again, 0, (int)(sizeof once / sizeof once[0]));
  tcase_add_test(tc, stops_at_a_card_that_never_ends);
  tcase_add_test(tc, refuses_more_than_a_short_answer);
  tcase_add_test(tc, tells_of_a_card_lost_between_parts);
  tcase_add_test(tc, refuses_an_answer_without_status_word);
  tcase_add_test(tc, refuses_bytes_that_are_no_command);
  tcase_add_test(tc, blanks_the_rest_of_a_secret_answer);
  suite_add_tcase(suite, tc);
  return suite;
}
