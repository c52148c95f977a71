/* SPDX-License-Identifier: Apache-2.0
 * The page in two languages: its own words, the catalogue's sentences, amounts and times as people write them. */
#include <string.h>
#include <time.h>

#include "page_state.h"

static const struct {
  const char *in[PAGE_LANGUAGES];
} words[] = {
#define WORD(name, english, german) {{english, german}},
#include "page_words.def"
#undef WORD
};

const char *page_word(enum page_language language, enum page_word word) {
  return words[word].in[language];
}

const char *page_sentence(enum page_language language, const char *english) {
  for (size_t i = 0; language == PAGE_GERMAN && page_german[i] != NULL; i += 2)
    if (strcmp(page_german[i], english) == 0)
      return page_german[i + 1];
  return english;
}

/* The first of the two that is named: browsers name them by preference. */
enum page_language page_prefers(struct evhttp_request *raw) {
  const char *accepts = evhttp_find_header(evhttp_request_get_input_headers(raw), "Accept-Language");
  for (; accepts != NULL && accepts[0] != 0; accepts += strcspn(accepts, ",")) {
    accepts += strspn(accepts, ", ");
    if (strncmp(accepts, "de", 2) == 0)
      return PAGE_GERMAN;
    if (strncmp(accepts, "en", 2) == 0)
      return PAGE_ENGLISH;
  }
  return PAGE_ENGLISH;
}

void page_amount(enum page_language language, struct amount amount, char text[AMOUNT_TEXT_MAX]) {
  static const struct amount_format formats[] = {{".", ","}, {",", "."}};
  if (amount_print(amount, &formats[language], text, AMOUNT_TEXT_MAX) == 0)
    text[0] = 0;
}

/* Either mark is a cashier's, but with three digits behind it that of the other language may be one of thousands. */
bool page_amount_read(enum page_language language, const char *text, const struct currency *of, struct amount *amount) {
  const char *foreign = strchr(text, language == PAGE_GERMAN ? '.' : ',');
  const bool thousands = foreign != NULL && strlen(foreign + 1) == 3;
  return !thousands && amount_parse(text, of, strchr(text, ',') != NULL ? ',' : '.', amount) == STATUS_OK;
}

void page_time(enum page_language language, int64_t unix_seconds, char text[32]) {
  time_t moment = (time_t)unix_seconds;
  struct tm local;
  localtime_r(&moment, &local);
  if (strftime(text, 32, language == PAGE_GERMAN ? "%d.%m.%Y %H:%M" : "%Y-%m-%d %H:%M", &local) == 0)
    text[0] = 0;
}
