/* SPDX-License-Identifier: Apache-2.0
 * Command lines as tables: rows to getopt_long and --help. */
#include "option.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "completion.h"
#include "config.h"
#include "finish.h"
#include "language.h"
#include "problem.h"

#define ROWS_MAX        64
#define CODE_HELP       1000
#define CODE_VERSION    1001
#define CODE_COMPLETION 1002
#define CODE_FIRST      1100 /* rows without a letter: CODE_FIRST + their place */

/* The rows of all groups in one array, as getopt_long and the rest here want them. */
struct table {
  const struct option_row *rows[ROWS_MAX];
  struct option longs[ROWS_MAX + 4];
  char shorts[3 * ROWS_MAX + 2];
  size_t count;
};

static bool takes_optional(enum option_kind kind) {
  return kind == OPTION_OPTIONAL_TEXT || kind == OPTION_OPTIONAL_NUMBER;
}

static bool is_descriptor(enum option_kind kind) {
  return kind == OPTION_FD_IN || kind == OPTION_FD_OUT;
}

static void table_add(struct table *table, const struct option_row *row) {
  size_t at = table->count++;
  int form = row->kind == OPTION_FLAG ? no_argument : takes_optional(row->kind) ? optional_argument : required_argument;
  table->rows[at] = row;
  table->longs[at] = (struct option){row->name, form, NULL, CODE_FIRST + (int)at};
  if (row->letter == 0)
    return;
  size_t len = strlen(table->shorts);
  table->shorts[len++] = row->letter;
  for (int colons = form; colons > 0; colons--)
    table->shorts[len++] = ':';
  table->shorts[len] = 0;
}

static void table_build(const struct program *program, struct table *table) {
  *table = (struct table){.shorts = "+"};
  for (size_t group = 0; group < sizeof program->rows / sizeof program->rows[0]; group++)
    for (const struct option_row *row = program->rows[group]; row != NULL && row->name != NULL; row++)
      if (table->count < ROWS_MAX)
        table_add(table, row);
  table->longs[table->count] = (struct option){"help", no_argument, NULL, CODE_HELP};
  table->longs[table->count + 1] = (struct option){"version", no_argument, NULL, CODE_VERSION};
  table->longs[table->count + 2] = (struct option){"completion", required_argument, NULL, CODE_COMPLETION};
}

static void print_row(const struct option_row *row) {
  char left[64], argument[40] = "";
  if (row->argument != NULL)
    snprintf(argument, sizeof argument, takes_optional(row->kind) ? "[=%s]" : "=%s", row->argument);
  if (row->letter != 0)
    snprintf(left, sizeof left, "-%c, --%s%s", row->letter, row->name, argument);
  else
    snprintf(left, sizeof left, "    --%s%s", row->name, argument);
  printf("  %-30s %s%s%s%s\n", left, translated(row->sentence), row->environment != NULL ? " [$" : "",
         row->environment != NULL ? row->environment : "", row->environment != NULL ? "]" : "");
}

static void print_help(const struct program *program, const struct table *table) {
  if (program->verbs != NULL)
    printf(translated("usage: %s [OPTION...] VERB [ARGUMENT...]\n%s\n\nverbs:\n"), program->name,
           translated(program->sentence));
  else
    printf(translated("usage: %s [OPTION...] %s\n%s\n"), program->name, program->operands,
           translated(program->sentence));
  for (const struct verb *verb = program->verbs; verb != NULL && verb->name != NULL; verb++)
    printf("  %s%s%-*s %s\n", verb->name, verb->arguments[0] != 0 ? " " : "",
           (int)(29 - strlen(verb->name)) - (verb->arguments[0] != 0), verb->arguments, translated(verb->sentence));
  printf("\n%s", translated("options:\n"));
  for (size_t i = 0; i < table->count; i++)
    print_row(table->rows[i]);
  printf("  %-30s %s\n  %-30s %s\n", "    --help", translated("print this and exit"), "    --version",
         translated("print the version and exit"));
}

