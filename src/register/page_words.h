/* SPDX-License-Identifier: Apache-2.0
 * What the till's page says, and how it writes amounts and times, in each of its languages. */
#ifndef EPURSE_REGISTER_PAGE_WORDS_H
#define EPURSE_REGISTER_PAGE_WORDS_H

#include <event2/http.h>
#include <stdbool.h>
#include <stdint.h>

#include "epurse/amount.h"

enum page_language { PAGE_ENGLISH, PAGE_GERMAN, PAGE_FRENCH, PAGE_LANGUAGES };

/* Every word of the page: page_words.def. */
enum page_word {
#define WORD(name, english, german, french) WORD_##name,
#include "page_words.def"
#undef WORD
  PAGE_WORDS
};

const char *page_word(enum page_language language, enum page_word word);
/* A sentence of the catalogue in that language; as it is where there is none. */
const char *page_sentence(enum page_language language, const char *english);
/* "de", "Deutsch". */
const char *page_language_tag(enum page_language language);
const char *page_language_name(enum page_language language);
/* Which one a text that begins with a tag means, "de-CH"; PAGE_LANGUAGES: none of them. */
enum page_language page_language_of(const char *text);
/* By what a browser prefers. */
enum page_language page_prefers(struct evhttp_request *raw);
/* "12,50 EUR". */
void page_amount(enum page_language language, struct amount amount, char text[AMOUNT_TEXT_MAX]);
const char *page_decimal_mark(enum page_language language);
/* As a field has it: "1250,00". */
void page_amount_to_type(enum page_language language, struct amount amount, char text[AMOUNT_TEXT_MAX]);
/* The way back, as people type it: with either decimal mark, where it can be no mark of thousands. False: it is
 * none. */
bool page_amount_read(enum page_language language, const char *text, const struct currency *of, struct amount *amount);
/* "29.11.2026 17:40", in local time. */
void page_time(enum page_language language, int64_t unix_seconds, char text[32]);

/* The catalogues' sentences, made by the build: English, German, ..., NULL. */
extern const char *const page_german[], *const page_french[];

#endif
