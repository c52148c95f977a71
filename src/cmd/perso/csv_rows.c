/* SPDX-License-Identifier: Apache-2.0
 * Lines of a CSV file, each handed to libcsv by itself, so that what is wrong has a line number. */
#include "csv_rows.h"

#include <csv.h>
#include <stdbool.h>
#include <string.h>

#include "epurse/crypto.h"

struct reading {
  struct csv_parser parser;
  csv_row *row;
  void *context;
  char *problem;
  size_t line, count, used;
  char *fields[CSV_FIELDS_MAX];
  char text[CSV_LINE_MAX]; /* the fields of one row, each with its NUL */
  bool ended;              /* the row that began in this line */
  enum status status;
};

static void refuse(struct reading *reading, const char *why) {
  if (reading->status == STATUS_OK)
    (void)snprintf(reading->problem, CSV_PROBLEM, "%s", why);
  reading->status = STATUS_BAD_FORMAT;
}

static void take_field(void *data, size_t len, void *context) {
  struct reading *reading = context;
  if (reading->count == CSV_FIELDS_MAX || len >= sizeof reading->text - reading->used) {
    refuse(reading, "it has too many fields");
    return;
  }
  char *field = reading->text + reading->used;
  memcpy(field, data, len);
  field[len] = 0;
  for (size_t i = 0; i < len; i++)
    if ((unsigned char)field[i] < ' ' || field[i] == 0x7F)
      refuse(reading, "it holds a control character");
  reading->fields[reading->count++] = field;
  reading->used += len + 1;
}

static void take_row(int end, void *context) {
  struct reading *reading = context;
  (void)end;
  reading->ended = true;
  if (reading->status == STATUS_OK)
    reading->status = reading->row(reading->context, reading->line, reading->fields, reading->count, reading->problem);
}

static bool is_blank(const char *text) {
  return text[strspn(text, " \t\r\n")] == 0;
}

static void take_line(struct reading *reading, const char *text) {
  size_t len = strlen(text);
  reading->count = reading->used = 0;
  reading->ended = is_blank(text);
  if (csv_parse(&reading->parser, text, len, take_field, take_row, reading) != len)
    refuse(reading, csv_error(&reading->parser) == CSV_ENOMEM ? "there is not enough memory"
                                                              : "a quotation mark stands where none may");
  else if (!reading->ended)
    refuse(reading, "a quoted field does not end in its line");
}

/* The text of a line, with an end in every case, behind a byte order mark. */
static const char *line_text(struct reading *reading, bool last, char line[CSV_LINE_MAX + 2]) {
  size_t len = strlen(line);
  bool whole = len > 0 && line[len - 1] == '\n';
  if (len > CSV_LINE_MAX - 1 || (!whole && !last)) {
    refuse(reading, "it is too long, or holds a zero byte");
    return "\n";
  }
  if (!whole)
    memcpy(line + len, "\n", 2);
  return reading->line == 1 && strncmp(line, "\xEF\xBB\xBF", 3) == 0 ? line + 3 : line;
}

enum status csv_rows(FILE *file, csv_row *row, void *context, char problem[CSV_PROBLEM]) {
  char line[CSV_LINE_MAX + 2];
  struct reading reading = {.row = row, .context = context, .problem = problem, .status = STATUS_OK};
  char why[CSV_PROBLEM];
  if (csv_init(&reading.parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
    return STATUS_NO_MEMORY;
  csv_set_blk_size(&reading.parser, 2 * CSV_LINE_MAX); /* taken once, so that no copy is left behind */
  problem[0] = 0;
  while (reading.status == STATUS_OK && fgets(line, sizeof line, file) != NULL) {
    reading.line++;
    if (reading.line == 1 && strchr(line, ',') == NULL && strchr(line, ';') != NULL)
      csv_set_delim(&reading.parser, ';'); /* as spreadsheets write it where the comma is the decimal mark */
    take_line(&reading, line_text(&reading, feof(file) != 0, line));
  }
  if (reading.status == STATUS_OK && ferror(file) != 0)
    reading.status = STATUS_STORE_FAILED;
  else if (reading.status != STATUS_OK) {
    memcpy(why, problem, sizeof why);
    (void)snprintf(problem, CSV_PROBLEM, "line %zu: %.200s", reading.line, why);
  }
  if (reading.parser.entry_buf != NULL)
    crypto_wipe(reading.parser.entry_buf, reading.parser.entry_size);
  csv_free(&reading.parser);
  crypto_wipe(line, sizeof line);
  enum status status = reading.status;
  crypto_wipe(&reading, sizeof reading);
  return status;
}