/* For the build, which installs it; so --help has no word of it. */
static enum status print_completion(const struct program *program, const char *shell) {
  if (completion_print(program, shell, stdout) == STATUS_OK)
    exit(fflush(stdout) == 0 ? EXIT_SUCCESS : status_exit_code(STATUS_STORE_FAILED));
  problem_say(program->name, "--completion expects bash or zsh, not '%s'", shell);
  return STATUS_USAGE;
}

static enum status check_text(const struct program *program, const char *what, const char *text) {
  if (text == NULL || problem_is_utf8(text)) /* texts go into JSON, messages and the ledger, which hold UTF-8 only */
    return STATUS_OK;
  problem_say(program->name, "%s is not UTF-8, and nothing was done: use a UTF-8 locale, or plain letters", what);
  return STATUS_USAGE;
}

static enum status check_operands(const struct program *program, char *const *operands) {
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && operands[i] != NULL; i++)
    status = check_text(program, "an argument", operands[i]);
  return status;
}

static bool read_number(const char *text, int64_t min, int64_t max, int64_t *value) {
  char *end = NULL;
  errno = 0;
  intmax_t number = strtoimax(text, &end, 10);
  if (errno != 0 || end == text || *end != 0 || number < min || number > max)
    return false;
  *value = number;
  return true;
}

static enum status texts_add(const struct program *program, const struct option_row *row, const char *argument,
                             struct option_texts *texts) {
  if (texts->count == OPTION_TEXTS_MAX) {
    problem_say(program->name, "--%s is given more than %d times", row->name, OPTION_TEXTS_MAX);
    return STATUS_USAGE;
  }
  texts->texts[texts->count++] = argument;
  return STATUS_OK;
}

/* A descriptor given by number is open, and the right way round. */
static enum status check_descriptor(const struct program *program, const struct option_row *row, int fd) {
  const int way = row->kind == OPTION_FD_IN ? O_RDONLY : O_WRONLY;
  const int flags = fcntl(fd, F_GETFL);
  if (flags < 0) {
    problem_say(program->name, "--%s=%d: this descriptor is not open", row->name, fd);
    return STATUS_USAGE;
  }
  if ((flags & O_PATH) == 0 && ((flags & O_ACCMODE) == way || (flags & O_ACCMODE) == O_RDWR))
    return STATUS_OK;
  problem_say(program->name,
              way == O_RDONLY ? SENTENCE("--%s=%d: this descriptor is not open for reading")
                              : SENTENCE("--%s=%d: this descriptor is not open for writing"),
              row->name, fd);
  return STATUS_USAGE;
}

static enum status row_set(const struct program *program, const struct option_row *row, const char *argument,
                           void *options) {
  void *field = (char *)options + row->offset;
  char what[64];
  snprintf(what, sizeof what, "--%s", row->name);
  enum status status = row->kind != OPTION_ANY_TEXT ? check_text(program, what, argument) : STATUS_OK;
  if (status != STATUS_OK)
    return status;
  switch (row->kind) {
  case OPTION_FLAG:
    *(bool *)field = true;
    return STATUS_OK;
  case OPTION_TEXT:
  case OPTION_ANY_TEXT:
    *(const char **)field = argument;
    return STATUS_OK;
  case OPTION_OPTIONAL_TEXT:
    *(const char **)field = argument != NULL ? argument : "";
    return STATUS_OK;
  case OPTION_OPTIONAL_NUMBER:
    if (argument == NULL) {
      *(int64_t *)field = -1;
      return STATUS_OK;
    }
    break;
  case OPTION_TEXTS:
    return texts_add(program, row, argument, field);
  case OPTION_NUMBER:
  case OPTION_FD_IN:
  case OPTION_FD_OUT:
    break;
  }
  if (read_number(argument, row->min, row->max, field))
    return is_descriptor(row->kind) ? check_descriptor(program, row, (int)*(int64_t *)field) : STATUS_OK;
  problem_say(program->name, "--%s expects a number from %" PRId64 " to %" PRId64 ", not '%s'", row->name, row->min,
              row->max, argument);
  return STATUS_USAGE;
}

