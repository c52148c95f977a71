/* SPDX-License-Identifier: Apache-2.0
 * Tests of src/cmd/perso/batch_list.c and src/cmd/perso/csv_rows.c: lists of cards, well-formed and not. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/perso/batch_list.h"
#include "suites.h"

static char path[64];

/* A list that only its owner can read. */
static void write_list(const void *text, size_t len, mode_t mode) {
  snprintf(path, sizeof path, "/tmp/epurse-list.XXXXXX");
  int fd = mkstemp(path);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
  ck_assert_int_eq(fchmod(fd, mode), 0);
  close(fd);
}

static enum status read_text(const char *text, struct batch_list *list, char problem[CSV_PROBLEM]) {
  write_list(text, strlen(text), 0600);
  enum status status = batch_list_read(path, list, problem);
  unlink(path);
  return status;
}

START_TEST(reads_references_and_pins) {
  struct batch_list list;
  char problem[CSV_PROBLEM];
  ck_assert_int_eq(
      read_text("\xEF\xBB\xBFpin,reference\r\n1234,A-1\r\n\r\n,\"B, \"\"two\"\"\"\r\n135790,C-3", &list, problem),
      STATUS_OK);
  ck_assert_uint_eq(list.count, 3);
  ck_assert(list.draws_pins);
  ck_assert_str_eq(list.entries[0].reference, "A-1");
  ck_assert_str_eq(list.entries[0].pin, "1234");
  ck_assert_uint_eq(list.entries[0].line, 2);
  ck_assert_str_eq(list.entries[1].reference, "B, \"two\"");
  ck_assert_str_eq(list.entries[1].pin, "");
  ck_assert_uint_eq(list.entries[1].line, 4);
  ck_assert_str_eq(list.entries[2].pin, "135790");
  ck_assert_ptr_eq(batch_list_find(&list, "C-3"), &list.entries[2]);
  ck_assert_ptr_null(batch_list_find(&list, "C"));
  batch_list_clear(&list);
  batch_list_clear(&list);
}
END_TEST

/* As a spreadsheet writes it in a country of the decimal comma. */
START_TEST(semicolons_part_fields_too) {
  struct batch_list list;
  char problem[CSV_PROBLEM];
  ck_assert_int_eq(read_text("\xEF\xBB\xBFreference;pin\r\n\"A;1\";1234\r\nB,2;\r\n", &list, problem), STATUS_OK);
  ck_assert_uint_eq(list.count, 2);
  ck_assert_str_eq(list.entries[0].reference, "A;1");
  ck_assert_str_eq(list.entries[0].pin, "1234");
  ck_assert_str_eq(list.entries[1].reference, "B,2");
  batch_list_clear(&list);
}
END_TEST

START_TEST(many_are_found_by_reference_and_chip) {
  static char text[200000];
  struct batch_list list;
  char problem[CSV_PROBLEM], reference[32];
  size_t at = (size_t)snprintf(text, sizeof text, "reference\n");
  for (unsigned i = 0; i < 9999; i++)
    at += (size_t)snprintf(text + at, sizeof text - at, "R-%u\n", (i * 7919) % 9999);
  ck_assert_int_eq(read_text(text, &list, problem), STATUS_OK);
  ck_assert_uint_eq(list.count, 9999);
  for (unsigned i = 0; i < 9999; i++) {
    snprintf(reference, sizeof reference, "R-%u", i);
    ck_assert_str_eq(batch_list_find(&list, reference)->reference, reference);
  }
  static const uint8_t chip[CHIP_SERIAL_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};
  ck_assert_ptr_null(batch_list_of_chip(&list, chip));
  ck_assert_ptr_eq(batch_list_free_entry(&list), &list.entries[0]);
  list.entries[0].state = BATCH_ISSUED;
  list.entries[1].state = BATCH_BEGUN;
  memcpy(list.entries[1].chip_serial, chip, sizeof chip);
  ck_assert_ptr_eq(batch_list_of_chip(&list, chip), &list.entries[1]);
  ck_assert_ptr_eq(batch_list_free_entry(&list), &list.entries[2]);
  ck_assert_uint_eq(batch_list_count(&list, BATCH_FREE), 9999);
  ck_assert_uint_eq(batch_list_count(&list, BATCH_BEGUN), 2);
  ck_assert_uint_eq(batch_list_count(&list, BATCH_ISSUED), 1);
  batch_list_clear(&list);
}
END_TEST

