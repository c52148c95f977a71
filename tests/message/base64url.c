/* SPDX-License-Identifier: Apache-2.0
 * Tests of base64url: one spelling for each value. */
#include "message/base64url.h"

#include <stdlib.h>
#include <string.h>

#include "suites.h"

/* RFC 4648 10, without padding; and the two characters that differ from base64. */
static const struct {
  const char *bytes;
  size_t len;
  const char *text;
} vectors[] = {{"", 0, ""},
               {"f", 1, "Zg"},
               {"fo", 2, "Zm8"},
               {"foo", 3, "Zm9v"},
               {"foob", 4, "Zm9vYg"},
               {"foobar", 6, "Zm9vYmFy"},
               {"\xFB\xFF\xBF", 3, "-_-_"}};

START_TEST(reads_and_writes_the_vectors) {
  char *text = NULL;
  uint8_t *bytes = NULL;
  size_t len = 0;

  ck_assert(base64url_encode((const uint8_t *)vectors[_i].bytes, vectors[_i].len, &text));
  ck_assert_str_eq(text, vectors[_i].text);
  ck_assert(base64url_decode(text, strlen(text), &bytes, &len));
  ck_assert_mem_eq(bytes, vectors[_i].bytes, vectors[_i].len);
  ck_assert_uint_eq(len, vectors[_i].len);
  free(text);
  free(bytes);
}
END_TEST

static const char *const refused[] = {"Zg==", "Zm8=", "Zh", /* a bit behind the last byte */
                                      "Zm9",  "Z",    "Zm9v\n", "Zm 9v", "+/+/", "Zm9v.", "Zm9v====", "Zm9vY"};

START_TEST(refuses_every_other_spelling) {
  uint8_t *bytes = NULL;
  size_t len = 0;

  ck_assert_msg(!base64url_decode(refused[_i], strlen(refused[_i]), &bytes, &len), "took '%s'", refused[_i]);
  ck_assert_ptr_null(bytes);
}
END_TEST

Suite *base64url_suite(void) {
  Suite *suite = suite_create("base64url");
  TCase *tests = tcase_create("base64url");

  tcase_add_loop_test(tests, reads_and_writes_the_vectors, 0, sizeof vectors / sizeof vectors[0]);
  tcase_add_loop_test(tests, refuses_every_other_spelling, 0, sizeof refused / sizeof refused[0]);
  suite_add_tcase(suite, tests);
  return suite;
}