static enum status read_environment(const struct program *program, const struct table *table, void *options) {
  for (size_t i = 0; i < table->count; i++) {
    const struct option_row *row = table->rows[i];
    const char *value = row->environment != NULL ? getenv(row->environment) : NULL;
    if (value == NULL || value[0] == 0)
      continue;
    enum status status = row_set(program, row, value, options);
    if (status != STATUS_OK)
      return status;
  }
  return STATUS_OK;
}

static const struct option_row *row_of_code(const struct table *table, int code) {
  if (code >= CODE_FIRST)
    return table->rows[code - CODE_FIRST];
  for (size_t i = 0; i < table->count; i++)
    if (table->rows[i]->letter == code)
      return table->rows[i];
  return NULL;
}

static enum status read_argv(const struct program *program, const struct table *table, int argc, char **argv,
                             void *options) {
  optind = 0;
  opterr = 0; /* the sentences are ours */
  for (;;) {
    int code = getopt_long(argc, argv, table->shorts, table->longs, NULL);
    if (code == -1)
      return STATUS_OK;
    if (code == CODE_HELP) {
      print_help(program, table);
      exit(EXIT_SUCCESS);
    }
    if (code == CODE_VERSION) {
      printf("%s %s\n", program->name, PACKAGE_VERSION);
      exit(EXIT_SUCCESS);
    }
    if (code == CODE_COMPLETION)
      return print_completion(program, optarg);
    const struct option_row *row = row_of_code(table, code);
    if (row == NULL) {
      if (optopt >= '0' && optopt <= '9') /* "-5" looks like an option */
        problem_say(program->name, "a number with a sign is not valid here");
      else
        problem_say(program->name, "option '%s' is not known, or lacks its argument; --help lists them",
                    optind > 0 ? argv[optind - 1] : "");
      return STATUS_USAGE;
    }
    enum status status = row_set(program, row, optarg, options);
    if (status != STATUS_OK)
      return status;
  }
}

/* The option whose argument may be left out, where the word is its name; NULL: it is none. */
static const struct option_row *optional_row(const struct program *program, const char *word) {
  for (size_t group = 0; group < sizeof program->rows / sizeof program->rows[0]; group++)
    for (const struct option_row *row = program->rows[group]; row != NULL && row->name != NULL; row++) {
      const char shorter[] = {'-', row->letter, 0};
      bool named =
          word[0] == '-' && (strcmp(word, shorter) == 0 || strcmp(word + 1 + (word[1] == '-'), row->name) == 0);
      if (takes_optional(row->kind) && named)
        return row;
    }
  return NULL;
}

/* "-w 5": an argument that may be left out stands in the option's own word. */
static void hint_optional(const struct program *program, const char *before, const char *word) {
  const struct option_row *row = optional_row(program, before);
  if (row != NULL)
    problem_say(program->name, "if it belongs to %s, write --%s=%s", before, row->name, word);
}

/* The place of an option that such a word stands behind, before getopt_long sorts them; 0: there is none. */
static int optional_apart(const struct program *program, char *const *words, int count) {
  for (int i = 1; i + 1 < count; i++)
    if (optional_row(program, words[i]) != NULL && words[i + 1][0] != '-')
      return i;
  return 0;
}

/* Options may stand before and after the verb: what follows it is read again after the operands were set aside. */
static enum status find_verb(const struct program *program, int argc, char **argv, const struct verb **verb) {
  if (optind < argc && check_text(program, "the verb", argv[optind]) != STATUS_OK)
    return STATUS_USAGE;
  if (optind >= argc) {
    char names[512] = "";
    for (const struct verb *each = program->verbs; each->name != NULL; each++)
      (void)snprintf(names + strlen(names), sizeof names - strlen(names), " %s", each->name);
    problem_say(program->name, "say what to do: one of%s", names);
    return STATUS_USAGE;
  }
  for (const struct verb *each = program->verbs; each->name != NULL; each++)
    if (strcmp(each->name, argv[optind]) == 0) {
      *verb = each;
      return STATUS_OK;
    }
  problem_say(program->name, "there is no verb '%s'; --help lists them", argv[optind]);
  hint_optional(program, optind > 1 ? argv[optind - 1] : "", argv[optind]);
  return STATUS_USAGE;
}

