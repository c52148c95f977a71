/* SPDX-License-Identifier: Apache-2.0
 * The page in its languages: its own words, the catalogue's sentences, amounts and times as people write them. */
#include <string.h>
#include <time.h>

#include "page_words.h"

static const struct {
  const char *in[PAGE_LANGUAGES];
} words[] = {
#define WORD(name, english, german, french) {{english, german, french}},
#include "page_words.def"
#undef WORD
};

static const struct {
  const char *tag, *name; /* as browsers say it; as its own speakers do */
  struct amount_format amount;
  char foreign_mark;            /* the decimal mark that is not its own */
  const char *const *sentences; /* of the catalogue, each behind its English; NULL: they are English */
} languages[PAGE_LANGUAGES] = {
    [PAGE_ENGLISH] = {"en", "English", {".", ","}, ',', NULL},
    [PAGE_GERMAN] = {"de", "Deutsch", {",", "."}, '.', page_german},
    [PAGE_FRENCH] = {"fr", "Français", {",", "\u202f"}, '.', page_french},
};

const char *page_word(enum page_language language, enum page_word word) {
  return words[word].in[language];
}

const char *page_sentence(enum page_language language, const char *english) {
  const char *const *sentences = languages[language].sentences;
  for (size_t i = 0; sentences != NULL && sentences[i] != NULL; i += 2)
    if (strcmp(sentences[i], english) == 0)
      return sentences[i + 1];
  return english;
}

const char *page_language_tag(enum page_language language) {
  return languages[language].tag;
}

const char *page_language_name(enum page_language language) {
  return languages[language].name;
}

enum page_language page_language_of(const char *text) {
  enum page_language language = PAGE_ENGLISH;
  while (language < PAGE_LANGUAGES && strncmp(text, languages[language].tag, 2) != 0)
    language++;
  return language;
}

/* The first that is named and known: browsers name them by preference. */
enum page_language page_prefers(struct evhttp_request *raw) {
  const char *accepts = evhttp_find_header(evhttp_request_get_input_headers(raw), "Accept-Language");
  for (; accepts != NULL && accepts[0] != 0; accepts += strcspn(accepts, ",")) {
    accepts += strspn(accepts, ", ");
    if (page_language_of(accepts) != PAGE_LANGUAGES)
      return page_language_of(accepts);
  }
  return PAGE_ENGLISH;
}

void page_amount(enum page_language language, struct amount amount, char text[AMOUNT_TEXT_MAX]) {
  if (amount_print(amount, &languages[language].amount, text, AMOUNT_TEXT_MAX) == 0)
    text[0] = 0;
}

const char *page_decimal_mark(enum page_language language) {
  return languages[language].amount.decimal_mark;
}

void page_amount_to_type(enum page_language language, struct amount amount, char text[AMOUNT_TEXT_MAX]) {
  const struct amount_format format = {page_decimal_mark(language), ""};
  if (amount_print(amount, &format, text, AMOUNT_TEXT_MAX) == 0)
    text[0] = 0;
  text[strcspn(text, " ")] = 0;
}

/* Either mark is a cashier's, but with three digits behind it that of another language may be one of thousands. */
bool page_amount_read(enum page_language language, const char *text, const struct currency *of, struct amount *amount) {
  const char *foreign = strchr(text, languages[language].foreign_mark);
  const bool thousands = foreign != NULL && strlen(foreign + 1) == 3;
  return !thousands && amount_parse(text, of, strchr(text, ',') != NULL ? ',' : '.', amount) == STATUS_OK;
}

void page_time(enum page_language language, int64_t unix_seconds, char text[32]) {
  time_t moment = (time_t)unix_seconds;
  struct tm local;
  size_t len = 0;
  localtime_r(&moment, &local);
  switch (language) {
  case PAGE_GERMAN:
    len = strftime(text, 32, "%d.%m.%Y %H:%M", &local);
    break;
  case PAGE_FRENCH:
    len = strftime(text, 32, "%d/%m/%Y %H:%M", &local);
    break;
  default:
    len = strftime(text, 32, "%Y-%m-%d %H:%M", &local);
  }
  if (len == 0)
    text[0] = 0;
}
