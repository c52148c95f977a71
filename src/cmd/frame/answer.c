/* SPDX-License-Identifier: Apache-2.0
 * What a person answers to a question of yes or no: in English, and in the locale's own words. */
#include "answer.h"

#include <langinfo.h>
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define WORD_MAX 32

/* The line without the blanks around it; false where it is too long to be a word. */
static bool word_take(const char *line, char word[WORD_MAX]) {
  static const char blanks[] = " \t\r\n";
  line += strspn(line, blanks);
  size_t len = strlen(line);
  while (len > 0 && strchr(blanks, line[len - 1]) != NULL)
    len--;
  if (len >= WORD_MAX)
    return false;
  memcpy(word, line, len);
  word[len] = 0;
  return true;
}

static bool word_is(const char *word, const char *wanted) {
  wchar_t one[WORD_MAX], other[WORD_MAX];
  size_t one_len = mbstowcs(one, word, WORD_MAX), other_len = mbstowcs(other, wanted, WORD_MAX);
  return one_len > 0 && one_len < WORD_MAX && other_len < WORD_MAX && wcscasecmp(one, other) == 0;
}

/* The locale's expression says how an answer may begin; asked about a single letter only. */
static bool letter_fits(const char *word, const char *expression) {
  regex_t regex;
  (void)mblen(NULL, 0);
  int len = mblen(word, strlen(word));
  if (len <= 0 || word[len] != 0 || regcomp(&regex, expression, REG_EXTENDED | REG_NOSUB) != 0)
    return false;
  bool fits = regexec(&regex, word, 0, NULL, 0) == 0;
  regfree(&regex);
  return fits;
}

enum answer answer_read(const char *line) {
  char word[WORD_MAX];
  if (!word_take(line, word))
    return ANSWER_NEITHER;
  bool yes = word_is(word, "y") || word_is(word, "yes") || word_is(word, nl_langinfo(YESSTR)) ||
             letter_fits(word, nl_langinfo(YESEXPR));
  bool no = word_is(word, "n") || word_is(word, "no") || word_is(word, nl_langinfo(NOSTR)) ||
            letter_fits(word, nl_langinfo(NOEXPR));
  if (yes == no)
    return ANSWER_NEITHER;
  return yes ? ANSWER_YES : ANSWER_NO;
}
