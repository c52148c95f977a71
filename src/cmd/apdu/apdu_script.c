/* SPDX-License-Identifier: Apache-2.0
 * APDU scripts: line by line into steps. What scriptor would take differently is an error, never a surprise. */
#include "apdu_script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "epurse/apdu.h"

/* Where the reading stands. */
struct parser {
  struct apdu_script *script;
  unsigned line;
  bool continued;  /* the line before ended with a backslash */
  bool expectable; /* nothing but expectations stands between here and the last step */
  const char *wrong;
};

static int digit_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  int upper = toupper((unsigned char)c);
  return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

static struct apdu_step *step_last(struct parser *parser) {
  return &parser->script->steps[parser->script->count - 1];
}

static enum status step_add(struct parser *parser, bool reset) {
  struct apdu_script *script = parser->script;
  struct apdu_step *steps = reallocarray(script->steps, script->count + 1, sizeof *steps);
  if (steps == NULL)
    return STATUS_NO_MEMORY;
  script->steps = steps;
  steps[script->count++] = (struct apdu_step){.line = parser->line, .reset = reset};
  parser->expectable = true;
  return STATUS_OK;
}

static enum status refuse(struct parser *parser, const char *wrong) {
  parser->wrong = wrong;
  return STATUS_BAD_FORMAT;
}

static enum status read_bytes(struct parser *parser, const char *text, size_t len) {
  struct apdu_step *step = step_last(parser);
  int high = -1;
  for (size_t i = 0; i < len; i++) {
    int digit = digit_value(text[i]);
    if (text[i] == ' ' && high < 0)
      continue;
    if (digit < 0)
      return refuse(parser, "hexadecimal bytes are expected");
    if (high < 0) {
      high = digit;
      continue;
    }
    if (step->len == sizeof step->command)
      return refuse(parser, "the command is too long");
    step->command[step->len++] = (uint8_t)(high << 4 | digit);
    high = -1;
  }
  return high < 0 ? STATUS_OK : refuse(parser, "half a byte");
}

static enum status read_command(struct parser *parser, const char *text, size_t len) {
  bool goes_on = len > 0 && text[len - 1] == '\\';
  enum status status = STATUS_OK;
  if (!parser->continued)
    status = step_add(parser, false);
  parser->continued = goes_on;
  if (status == STATUS_OK)
    status = read_bytes(parser, text, goes_on ? len - 1 : len);
  if (status == STATUS_OK && !goes_on && step_last(parser)->len < APDU_HEADER_SIZE)
    return refuse(parser, "a command has four bytes at least");
  return status;
}

/* Whole bytes between the bars, at least a status word. */
static bool pattern_valid(const char *pattern) {
  size_t digits = 0;
  for (const char *at = pattern;; at++) {
    if (*at == '|' || *at == 0) {
      if (digits < 4 || digits % 2 != 0)
        return false;
      digits = 0;
    } else {
      digits++;
    }
    if (*at == 0)
      return true;
  }
}

/* Several such lines in a row are one expectation. */
static enum status read_expectation(struct parser *parser, const char *text) {
  if (!parser->expectable)
    return refuse(parser, "an expectation stands right behind its command");
  struct apdu_step *step = step_last(parser);
  if (step->reset)
    return refuse(parser, "a reset has no answer to expect");
  size_t len = step->expected != NULL ? strlen(step->expected) : 0;
  char *expected = realloc(step->expected, len + strlen(text) + 1);
  if (expected == NULL)
    return STATUS_NO_MEMORY;
  step->expected = expected;
  for (; *text != 0; text++) {
    if (*text == ' ')
      continue;
    char upper = (char)toupper((unsigned char)*text);
    if (digit_value(upper) < 0 && upper != 'X' && upper != '|')
      return refuse(parser, "hexadecimal bytes, XX or | are expected");
    expected[len++] = upper;
  }
  expected[len] = 0;
  return STATUS_OK;
}

static bool contains_exit(const char *text) {
  for (; *text != 0; text++)
    if (strncasecmp(text, "exit", 4) == 0)
      return true;
  return false;
}

static enum status read_line(struct parser *parser, const char *text, size_t len) {
  if (contains_exit(text))
    return refuse(parser, "scriptor ends wherever it reads \"exit\", also in a comment");
  if (parser->continued)
    return text[0] == '#' ? refuse(parser, "a comment in the middle of a command") : read_command(parser, text, len);
  if (strncmp(text, "#=", 2) == 0)
    return read_expectation(parser, text + 2);
  bool ended = parser->expectable && step_last(parser)->expected != NULL && !pattern_valid(step_last(parser)->expected);
  parser->expectable = false;
  if (ended)
    return refuse(parser, "the expectation before this line lacks a status word, or has half a byte");
  if (len == 0 || text[0] == '#')
    return STATUS_OK;
  return strcasecmp(text, "reset") == 0 ? step_add(parser, true) : read_command(parser, text, len);
}

static enum status read_script(struct parser *parser, FILE *file) {
  char *text = NULL;
  size_t capacity = 0;
  ssize_t len;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && (len = getline(&text, &capacity, file)) >= 0) {
    while (len > 0 && isspace((unsigned char)text[len - 1]))
      text[--len] = 0;
    parser->line++;
    status = read_line(parser, text, (size_t)len);
  }
  free(text);
  if (status == STATUS_OK && parser->continued)
    status = refuse(parser, "the file ends in the middle of a command");
  if (status == STATUS_OK)
    status = read_line(parser, "", 0); /* so that the last expectation is looked at */
  return status;
}

enum status apdu_script_load(const char *path, struct apdu_script **script, char problem[128]) {
  struct parser parser = {.script = calloc(1, sizeof **script)};
  enum status status = STATUS_NO_MEMORY;
  FILE *file = NULL;
  *script = NULL;
  problem[0] = 0;
  if (parser.script == NULL)
    goto out;
  status = STATUS_NOT_FOUND;
  file = fopen(path, "re");
  if (file == NULL)
    goto out;
  status = read_script(&parser, file);
  for (size_t i = 0; i < parser.script->count; i++)
    parser.script->checks += parser.script->steps[i].expected != NULL;
  if (parser.wrong != NULL)
    snprintf(problem, 128, "line %u: %s", parser.line, parser.wrong);
out:
  if (file != NULL)
    fclose(file);
  if (status == STATUS_OK)
    *script = parser.script;
  else
    apdu_script_free(&parser.script);
  return status;
}

void apdu_script_free(struct apdu_script **script) {
  if (*script == NULL)
    return;
  for (size_t i = 0; i < (*script)->count; i++)
    free((*script)->steps[i].expected);
  free((*script)->steps);
  free(*script);
  *script = NULL;
}

static bool alternative_fits(const char *pattern, size_t digits, const uint8_t *answer, size_t len) {
  if (digits != 2 * len)
    return false;
  for (size_t i = 0; i < digits; i++) {
    int digit = i % 2 == 0 ? answer[i / 2] >> 4 : answer[i / 2] & 0x0F;
    if (pattern[i] != 'X' && digit_value(pattern[i]) != digit)
      return false;
  }
  return true;
}

bool apdu_step_fits(const struct apdu_step *step, const uint8_t *answer, size_t len) {
  const char *pattern = step->expected;
  while (pattern != NULL) {
    const char *bar = strchr(pattern, '|');
    size_t digits = bar != NULL ? (size_t)(bar - pattern) : strlen(pattern);
    if (alternative_fits(pattern, digits, answer, len))
      return true;
    pattern = bar != NULL ? bar + 1 : NULL;
  }
  return step->expected == NULL;
}
