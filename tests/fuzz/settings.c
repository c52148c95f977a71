/* SPDX-License-Identifier: Apache-2.0
 * Configuration files. */
#include "epurse/settings.h"

#include <stdlib.h>
#include <string.h>

#include "scratch.h"
#include "target.h"

static const struct settings_row rows[] = {
    {"server", "listen", NULL, SETTING_TEXT, 0, 0},         {"server", "log_level", "info", SETTING_TEXT, 0, 0},
    {"ledger", "store", "ledger.db", SETTING_PATH, 0, 0},   {"card", "validity_years", "5", SETTING_NUMBER, 1, 20},
    {"limits", "body", "16384", SETTING_NUMBER, -5, 65536},
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

static void *open_scratch(void) {
  return scratch_new();
}

static void values_check(const struct settings *settings) {
  const char *store = settings_text(settings, "ledger", "store");
  int64_t years = settings_number(settings, "card", "validity_years");
  int64_t body = settings_number(settings, "limits", "body");
  for (size_t i = 0; i < ROW_COUNT; i++)
    fuzz_require(strlen(settings_text(settings, rows[i].section, rows[i].name)) < FUZZ_INPUT_MAX);
  fuzz_require(settings_text(settings, "server", "listen")[0] != 0);
  fuzz_require(store[0] == 0 || store[0] == '/');
  fuzz_require(years >= 1 && years <= 20 && body >= -5 && body <= 65536);
  fuzz_require(settings_text(settings, "server", "none")[0] == 0 && settings_number(settings, "x", "y") == 0);
}

static bool take(void *context, const uint8_t *data, size_t len) {
  const struct scratch *scratch = context;
  struct settings *settings = NULL;
  char problem[256];
  scratch_write(scratch, data, len);
  enum status status = settings_load(scratch->path, rows, ROW_COUNT, &settings, problem);
  fuzz_require((status == STATUS_OK) == (settings != NULL));
  fuzz_require(memchr(problem, 0, sizeof problem) != NULL && (problem[0] == 0) == (status == STATUS_OK));
  if (status != STATUS_OK) {
    fuzz_require(status == STATUS_BAD_CONFIG);
    return false;
  }
  values_check(settings);
  settings_free(&settings);
  return true;
}

static void seeds(void *context, const struct fuzz_sink *sink) {
  (void)context;
  fuzz_seed_text(sink, "[server]\nlisten = 127.0.0.1:0\nlog_level = debug ; a comment\n\n# another\n[ledger]\n"
                       "store = /var/lib/epurse/ledger.db\n[card]\nvalidity_years = 20\n[limits]\nbody = -5\n");
  fuzz_seed_text(sink, "[ledger]\nstore =\n[server]\nlisten: localhost:8443\r\n");
  fuzz_seed_text(sink, "\xEF\xBB\xBF[server]\nlisten = a=b\n");
}

const struct fuzz_target fuzz_settings = {
    .name = "settings", .open = open_scratch, .close = scratch_free, .take = take, .seeds = seeds};
