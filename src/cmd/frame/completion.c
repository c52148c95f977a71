/* SPDX-License-Identifier: Apache-2.0
 * A program's table of options as a shell's completion. */
#include "completion.h"

#include <stdbool.h>
#include <string.h>

static bool wants_argument(const struct option_row *row) {
  return row->kind != OPTION_FLAG && row->kind != OPTION_OPTIONAL_TEXT && row->kind != OPTION_OPTIONAL_NUMBER;
}

/* Of an argument that names a file or a folder, which a shell knows how to complete. */
static bool is_path(const struct option_row *row) {
  static const char *const words[] = {"FILE", "DIR", "PATH"};
  for (size_t i = 0; row->argument != NULL && i < sizeof words / sizeof words[0]; i++)
    if (strcmp(row->argument, words[i]) == 0)
      return true;
  return false;
}

typedef void row_visit(const struct option_row *row, FILE *out);

static void each_row(const struct program *program, row_visit *visit, FILE *out) {
  for (size_t group = 0; group < sizeof program->rows / sizeof program->rows[0]; group++)
    for (const struct option_row *row = program->rows[group]; row != NULL && row->name != NULL; row++)
      visit(row, out);
}

/* A verb of two words is completed word by word: its first one once, the second where the first stands. */
static size_t first_word(const struct verb *verb) {
  return strcspn(verb->name, " ");
}

static bool begins_anew(const struct verb *verbs, const struct verb *verb) {
  size_t len = first_word(verb);
  for (const struct verb *before = verbs; before < verb; before++)
    if (first_word(before) == len && strncmp(before->name, verb->name, len) == 0)
      return false;
  return true;
}

/* Of the shell: "_epurse_pos". */
static void print_function(const struct program *program, FILE *out) {
  fputc('_', out);
  for (const char *at = program->name; *at != 0; at++)
    fputc(*at == '-' ? '_' : *at, out);
}

/* ---- bash ---- */

static void bash_row(const struct option_row *row, FILE *out) {
  fprintf(out, " --%s%s", row->name, wants_argument(row) ? "=" : "");
}

static void bash_path_row(const struct option_row *row, FILE *out) {
  if (is_path(row))
    fprintf(out, "|--%s", row->name);
}

static void bash_argument_row(const struct option_row *row, FILE *out) {
  if (wants_argument(row))
    fprintf(out, "|--%s", row->name);
  if (wants_argument(row) && row->letter != 0)
    fprintf(out, "|-%c", row->letter);
}

static void first_words(const struct verb *verbs, FILE *out) {
  for (const struct verb *verb = verbs; verb->name != NULL; verb++)
    if (begins_anew(verbs, verb))
      fprintf(out, " %.*s", (int)first_word(verb), verb->name);
}

/* A line "    card) words=' add block' ;;" for each first word that others follow. */
static void bash_second_words(const struct verb *verbs, FILE *out) {
  for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
    size_t len = first_word(verb);
    if (verb->name[len] == 0 || !begins_anew(verbs, verb))
      continue;
    fprintf(out, "    %.*s) words='", (int)len, verb->name);
    for (const struct verb *same = verb; same->name != NULL; same++)
      if (first_word(same) == len && strncmp(same->name, verb->name, len) == 0)
        fprintf(out, "%s ", same->name + len + 1);
    fprintf(out, "' ;;\n");
  }
}

static void bash_print(const struct program *program, FILE *out) {
  fprintf(out, "# bash completion of %s, made from its table of options by: %s --completion=bash\n", program->name,
          program->name);
  print_function(program, out);
  fprintf(out, "() {\n"
               "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words='' verb=''\n"
               "  COMPREPLY=()\n"
               "  case $before in\n"
               "    =) return ;;\n"
               "    --no-such-option");
  each_row(program, bash_path_row, out);
  fprintf(out, ") return ;; # readline completes files\n"
               "  esac\n"
               "  if [[ $current == -* ]]; then\n"
               "    words='--help --version");
  each_row(program, bash_row, out);
  fprintf(out, "'\n");
  if (program->verbs != NULL) {
    fprintf(out, "  else\n"
                 "    local word last=''\n"
                 "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "      case $last in\n"
                 "        =");
    each_row(program, bash_argument_row, out);
    fprintf(out, ") ;; # the argument of an option\n"
                 "        *) [[ $word == -* || $word == = ]] || { verb=$word; break; } ;;\n"
                 "      esac\n"
                 "      last=$word\n"
                 "    done\n"
                 "    case $verb in\n"
                 "    '') words='");
    first_words(program->verbs, out);
    fprintf(out, "' ;;\n");
    bash_second_words(program->verbs, out);
    fprintf(out, "    esac\n"
                 "    [[ -z $verb || $before == \"$verb\" ]] || return 0\n");
  }
  fprintf(out, "  fi\n"
               "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
               "  [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null\n"
               "}\n"
               "complete -o default -F ");
  print_function(program, out);
  fprintf(out, " %s\n", program->name);
}

/* ---- zsh ---- */

/* A sentence inside '...', where "[" and ":" mean something to _arguments. */
static void zsh_text(const char *text, FILE *out) {
  for (; *text != 0; text++) {
    if (*text == '\'')
      fputs("'\\'", out);
    else if (strchr("[]:\\", *text) != NULL)
      fputc('\\', out);
    fputc(*text, out);
  }
}

static void zsh_row(const struct option_row *row, FILE *out) {
  fprintf(out, " \\\n    '%s--%s%s[", row->kind == OPTION_TEXTS ? "*" : "", row->name,
          row->kind == OPTION_FLAG ? ""
          : wants_argument(row)    ? "="
                                   : "=-");
  zsh_text(row->sentence, out);
  fputc(']', out);
  if (row->kind != OPTION_FLAG) {
    fprintf(out, wants_argument(row) ? ":" : "::");
    zsh_text(row->argument != NULL ? row->argument : "", out);
    fputs(is_path(row) ? ":_files" : ": ", out);
  }
  fputc('\'', out);
}

static void zsh_print(const struct program *program, FILE *out) {
  fprintf(out, "#compdef %s\n# Made from its table of options by: %s --completion=zsh\n_arguments -S", program->name,
          program->name);
  each_row(program, zsh_row, out);
  fprintf(out, " \\\n    '--help[print help and exit]' \\\n    '--version[print the version and exit]' \\\n    ");
  if (program->verbs == NULL) {
    fprintf(out, "'*:file:_files'\n");
    return;
  }
  fprintf(out, "'1:verb:(");
  first_words(program->verbs, out);
  fprintf(out, ")' '*::argument:_files'\n");
}

enum status completion_print(const struct program *program, const char *shell, FILE *out) {
  if (strcmp(shell, "bash") == 0)
    bash_print(program, out);
  else if (strcmp(shell, "zsh") == 0)
    zsh_print(program, out);
  else
    return STATUS_USAGE;
  return STATUS_OK;
}
