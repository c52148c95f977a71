/* SPDX-License-Identifier: Apache-2.0
 * Knows a finished sentence again by its form, and says it in another language. */
#include "retold.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "language.h"

#define QUOTED_MAX 9
#define DEPTH_MAX  4 /* a sentence that quotes one, behind a file's name */

struct quoted {
  const char *text;
  size_t len;
};

/* How far it went in, and by which forms. */
struct telling {
  const char *const *forms;
  unsigned depth;
};

/* Takes the sentence apart: each piece of the form stands in it, the last one at its end. */
static bool form_fits(const char *form, const char *english, struct quoted quoted[QUOTED_MAX]) {
  size_t count = 0;
  size_t len = strcspn(form, "%");
  if (strncmp(form, english, len) != 0)
    return false;
  const char *at = english + len;
  for (form += len; *form != 0 && count < QUOTED_MAX; form += len, count++) {
    char piece[128];
    form += 2; /* %s */
    len = strcspn(form, "%");
    if (len >= sizeof piece)
      return false;
    memcpy(piece, form, len);
    piece[len] = 0;
    const char *end = form[len] == 0 ? at + strlen(at) - (strlen(at) < len ? strlen(at) : len) : strstr(at, piece);
    if (end == NULL || strncmp(end, piece, len) != 0)
      return false;
    quoted[count] = (struct quoted){at, (size_t)(end - at)};
    at = end + len;
  }
  return *form == 0 && *at == 0;
}

static size_t put(char *text, size_t used, const char *from, size_t len) {
  size_t room = RETOLD_MAX - 1 - used;
  len = len < room ? len : room;
  memcpy(text + used, from, len);
  text[used + len] = 0;
  return used + len;
}

static const char *retold_within(const char *english, char text[RETOLD_MAX], struct telling telling);

/* One word is no sentence: a name, a number, what somebody wrote. */
static bool is_name(const char *text) {
  return strchr(text, ' ') == NULL;
}

/* What is quoted may be a sentence itself. */
static size_t put_quoted(char *text, size_t used, struct quoted quoted, struct telling telling) {
  char copy[RETOLD_MAX], own[RETOLD_MAX];
  (void)snprintf(copy, sizeof copy, "%.*s", (int)quoted.len, quoted.text);
  telling.depth++;
  const char *said = is_name(copy) ? copy : retold_within(copy, own, telling);
  return put(text, used, said, strlen(said));
}

/* The translated form, whose order may be another: "%2$s". */
static void form_fill(const char *form, const struct quoted quoted[QUOTED_MAX], char text[RETOLD_MAX],
                      struct telling telling) {
  size_t used = 0, next = 0;
  text[0] = 0;
  while (*form != 0) {
    size_t len = strcspn(form, "%");
    used = put(text, used, form, len);
    form += len;
    if (*form == 0)
      break;
    bool numbered = form[1] >= '1' && form[1] <= '0' + QUOTED_MAX && form[2] == '$';
    size_t which = numbered ? (size_t)(form[1] - '1') : next++;
    if (which < QUOTED_MAX && quoted[which].text != NULL)
      used = put_quoted(text, used, quoted[which], telling);
    form += strlen(numbered ? "%1$s" : "%s");
  }
}

static const char *form_of(const char *english, const char *const *forms, struct quoted quoted[QUOTED_MAX]) {
  for (; *forms != NULL; forms++)
    if (form_fits(*forms, english, quoted))
      return *forms;
  return NULL;
}

/* The sentence as a whole; the same text where it is not known. */
static const char *whole(const char *english, char text[RETOLD_MAX], struct telling telling) {
  struct quoted quoted[QUOTED_MAX] = {{NULL, 0}};
  const char *own = translated(english);
  const char *form = own == english ? form_of(english, telling.forms, quoted) : NULL;
  if (form == NULL || translated(form) == form)
    return own;
  form_fill(translated(form), quoted, text, telling);
  return text;
}

/* Or piece by piece, as in "sentence: FILE: sentence". */
static const char *retold_within(const char *english, char text[RETOLD_MAX], struct telling telling) {
  char piece[RETOLD_MAX], own[RETOLD_MAX];
  size_t used = 0;
  if (telling.depth >= DEPTH_MAX)
    return english;
  const char *rest = english, *said = whole(rest, text, telling);
  if (said != english)
    return said;
  for (const char *colon = strstr(rest, ": "); colon != NULL; colon = strstr(rest, ": ")) {
    (void)snprintf(piece, sizeof piece, "%.*s", (int)(colon - rest), rest);
    said = is_name(piece) ? piece : whole(piece, own, telling);
    used = put(text, used, said, strlen(said));
    used = put(text, used, ": ", 2);
    rest = colon + 2;
    said = whole(rest, own, telling);
    if (said != rest)
      break;
  }
  if (rest == english)
    return english;
  (void)put(text, used, said, strlen(said));
  return text;
}

const char *retold(const char *english, char text[RETOLD_MAX]) {
  return retold_within(english, text, (struct telling){retold_configuration, 0});
}

const char *retold_finding(const char *english, char text[RETOLD_MAX]) {
  return retold_within(english, text, (struct telling){retold_audit, 0});
}
