/* SPDX-License-Identifier: Apache-2.0
 * The audit finds nothing in a world that nobody tampered with, and exactly what was done in one that somebody did. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "audit_tamper.h"
#include "audit_world.h"
#include "epurse/record.h"
#include "run.h"

#define WORDS_MAX 128 /* findings of one tamper */
#define WORD_MAX  64
#define TEXT_MAX  (WORDS_MAX * WORD_MAX)

/* "A/2", "POS00001", "-": as the table writes it. */
static void subject_name(const struct audit_finding *finding, char name[WORD_MAX]) {
  char cid[17], wanted[17];
  cid_print(finding->cid, cid);
  (void)snprintf(name, WORD_MAX, "?");
  for (int card = CARD_A; finding->of_card && card < CARD_END; card++) {
    audit_cid((enum audit_card)card, wanted);
    if (strcmp(cid, wanted) == 0 && finding->atc != 0)
      (void)snprintf(name, WORD_MAX, "%c/%u", 'A' + card - 1, (unsigned)finding->atc);
    else if (strcmp(cid, wanted) == 0)
      (void)snprintf(name, WORD_MAX, "%c", 'A' + card - 1);
  }
  if (finding->of_card)
    return;
  if (finding->tid[0] != 0)
    (void)snprintf(name, WORD_MAX, "%s", finding->tid);
  else if (finding->merchant[0] != 0)
    (void)snprintf(name, WORD_MAX, "%s", finding->merchant);
  else if (finding->file != NULL)
    (void)snprintf(name, WORD_MAX, "%.40s", strrchr(finding->file, '/') + 1);
  else
    (void)snprintf(name, WORD_MAX, "-");
}

static int compare_words(const void *one, const void *other) {
  return strcmp(one, other);
}

/* Sorted, each once, joined by "; ". */
static void words_join(char words[WORDS_MAX][WORD_MAX], size_t count, char text[TEXT_MAX]) {
  qsort(words, count, WORD_MAX, compare_words);
  text[0] = 0;
  for (size_t i = 0; i < count; i++)
    if (i == 0 || strcmp(words[i], words[i - 1]) != 0)
      (void)snprintf(text + strlen(text), TEXT_MAX - strlen(text), "%s%s", text[0] != 0 ? "; " : "", words[i]);
}

static void found_text(const struct audit *audit, char text[TEXT_MAX]) {
  static char words[WORDS_MAX][WORD_MAX];
  char name[WORD_MAX];
  size_t count = audit_count(audit);
  ck_assert_uint_le(count, WORDS_MAX);
  for (size_t i = 0; i < count; i++) {
    subject_name(audit_at(audit, i), name);
    (void)snprintf(words[i], WORD_MAX, "%.24s %.38s", audit_kind_name(audit_at(audit, i)->kind), name);
  }
  words_join(words, count, text);
}

static void wanted_text(const char *findings, char text[TEXT_MAX]) {
  static char words[WORDS_MAX][WORD_MAX];
  size_t count = 0;
  for (const char *at = findings; *at != 0;) {
    size_t len = strcspn(at, ";");
    ck_assert_uint_lt(count, WORDS_MAX);
    (void)snprintf(words[count++], WORD_MAX, "%.*s", (int)len, at);
    at += len;
    at += strspn(at, "; ");
  }
  words_join(words, count, text);
}

START_TEST(finds_nothing_where_nothing_was_done) {
  struct audit *audit = NULL;
  audit_world_copy();
  enum status status = audit_world_run(&audit);
  if (audit_count(audit) > 0 || status != STATUS_OK)
    audit_print(audit, &(const struct audit_speech){.until = ""}, stderr);
  ck_assert_int_eq(status, STATUS_OK);
  ck_assert_uint_eq(audit_count(audit), 0);
  json_t *object = audit_json(audit);
  const json_t *compared = json_object_get(object, "compared");
  ck_assert_int_eq(json_integer_value(json_object_get(compared, "cards")), CARD_END - 1);
  ck_assert_int_eq(json_integer_value(json_object_get(compared, "transactions")), 30);
  ck_assert_int_eq(json_integer_value(json_object_get(compared, "held_amount")), 700);
  ck_assert_int_eq(json_integer_value(json_object_get(compared, "journals")), 3);
  ck_assert_int_eq(json_integer_value(json_object_get(compared, "card_logs")), 5);
  ck_assert_int_eq(json_integer_value(json_object_get(compared, "incidents")), 1);
  ck_assert_int_eq(json_integer_value(json_object_get(object, "count")), 0);
  json_decref(object);
  audit_free(&audit);
}
END_TEST

START_TEST(names_exactly_what_was_done) {
  static char found[TEXT_MAX], wanted[TEXT_MAX];
  const struct tamper *tamper = &tampers[_i];
  struct audit *audit = NULL;
  audit_world_copy();
  tamper_make(tamper);
  ck_assert_int_eq(audit_world_run(&audit), STATUS_OK);
  found_text(audit, found);
  wanted_text(tamper->findings, wanted);
  if (strcmp(found, wanted) != 0)
    audit_print(audit, &(const struct audit_speech){.until = ""}, stderr);
  ck_assert_msg(strcmp(found, wanted) == 0, "%s: found '%s', not '%s'", tamper->what, found, wanted);
  audit_free(&audit);
}
END_TEST

/* A terminal that is in the middle of something: its journal is said to be unread, the rest is compared. */
START_TEST(says_which_journal_is_held) {
  char path[256];
  struct audit *audit = NULL;
  audit_world_copy();
  audit_path("pos2/journal.db.lock", path);
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ck_assert_int_ge(lock, 0);
  ck_assert_int_eq(flock(lock, LOCK_EX | LOCK_NB), 0);
  ck_assert_int_eq(audit_world_run(&audit), STATUS_AUDIT_INCOMPLETE);
  ck_assert_uint_eq(audit_count(audit), 0);
  json_t *object = audit_json(audit);
  const json_t *unread = json_object_get(object, "unread");
  ck_assert_uint_eq(json_array_size(unread), 1);
  const char *file = json_string_value(json_object_get(json_array_get(unread, 0), "file"));
  ck_assert_ptr_nonnull(strstr(file, "pos2/journal.db"));
  ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(object, "compared"), "journals")), 2);
  json_decref(object);
  audit_free(&audit);
  ck_assert_int_eq(close(lock), 0);
}
END_TEST

static Suite *audit_suite(void) {
  Suite *suite = suite_create("audit");
  TCase *tests = tcase_create("audit");
  tcase_set_timeout(tests, 120);
  tcase_add_unchecked_fixture(tests, audit_world_begin, audit_world_end);
  tcase_add_test(tests, finds_nothing_where_nothing_was_done);
  tcase_add_test(tests, says_which_journal_is_held);
  tcase_add_loop_test(tests, names_exactly_what_was_done, 0, (int)tamper_count);
  suite_add_tcase(suite, tests);
  return suite;
}

int main(void) {
  static Suite *(*const suites[])(void) = {audit_suite};
  return run_suites(suites, sizeof suites / sizeof suites[0]);
}
