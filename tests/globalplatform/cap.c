/* SPDX-License-Identifier: Apache-2.0
 * CAP files: what is in a good one, and one sentence for each that no card would take. */
#include "epurse/cap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cap_file.h"
#include "keys/scratch.h"
#include "suites.h"
#include "vector.h"

static struct cap *good(const struct cap_fault *fault) {
  char problem[CAP_PROBLEM];
  struct cap *cap = NULL;

  cap_file_write("purse.cap", fault);
  ck_assert_int_eq(cap_read("purse.cap", &cap, problem), STATUS_OK);
  ck_assert_str_eq(problem, "");
  return cap;
}

static void bad(const struct cap_fault *fault, enum status expected, const char *sentence) {
  char problem[CAP_PROBLEM];
  struct cap *cap = NULL;

  cap_file_write("purse.cap", fault);
  ck_assert_int_eq(cap_read("purse.cap", &cap, problem), expected);
  ck_assert_str_eq(problem, sentence);
  ck_assert_ptr_null(cap);
}

START_TEST(good_file_is_told) {
  struct cap *cap = good(&(struct cap_fault){0});

  ck_assert_hex(cap->package.bytes, cap->package.len, "f0455055525345");
  ck_assert_uint_eq(cap->major, 1);
  ck_assert_uint_eq(cap->applet_count, 1);
  ck_assert_hex(cap->applets[0].bytes, cap->applets[0].len, "f045505552534501");
  ck_assert_uint_eq(cap->import_count, 2);
  ck_assert_str_eq(cap->java_card, "3.0.4");
  cap_free(&cap);
  ck_assert_ptr_null(cap);
}
END_TEST

/* Header, Directory, Import, Applet, Class, Method, StaticField, ConstantPool, RefLocation; no Descriptor, no Debug. */
START_TEST(parts_come_in_load_order) {
  static const uint8_t order[] = {1, 2, 4, 3, 6, 7, 8, 5, 9};
  struct cap *cap = good(&(struct cap_fault){0});
  size_t at = 3; /* C4 81 xx */

  ck_assert_hex(cap->load_file, 2, "c481");
  ck_assert_uint_eq(cap->load_file[2], cap->load_file_len - 3);
  for (size_t i = 0; i < sizeof order; i++) {
    ck_assert_uint_eq(cap->load_file[at], order[i]);
    at += 3 + ((size_t)cap->load_file[at + 1] << 8 | cap->load_file[at + 2]);
  }
  ck_assert_uint_eq(at, cap->load_file_len);
  cap_free(&cap);
}
END_TEST

START_TEST(long_file_has_a_long_length) {
  struct cap *cap = good(&(struct cap_fault){.method_size = 5000});

  ck_assert_hex(cap->load_file, 2, "c482");
  ck_assert_uint_eq((size_t)cap->load_file[2] << 8 | cap->load_file[3], cap->load_file_len - 4);
  cap_free(&cap);
}
END_TEST

START_TEST(needed_java_card_is_named) {
  static const struct {
    uint8_t minor;
    const char *version;
  } rows[] = {{2, "2.2.1"}, {3, "2.2.2"}, {4, "3.0.1"}, {6, "3.0.5"}, {8, "3.1.0"}, {99, "3.1.0"}};

  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct cap *cap = good(&(struct cap_fault){.framework = rows[i].minor});
    ck_assert_str_eq(cap->java_card, rows[i].version);
    cap_free(&cap);
  }
}
END_TEST

START_TEST(bad_files_have_their_sentences) {
  bad(&(struct cap_fault){.flags = 1}, STATUS_BAD_FORMAT, "it was built with int, which many cards do not have");
  bad(&(struct cap_fault){.minor = 3}, STATUS_BAD_FORMAT,
      "it is in the extended format of Java Card 3.1, which cards do not take");
  bad(&(struct cap_fault){.folder = "other"}, STATUS_BAD_FORMAT, "it holds more than one package");
  bad(&(struct cap_fault){.method_size = 61184}, STATUS_BAD_LENGTH, "it is larger than a card can be given");
}
END_TEST

START_TEST(no_component_may_lack_or_be_damaged) {
  static const char *const names[] = {"Header", "Directory",   "Import",       "Applet",     "Class",
                                      "Method", "StaticField", "ConstantPool", "RefLocation"};
  char sentence[CAP_PROBLEM];

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    snprintf(sentence, sizeof sentence, "it is not a CAP file of an applet, a component is missing: %s", names[i]);
    bad(&(struct cap_fault){.without = names[i]}, STATUS_BAD_FORMAT, sentence);
    snprintf(sentence, sizeof sentence, "a component is damaged: %s", names[i]);
    bad(&(struct cap_fault){.damaged = names[i]}, STATUS_BAD_FORMAT, sentence);
  }
}
END_TEST

/* Whatever byte of the archive is another one, it is refused, or read as it was. */
START_TEST(damaged_archive_is_never_loaded) {
  struct cap *sound = good(&(struct cap_fault){0}), *cap = NULL;
  char problem[CAP_PROBLEM];
  size_t len = 0;
  char *archive = scratch_read("purse.cap", &len);

  for (size_t i = 0; i < len; i++) {
    archive[i] = (char)(archive[i] ^ 0x55);
    scratch_write("bent.cap", 0600, archive, len);
    archive[i] = (char)(archive[i] ^ 0x55);
    if (cap_read("bent.cap", &cap, problem) != STATUS_OK)
      ck_assert_str_ne(problem, "");
    else {
      ck_assert_uint_eq(cap->load_file_len, sound->load_file_len);
      ck_assert_mem_eq(cap->load_file, sound->load_file, sound->load_file_len);
    }
    cap_free(&cap);
  }
  free(archive);
  cap_free(&sound);
}
END_TEST

START_TEST(other_files_are_refused) {
  char problem[CAP_PROBLEM];
  struct cap *cap = NULL;

  ck_assert_int_eq(cap_read("none.cap", &cap, problem), STATUS_NOT_FOUND);
  ck_assert_str_eq(problem, "there is no such file");
  scratch_write("text.cap", 0600, "package", 7);
  ck_assert_int_eq(cap_read("text.cap", &cap, problem), STATUS_BAD_FORMAT);
  ck_assert_str_eq(problem, "it is not a CAP file: those are zip archives");
}
END_TEST

Suite *cap_suite(void) {
  Suite *suite = suite_create("cap");
  TCase *tests = tcase_create("cap");
  tcase_add_checked_fixture(tests, scratch_enter, scratch_leave);
  tcase_set_timeout(tests, 60); /* thousands of files */
  tcase_add_test(tests, good_file_is_told);
  tcase_add_test(tests, parts_come_in_load_order);
  tcase_add_test(tests, long_file_has_a_long_length);
  tcase_add_test(tests, needed_java_card_is_named);
  tcase_add_test(tests, bad_files_have_their_sentences);
  tcase_add_test(tests, no_component_may_lack_or_be_damaged);
  tcase_add_test(tests, damaged_archive_is_never_loaded);
  tcase_add_test(tests, other_files_are_refused);
  suite_add_tcase(suite, tests);
  return suite;
}
