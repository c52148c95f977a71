/* SPDX-License-Identifier: Apache-2.0
 * What went wrong, in one sentence on stderr, which stays known for --json. */
#include "problem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "language.h"
#include "retold.h"

static char said[1024]; /* one program, one end */

/* How many bytes the letter takes that begins there; 0: it is none. */
static size_t letter_length(const unsigned char *at) {
  const unsigned char lead = at[0];
  const size_t len = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if ((lead == 0xE0 && at[1] < 0xA0) || (lead == 0xED && at[1] > 0x9F) || (lead == 0xF0 && at[1] < 0x90) ||
      (lead == 0xF4 && at[1] > 0x8F))
    return 0;
  for (size_t i = 1; i < len; i++)
    if ((at[i] & 0xC0) != 0x80)
      return 0;
  return len;
}

bool problem_is_utf8(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  size_t len = 1;
  for (; *at != 0 && len > 0; at += len)
    len = letter_length(at);
  return len > 0;
}

static bool is_control(const unsigned char *at) {
  return at[0] < 0x20 || at[0] == 0x7F || (at[0] == 0xC2 && at[1] >= 0x80 && at[1] < 0xA0);
}

bool problem_text_keep(const char *text, char *kept, size_t size) {
  const unsigned char *at = (const unsigned char *)text;
  size_t len = 0;
  bool whole = true;
  while (*at != 0) {
    const size_t letter = letter_length(at);
    const bool takes = letter > 0 && !is_control(at);
    if (len + (takes ? letter : 1) >= size) {
      whole = false;
      break;
    }
    if (takes)
      memcpy(kept + len, at, letter);
    else
      kept[len] = letter == 0 ? '?' : ' ';
    whole = whole && takes;
    len += takes ? letter : 1;
    at += letter > 0 ? letter : 1;
  }
  kept[len] = 0;
  return whole;
}

/* A foreign byte that was quoted, or a letter cut at the end, becomes a question mark. */
static void clean(char *text) {
  for (unsigned char *at = (unsigned char *)text; *at != 0;) {
    size_t len = letter_length(at);
    if (len == 0)
      *at = '?';
    at += len > 0 ? len : 1;
  }
}

/* For people: the format in their language, and where the sentence first stands in it, that one too. */
__attribute__((format(printf, 3, 0))) static void show(const char *program, const char *sentence, const char *format,
                                                       va_list arguments) {
  char text[2048] = "", own[RETOLD_MAX];
  (void)vsnprintf(text, sizeof text, translated(format), arguments);
  const char *at = sentence[0] != 0 ? strstr(text, sentence) : NULL;
  if (at != NULL)
    fprintf(stderr, "%s: %.*s%s%s\n", program, (int)(at - text), text, retold(sentence, own), at + strlen(sentence));
  else
    fprintf(stderr, "%s: %s\n", program, text);
}

void problem_say_list(const char *program, const char *sentence, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  show(program, sentence, format, again);
  va_end(again);
  if (said[0] == 0 && vsnprintf(said, sizeof said, format, arguments) >= 0)
    clean(said);
}

void problem_say_with(const char *program, const char *sentence, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  problem_say_list(program, sentence, format, arguments);
  va_end(arguments);
}

void problem_say(const char *program, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  problem_say_list(program, "", format, arguments);
  va_end(arguments);
}

void problem_open(const char *program, const char *sentence, const char *problem) {
  char text[1024];
  const bool there = strstr(problem, sentence) != NULL; /* with the name of the file */
  (void)snprintf(text, sizeof text, "%s%s%s", there ? "" : sentence, !there && problem[0] != 0 ? ": " : "", problem);
  problem_say_with(program, text, "%s", text);
}

void problem_forget(void) {
  said[0] = 0;
}

const char *problem_said(void) {
  return said;
}
