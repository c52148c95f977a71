/* SPDX-License-Identifier: Apache-2.0
 * Reads configuration files strictly: libinih takes the lines apart, the rows say what may stand there. */
#include "epurse/settings.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "epurse/sentence.h"

#define PROBLEM_SIZE 256

struct settings {
  const struct settings_row *rows; /* borrowed: a program's static table */
  size_t count;
  char **values; /* one for each row */
  int64_t *numbers;
  char *folder; /* absolute, of the file */
};

/* What the callbacks of libinih need. */
struct loading {
  struct settings *settings;
  FILE *file;
  int line, failed_line;
  enum status status;
  char *problem;
};

static void loading_fail(struct loading *loading, const char *what, const char *section, const char *name) {
  if (loading->status == STATUS_OK) { /* the first one is what the reader wants */
    loading->status = STATUS_BAD_CONFIG;
    loading->failed_line = loading->line;
    (void)snprintf(loading->problem, PROBLEM_SIZE, "line %d: [%.40s] %.60s %s", loading->line, section, name, what);
  }
}

/* fgets that counts lines and refuses what it would have to cut: libinih would read the rest as a line of its own. */
static char *line_read(char *text, int size, void *context) {
  struct loading *loading = context;
  char *line = fgets(text, size, loading->file);

  if (line == NULL)
    return NULL;
  loading->line++;
  if (strchr(line, '\n') == NULL && !feof(loading->file) && loading->status == STATUS_OK) {
    loading->status = STATUS_BAD_CONFIG;
    loading->failed_line = loading->line;
    (void)snprintf(loading->problem, PROBLEM_SIZE, "line %d: longer than %d characters", loading->line, size - 2);
  }
  return loading->status == STATUS_OK ? line : NULL;
}

/* Whether a NUL could hide the rest of a line from the parser. Leaves the file at its beginning. */
static bool has_nul(FILE *file) {
  int byte = 0;

  do {
    byte = fgetc(file);
  } while (byte != EOF && byte != '\0');
  rewind(file);
  return byte == '\0';
}

static size_t row_find(const struct settings *settings, const char *section, const char *name) {
  size_t i = 0;

  while (i < settings->count &&
         (strcmp(settings->rows[i].section, section) != 0 || strcmp(settings->rows[i].name, name) != 0))
    i++;
  return i;
}

/* libinih's handler: nonzero to go on. */
static int value_take(void *context, const char *section, const char *name, const char *value) {
  struct loading *loading = context;
  size_t i = row_find(loading->settings, section, name);

  if (i == loading->settings->count)
    loading_fail(loading, SENTENCE("is not known here"), section, name);
  else if (loading->settings->values[i] != NULL)
    loading_fail(loading, SENTENCE("is given twice"), section, name);
  else if ((loading->settings->values[i] = strdup(value)) == NULL)
    loading->status = STATUS_NO_MEMORY;
  return loading->status == STATUS_OK;
}

/* Decimal, with an optional '-', nothing else. */
static bool number_parse(const char *text, const struct settings_row *row, int64_t *number) {
  const char *digits = text[0] == '-' ? text + 1 : text;
  long long value = 0;

  if (digits[0] == '\0' || strspn(digits, "0123456789") != strlen(digits))
    return false;
  errno = 0;
  value = strtoll(text, NULL, 10);
  *number = value;
  return errno == 0 && value >= row->min && value <= row->max;
}

/* A path relative to the file's folder becomes absolute; an empty one stays empty: it names nothing. */
static bool path_complete(const struct settings *settings, char **value) {
  size_t size = strlen(settings->folder) + strlen(*value) + 2;
  char *path = NULL;

  if ((*value)[0] == '/' || (*value)[0] == '\0')
    return true;
  path = malloc(size);
  if (path != NULL) {
    (void)snprintf(path, size, "%s/%s", settings->folder, *value);
    free(*value);
    *value = path;
  }
  return path != NULL;
}

/* Fills in what was not given, reads numbers, completes paths. */
static enum status row_finish(struct settings *settings, size_t i, char *problem) {
  const struct settings_row *row = &settings->rows[i];
  bool given = settings->values[i] != NULL;

