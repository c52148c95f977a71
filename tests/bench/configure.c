/* SPDX-License-Identifier: Apache-2.0
 * Changes lines of a server's epursed.conf. */
#include "configure.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "must.h"

/* What a line has to be taken for. */
struct place {
  const char *setting; /* "section.key=value" */
  size_t section_len, key_len;
  bool inside; /* the section */
};

static bool replaced(struct place *place, const char *line) {
  const char *key = place->setting + place->section_len + 1;
  if (line[0] == '[') {
    place->inside = strncmp(line + 1, place->setting, place->section_len) == 0 && line[1 + place->section_len] == ']';
    return false;
  }
  return place->inside && strncmp(line, key, place->key_len) == 0 &&
         line[place->key_len + strspn(line + place->key_len, " ")] == '=';
}

void configure_set(const char *path, const char *setting) {
  struct place place = {.setting = setting, .section_len = strcspn(setting, ".")};
  char *text = NULL, *line = NULL;
  size_t text_len = 0, room = 0;
  place.key_len = strcspn(setting + place.section_len + 1, "=");
  FILE *from = fopen(path, "r"), *to = open_memstream(&text, &text_len);
  must(from != NULL && to != NULL, "%s cannot be read", path);
  while (getline(&line, &room, from) >= 0)
    if (!replaced(&place, line))
      fputs(line, to);
  const char *key = setting + place.section_len + 1;
  fprintf(to, "\n[%.*s]\n%.*s = %s\n", (int)place.section_len, setting, (int)place.key_len, key,
          key + place.key_len + 1);
  fclose(from);
  must(fclose(to) == 0, "no memory for %s", path);
  to = fopen(path, "w");
  must(to != NULL && fwrite(text, 1, text_len, to) == text_len && fclose(to) == 0, "%s cannot be written", path);
  free(line);
  free(text);
}
