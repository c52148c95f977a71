/* SPDX-License-Identifier: Apache-2.0
 * epurse-tilld: the terminal as a service, for cash registers. */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/frame/language.h"
#include "cmd/frame/option.h"
#include "cmd/frame/retold.h"
#include "epurse/secret.h"
#include "register/register_json.h"
#include "service.h"

#define PROGRAM "epurse-tilld"

struct tilld_options {
  const char *config, *reader;
  bool list_routes;
};

static const struct option_row rows[] = {
    {"config", 'c', "PATH", "EPURSE_CONFIG", OPTION_TEXT, offsetof(struct tilld_options, config), 0, 0,
     SENTENCE("the terminal's directory, or its terminal.conf")},
    {"reader", 'r', "SPEC", "EPURSE_READER", OPTION_TEXT, offsetof(struct tilld_options, reader), 0, 0,
     SENTENCE("card reader: part of its name, index, or ATR")},
    {"list-routes", 0, NULL, NULL, OPTION_FLAG, offsetof(struct tilld_options, list_routes), 0, 0,
     SENTENCE("print what is served, then end")},
    {0},
};

static const struct program program = {.name = PROGRAM,
                                       .sentence = SENTENCE("Offers the terminal as a service, for cash registers."),
                                       .rows = {rows},
                                       .operands = "",
                                       .operands_min = 0};

/* One sentence on stderr; the exit code. Where it cannot listen is no matter of the back-end's, whose status that
 * is. */
static int fail(enum status status, const char *problem) {
  char own[RETOLD_MAX];
  const bool here =
      (status == STATUS_NO_SERVER || status == STATUS_READER_BUSY) && problem[0] != 0; /* all of it is there */
  fprintf(stderr, PROGRAM ": %s%s%s\n", here ? "" : translated_status(status), here || problem[0] == 0 ? "" : ": ",
          retold(problem, own));
  return status_exit_code(status);
}

int main(int argc, char **argv) {
  struct tilld_options options = {.config = NULL};
  const struct log log = {.fd = STDERR_FILENO, .level = LOG_INFO};
  const struct verb *verb = NULL;
  char **operands = NULL, problem[256] = "";

  process_harden();
  language_begin();
  enum status status = option_parse(&program, argc, argv, &options, &verb, &operands);
  if (status != STATUS_OK)
    return status_exit_code(status);
  if (operands[0] != NULL)
    return fail(STATUS_USAGE, operands[0]);
  if (options.list_routes) {
    register_json_routes(stdout);
    return fflush(stdout) == 0 && ferror(stdout) == 0 ? EXIT_SUCCESS : fail(STATUS_STORE_FAILED, "standard output");
  }
  if (options.config == NULL)
    return fail(STATUS_NO_CONFIG, "");
  const struct service_options service = {options.config, options.reader, &log};
  status = service_run(&service, problem);
  return status == STATUS_OK ? EXIT_SUCCESS : fail(status, problem);
}