/* Whether a word of short options, "-qj", has that letter before one that takes the rest for its argument. */
static bool letters_have(const struct table *table, const char *word, char letter) {
  for (const char *at = word + 1; *at != 0; at++) {
    if (*at == letter)
      return true;
    const struct option_row *row = row_of_code(table, *at);
    if (row != NULL && row->kind != OPTION_FLAG)
      return false;
  }
  return false;
}

/* Whether --json or -j stands on the line, anywhere: what is wrong may stand before it. */
static bool wants_json(const struct table *table, int argc, char *const *argv) {
  const struct option_row *json = NULL;
  for (size_t i = 0; i < table->count && json == NULL; i++)
    json = strcmp(table->rows[i]->name, "json") == 0 ? table->rows[i] : NULL;
  for (int i = 1; json != NULL && i < argc && strcmp(argv[i], "--") != 0; i++) {
    const char *word = argv[i];
    if (word[0] == '-' && word[1] == '-' && strncmp("json", word + 2, strlen(word + 2)) == 0)
      return true;
    if (word[0] == '-' && word[1] != '-' && json->letter != 0 && letters_have(table, word, json->letter))
      return true;
  }
  return false;
}

static enum status parse(const struct program *program, struct table *table, int argc, char **argv, void *options,
                         const struct verb **verb, char ***operands) {
  enum status status = read_environment(program, table, options);
  if (status == STATUS_OK)
    status = read_argv(program, table, argc, argv, options);
  if (status != STATUS_OK)
    return status;
  if (program->verbs == NULL) {
    *operands = argv + optind;
    if (argc - optind >= program->operands_min)
      return check_operands(program, *operands);
    problem_say(program->name, "%s is missing; see --help", program->operands);
    return STATUS_USAGE;
  }
  status = find_verb(program, argc, argv, verb);
  if (status != STATUS_OK)
    return status;
  char **rest = argv + optind;
  int rest_count = argc - optind;
  const int apart = optional_apart(program, rest, rest_count);
  const char *option = apart > 0 ? rest[apart] : "", *word = apart > 0 ? rest[apart + 1] : "";
  memmove(table->shorts, table->shorts + 1, strlen(table->shorts)); /* without '+': options may stand after operands */
  status = read_argv(program, table, rest_count, rest, options);
  if (status != STATUS_OK)
    return status;
  const int given = rest_count - optind, wanted = (*verb)->count;
  if (wanted >= 0 ? given != wanted : given > -wanted) {
    problem_say(program->name, "usage: %s %s%s%s", program->name, (*verb)->name, wanted != 0 ? " " : "",
                (*verb)->arguments);
    hint_optional(program, option, word);
    return STATUS_USAGE;
  }
  *operands = rest + optind;
  return check_operands(program, *operands);
}

enum status option_parse(const struct program *program, int argc, char **argv, void *options, const struct verb **verb,
                         char ***operands) {
  static const char family[] = "epurse-";
  struct table table;
  table_build(program, &table);
  const bool json = wants_json(&table, argc, argv); /* before getopt_long sorts the words */
  const struct verb *found = NULL;
  enum status status = parse(program, &table, argc, argv, options, &found, operands);
  if (status != STATUS_OK && json) {
    const char *named = strncmp(program->name, family, sizeof family - 1) == 0 ? program->name + sizeof family - 1 : "";
    json_t *object = finish_object(found != NULL ? found->name : program->verbs == NULL ? named : "", NULL, status);
    finish_print(object);
    json_decref(object);
  }
  if (status == STATUS_OK && json && found != NULL)
    finish_watch(program->name, found->name);
  if (verb != NULL)
    *verb = found;
  return status;
}
