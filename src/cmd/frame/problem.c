/* SPDX-License-Identifier: Apache-2.0
 * What went wrong, in one sentence on stderr, which stays known for --json. */
#include "problem.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

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

/* A foreign byte that was quoted, or a letter cut at the end, becomes a question mark. */
static void clean(char *text) {
  for (unsigned char *at = (unsigned char *)text; *at != 0;) {
    size_t len = letter_length(at);
    if (len == 0)
      *at = '?';
    at += len > 0 ? len : 1;
  }
}

void problem_say(const char *program, const char *format, ...) {
  const bool first = said[0] == 0;
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  fprintf(stderr, "%s: ", program);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  if (first && vsnprintf(said, sizeof said, format, again) >= 0)
    clean(said);
  va_end(again);
  va_end(arguments);
}

void problem_forget(void) {
  said[0] = 0;
}

const char *problem_said(void) {
  return said;
}