  if (row->fallback == NULL && (!given || settings->values[i][0] == '\0')) {
    (void)snprintf(problem, PROBLEM_SIZE, "[%s] %s is missing", row->section, row->name);
    return STATUS_BAD_CONFIG;
  }
  if (!given && (settings->values[i] = strdup(row->fallback)) == NULL)
    return STATUS_NO_MEMORY;
  if (row->kind == SETTING_PATH && !path_complete(settings, &settings->values[i]))
    return STATUS_NO_MEMORY;
  if (row->kind == SETTING_NUMBER && !number_parse(settings->values[i], row, &settings->numbers[i])) {
    (void)snprintf(problem, PROBLEM_SIZE, "[%s] %s must be a whole number from %" PRId64 " to %" PRId64, row->section,
                   row->name, row->min, row->max);
    return STATUS_BAD_CONFIG;
  }
  return STATUS_OK;
}

static enum status settings_parse(struct settings *settings, FILE *file, char *problem) {
  struct loading loading = {.settings = settings, .file = file, .problem = problem};
  int bad_line = 0;

  if (has_nul(file)) {
    (void)snprintf(problem, PROBLEM_SIZE, SENTENCE("this is not a text file"));
    return STATUS_BAD_CONFIG;
  }
  bad_line = ini_parse_stream(line_read, &loading, value_take, &loading);
  if (ferror(file))
    return STATUS_NO_CONFIG;
  /* libinih goes on behind a line that it cannot read: what then looks wrong is not the first thing that is */
  if (bad_line > 0 && (loading.status == STATUS_OK || bad_line < loading.failed_line)) {
    loading.status = STATUS_BAD_CONFIG;
    (void)snprintf(problem, PROBLEM_SIZE, "line %d: neither [section], nor name = value, nor a comment", bad_line);
  }
  for (size_t i = 0; i < settings->count && loading.status == STATUS_OK; i++)
    loading.status = row_finish(settings, i, problem);
  return loading.status;
}

static struct settings *settings_new(const char *path, const struct settings_row *rows, size_t count) {
  struct settings *settings = calloc(1, sizeof *settings);
  char *absolute = realpath(path, NULL);

  if (settings != NULL && absolute != NULL) {
    settings->rows = rows;
    settings->count = count;
    settings->values = calloc(count + 1, sizeof *settings->values);
    settings->numbers = calloc(count + 1, sizeof *settings->numbers);
    settings->folder = strdup(dirname(absolute));
  }
  free(absolute);
  if (settings != NULL && (settings->values == NULL || settings->numbers == NULL || settings->folder == NULL))
    settings_free(&settings);
  return settings;
}

enum status settings_load(const char *path, const struct settings_row *rows, size_t count, struct settings **settings,
                          char problem[256]) {
  FILE *file = fopen(path, "re");
  struct settings *made = file != NULL ? settings_new(path, rows, count) : NULL;
  enum status status = STATUS_NO_MEMORY;

  *settings = NULL;
  problem[0] = '\0';
  if (file == NULL) {
    (void)snprintf(problem, PROBLEM_SIZE, "%s", strerror(errno));
    return STATUS_NO_CONFIG;
  }
  if (made != NULL)
    status = settings_parse(made, file, problem);
  (void)fclose(file);
  if (status != STATUS_OK)
    settings_free(&made);
  *settings = made;
  return status;
}

void settings_free(struct settings **settings) {
  if (*settings == NULL)
    return;
  for (size_t i = 0; (*settings)->values != NULL && i < (*settings)->count; i++)
    free((*settings)->values[i]);
  free((*settings)->values);
  free((*settings)->numbers);
  free((*settings)->folder);
  free(*settings);
  *settings = NULL;
}

const char *settings_text(const struct settings *settings, const char *section, const char *name) {
  size_t i = row_find(settings, section, name);

  return i < settings->count ? settings->values[i] : "";
}

int64_t settings_number(const struct settings *settings, const char *section, const char *name) {
  size_t i = row_find(settings, section, name);

  return i < settings->count ? settings->numbers[i] : 0;
}

const char *settings_folder(const struct settings *settings) {
  return settings->folder;
}
