/* SPDX-License-Identifier: Apache-2.0
 * epursed: the back-end. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cmd/frame/language.h"
#include "cmd/frame/local_time.h"
#include "cmd/frame/option.h"
#include "cmd/frame/retold.h"
#include "epurse/crypto.h"
#include "epurse/ledger.h"
#include "epurse/ledger_backup.h"
#include "epurse/ledger_clock.h"
#include "epurse/secret.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/service.h"

#define PROGRAM "epursed"

struct epursed_options {
  const char *config;
  int64_t passphrase_fd; /* -1: not given */
  bool check_config, list_routes, confirm_clock;
};

static const struct option_row rows[] = {
    {"config", 'c', "FILE|DIR", "EPURSE_CONFIG", OPTION_TEXT, offsetof(struct epursed_options, config), 0, 0,
     SENTENCE("configuration file, or the directory with epursed.conf in it")},
    {"passphrase-fd", 0, "N", NULL, OPTION_FD_IN, offsetof(struct epursed_options, passphrase_fd), 0, 1023,
     SENTENCE("read the passphrase of the keys from this file descriptor")},
    {"check-config", 0, NULL, NULL, OPTION_FLAG, offsetof(struct epursed_options, check_config), 0, 0,
     SENTENCE("check configuration and certificates, then end")},
    {"list-routes", 0, NULL, NULL, OPTION_FLAG, offsetof(struct epursed_options, list_routes), 0, 0,
     SENTENCE("print what is served, and to which roles, then end")},
    {"confirm-clock", 0, NULL, NULL, OPTION_FLAG, offsetof(struct epursed_options, confirm_clock), 0, 0,
     SENTENCE("an operator has looked: this machine's time is right, whatever was booked last; then end")},
    {0},
};

static const struct program program = {.name = PROGRAM,
                                       .sentence = SENTENCE("The back-end of the electronic purse."),
                                       .rows = {rows},
                                       .operands = "",
                                       .operands_min = 0};

/* One sentence on stderr; the exit code. Where it cannot listen the status has the sentence of who meets no
 * back-end. */
static int fail(enum status status, const char *problem) {
  char own[RETOLD_MAX];
  const bool here = status == STATUS_NO_SERVER && problem[0] != '\0'; /* all of it is there */

  fprintf(stderr, PROGRAM ": %s%s%s\n", here ? "" : translated_status(status), here || problem[0] == '\0' ? "" : ": ",
          retold(problem, own));
  return status_exit_code(status);
}

static enum status read_passphrase(const struct epursed_options *options, const struct configuration *configuration,
                                   char passphrase[SECRET_TEXT_MAX]) {
  if (options->passphrase_fd >= 0)
    return secret_from_fd((int)options->passphrase_fd, passphrase, SECRET_TEXT_MAX);
  if (configuration->passphrase_file[0] != '\0')
    return secret_from_file(configuration->passphrase_file, passphrase, SECRET_TEXT_MAX);
  return secret_from_prompt(translated("Passphrase of the server's keys: "), passphrase, SECRET_TEXT_MAX);
}

static int check_config(const struct configuration *configuration) {
  struct keyring keyring = {0};
  char problem[256] = "";
  int64_t now = (int64_t)time(NULL);
  enum status status = keyring_certificates(&keyring, configuration->folder, now, problem);

  keyring_clear(&keyring);
  if (status != STATUS_OK)
    return fail(status, problem);
  puts(translated("configuration and certificates are in order"));
  return EXIT_SUCCESS;
}

struct clock_setting {
  int64_t now;
  struct ledger_clock before;
};

/* A step of the ledger. */
static enum status confirm_step(struct ledger *ledger, void *context) {
  struct clock_setting *setting = context;

  return ledger_clock_confirm(ledger, setting->now, &setting->before);
}

static void print_clock(const struct clock_setting *setting) {
  char now[LOCAL_TIME_MAX], before[LOCAL_TIME_MAX];

  local_time_print_unix(setting->now, now);
  local_time_print_unix(setting->before.at, before);
  if (setting->before.at == 0)
    printf(translated("the time is %s; the last booking before was at no time\n"), now);
  else
    printf(translated("the time is %s; the last booking before was at %s\n"), now, before);
}

static int confirm_clock(const struct configuration *configuration) {
  struct clock_setting setting = {.now = (int64_t)time(NULL)};
  struct ledger *ledger = NULL;
  char place[151];
  enum status status =
      ledger_is_backup(configuration->store) ? STATUS_BACKUP_UNRESTORED : ledger_open(configuration->store, &ledger);

  if (status == STATUS_OK)
    status = ledger_transact(ledger, confirm_step, &setting);
  ledger_close(&ledger);
  if (status != STATUS_OK) {
    ledger_place(configuration->store, place, sizeof place);
    return fail(status, place);
  }
  print_clock(&setting);
  return EXIT_SUCCESS;
}

static int run(const struct epursed_options *options, const struct configuration *configuration) {
  char passphrase[SECRET_TEXT_MAX] = "", problem[256] = "";
  struct service service;
  struct server server = {0};
  enum status status = read_passphrase(options, configuration, passphrase);

  if (status != STATUS_OK) {
    crypto_wipe(passphrase, sizeof passphrase);
    return fail(
        status,
        options->passphrase_fd < 0 && status == STATUS_USAGE
            ? SENTENCE("there is no terminal to ask for the passphrase on, or this runs in its background: start it "
                       "in the foreground, or give --passphrase-fd, or [keys] passphrase_file in the configuration")
            : SENTENCE("the passphrase could not be read"));
  }
  status = service_open(&service, configuration, passphrase, problem);
  crypto_wipe(passphrase, sizeof passphrase);
  if (status != STATUS_OK)
    return fail(status, problem);
  status = server_open(&server, &service, problem);
  if (status == STATUS_OK)
    status = server_run(&server);
  server_close(&server);
  service_close(&service);
  return status == STATUS_OK ? EXIT_SUCCESS : fail(status, problem);
}

int main(int argc, char **argv) {
  struct epursed_options options = {.passphrase_fd = -1};
  struct configuration configuration;
  char problem[256] = "";
  const struct verb *verb = NULL;
  char **operands = NULL;

  process_harden();
  language_of_sentences();
  enum status status = option_parse(&program, argc, argv, &options, &verb, &operands);
  if (status != STATUS_OK)
    return status_exit_code(status);
  if (operands[0] != NULL)
    return fail(STATUS_USAGE, operands[0]);
  if (options.list_routes) {
    routes_print(stdout);
    return EXIT_SUCCESS;
  }
  if (options.config == NULL)
    return fail(STATUS_NO_CONFIG, "");
  status = configuration_load(options.config, &configuration, problem);
  if (status != STATUS_OK)
    return fail(status, problem);
  if (options.check_config)
    return check_config(&configuration);
  return options.confirm_clock ? confirm_clock(&configuration) : run(&options, &configuration);
}