static const struct {
  const char *text, *problem;
} wrong[] = {
    {"", "it names no card"},
    {"reference\n", "it names no card"},
    {"pin\n1234\n", "line 1: a column 'reference' is wanted"},
    {"reference,reference\nA,B\n", "line 1: column 'reference' is there twice"},
    {"reference,limit\nA,5\n", "line 1: column 'limit' is not known"},
    {"Reference\nA\n", "line 1: column 'Reference' is not known"},
    {"reference,pin\nA,1234\nA,5678\n", "line 3: reference 'A' stands in line 2 already"},
    {"reference,pin\nA,1234\n,5678\n", "line 3: the reference is empty"},
    {"reference,pin\nA,123\n", "line 2: a PIN has 4 to 12 digits"},
    {"reference,pin\nA,1234567890123\n", "line 2: a PIN has 4 to 12 digits"},
    {"reference,pin\nA,12 4\n", "line 2: a PIN has 4 to 12 digits"},
    {"reference,pin\nA\n", "line 2: it has not as many fields"},
    {"reference,pin\nA,1234,x\n", "line 2: it has not as many fields"},
    {"reference\n\"A\nB\"\n", "line 2: a quoted field does not end in its line"},
    {"reference\n\"A\"B\n", "line 2: a quotation mark stands where none may"},
    {"reference\nA\tB\n", "line 2: it holds a control character"},
    {"reference\n12345678901234567890123456789012345678901234567890123456789012345\n",
     "line 2: the reference is longer"},
};

START_TEST(refuses_with_line_and_reason) {
  struct batch_list list;
  char problem[CSV_PROBLEM];
  ck_assert_int_eq(read_text(wrong[_i].text, &list, problem), STATUS_BAD_FORMAT);
  ck_assert_msg(strncmp(problem, wrong[_i].problem, strlen(wrong[_i].problem)) == 0, "%s", problem);
  ck_assert_ptr_null(strstr(problem, "123"));
  ck_assert_ptr_null(list.entries);
}
END_TEST

START_TEST(refuses_lines_too_long_and_zero_bytes) {
  static char text[2 * CSV_LINE_MAX];
  struct batch_list list;
  char problem[CSV_PROBLEM];
  memset(text, 'x', sizeof text - 1);
  memcpy(text, "reference\n", 10);
  ck_assert_int_eq(read_text(text, &list, problem), STATUS_BAD_FORMAT);
  ck_assert_str_eq(problem, "line 2: it is too long, or holds a zero byte");
  write_list("reference\nA\0B\n", 14, 0600);
  ck_assert_int_eq(batch_list_read(path, &list, problem), STATUS_BAD_FORMAT);
  ck_assert_str_eq(problem, "line 2: it is too long, or holds a zero byte");
  unlink(path);
}
END_TEST

START_TEST(pins_are_their_owners_alone) {
  static const char pins[] = "reference,pin\nA,1234\n", none[] = "reference\nA\n";
  struct batch_list list;
  char problem[CSV_PROBLEM];
  write_list(pins, sizeof pins - 1, 0604);
  ck_assert_int_eq(batch_list_read(path, &list, problem), STATUS_KEY_EXPOSED);
  unlink(path);
  write_list(none, sizeof none - 1, 0644);
  ck_assert_int_eq(batch_list_read(path, &list, problem), STATUS_OK);
  batch_list_clear(&list);
  unlink(path);
  ck_assert_int_eq(batch_list_read(path, &list, problem), STATUS_NOT_FOUND);
}
END_TEST

Suite *batch_list_suite(void) {
  Suite *suite = suite_create("batch_list");
  TCase *tests = tcase_create("batch_list");
  tcase_add_test(tests, reads_references_and_pins);
  tcase_add_test(tests, semicolons_part_fields_too);
  tcase_add_test(tests, many_are_found_by_reference_and_chip);
  tcase_add_loop_test(tests, refuses_with_line_and_reason, 0, sizeof wrong / sizeof wrong[0]);
  tcase_add_test(tests, refuses_lines_too_long_and_zero_bytes);
  tcase_add_test(tests, pins_are_their_owners_alone);
  suite_add_tcase(suite, tests);
  return suite;
}
