/* SPDX-License-Identifier: Apache-2.0
 * What went wrong, in one sentence on stderr, which stays known for --json. */
#include "problem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "epurse/utf8.h"
#include "language.h"
#include "retold.h"

static char said[1024]; /* one program, one end */

bool problem_is_utf8(const char *text) {
  uint32_t code;
  size_t len = 1;
  for (; *text != 0 && len > 0; text += len)
    len = utf8_take(text, UTF8_MAX, &code);
  return len > 0;
}

static bool is_control(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

bool problem_text_keep(const char *text, char *kept, size_t size) {
  size_t len = 0;
  bool whole = true;
  while (*text != 0) {
    uint32_t code;
    const size_t letter = utf8_take(text, UTF8_MAX, &code);
    const bool takes = letter > 0 && !is_control(code);
    if (len + (takes ? letter : 1) >= size) {
      whole = false;
      break;
    }
    if (takes)
      memcpy(kept + len, text, letter);
    else
      kept[len] = letter == 0 ? '?' : ' ';
    whole = whole && takes;
    len += takes ? letter : 1;
    text += letter > 0 ? letter : 1;
  }
  kept[len] = 0;
  return whole;
}

/* A foreign byte that was quoted, or a letter cut at the end, becomes a question mark. */
static void clean(char *text) {
  for (char *at = text; *at != 0;) {
    uint32_t code;
    size_t len = utf8_take(at, UTF8_MAX, &code);
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
