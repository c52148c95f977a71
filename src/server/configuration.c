/* SPDX-License-Identifier: Apache-2.0
 * What epursed.conf says, read and checked. */
#include "configuration.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "epurse/amount.h"
#include "epurse/message.h"
#include "epurse/sentence.h"
#include "epurse/settings.h"
#include "writer.h"

#define PROBLEM_SIZE   256
#define STORE_SERVER   "postgresql://"
#define STORE_SQLITE   "sqlite:"
#define MINOR_MAX      AMOUNT_MAX_ON_CARD
#define SECONDS_MAX    3600
#define RATE_MAX       100000
#define WORKERS_MAX    512
#define WATCH_MAX      10000
#define DESK_MAX       1000000000 /* there are no more card numbers */
#define GROUP_WAIT_MAX 20000      /* microseconds: a terminal waits as long */
#define SETTING_COUNT  (sizeof rows / sizeof rows[0])

static const struct settings_row rows[] = {
    {"server", "listen", NULL, SETTING_TEXT, 0, 0},
    {"server", "port_file", "", SETTING_PATH, 0, 0},
    {"server", "currency", NULL, SETTING_TEXT, 0, 0},
    {"server", "issuer", NULL, SETTING_NUMBER, 0, 999999},
    {"server", "log_level", "info", SETTING_TEXT, 0, 0},
    {"server", "demonstration", "no", SETTING_TEXT, 0, 0},
    {"server", "clock", "warn", SETTING_TEXT, 0, 0},
    {"ledger", "store", "sqlite:ledger.db", SETTING_TEXT, 0, 0},
    {"ledger", "group", "128", SETTING_NUMBER, 1, WRITER_GROUP_MAX},
    {"ledger", "group_wait", "2000", SETTING_NUMBER, 0, GROUP_WAIT_MAX},
    {"ledger", "backups", "", SETTING_PATH, 0, 0},
    {"ledger", "watch_cards_per_second", "20", SETTING_NUMBER, 0, WATCH_MAX},
    {"limits", "silent_days", "3", SETTING_NUMBER, 1, 3650},
    {"keys", "passphrase_file", "", SETTING_PATH, 0, 0},
    {"card", "numbers", "random", SETTING_TEXT, 0, 0},
    {"card", "validity_years", "5", SETTING_NUMBER, 1, 30},
    {"card", "purse_ceiling", "50000", SETTING_NUMBER, 1, MINOR_MAX},
    {"card", "payment_ceiling", "15000", SETTING_NUMBER, 1, MINOR_MAX},
    {"card", "no_pin_single", "0", SETTING_NUMBER, 0, MINOR_MAX},
    {"card", "no_pin_total", "0", SETTING_NUMBER, 0, MINOR_MAX},
    {"card", "offline_single", "0", SETTING_NUMBER, 0, MINOR_MAX},
    {"card", "offline_total", "0", SETTING_NUMBER, 0, MINOR_MAX},
    {"card", "offline_count", "0", SETTING_NUMBER, 0, UINT16_MAX},
    {"card", "deposit", "0", SETTING_NUMBER, 0, MINOR_MAX},
    {"card", "replacement_days", "14", SETTING_NUMBER, 0, 3650},
    {"card", "refund_days", "180", SETTING_NUMBER, 0, 36500},
    {"limits", "body", "16384", SETTING_NUMBER, 1024, MESSAGE_MAX},
    {"limits", "connections", "1024", SETTING_NUMBER, 1, 65536},
    {"limits", "connections_each", "16", SETTING_NUMBER, 1, 65536},
    {"limits", "strangers", "512", SETTING_NUMBER, 1, 65536},
    {"limits", "strangers_each", "256", SETTING_NUMBER, 1, 65536},
    {"limits", "workers", "32", SETTING_NUMBER, 1, WORKERS_MAX},
    {"limits", "queue", "256", SETTING_NUMBER, 1, 65536},
    {"limits", "requests_per_second", "50", SETTING_NUMBER, 1, RATE_MAX},
    {"limits", "requests_at_once", "200", SETTING_NUMBER, 1, RATE_MAX},
    {"limits", "desk_reservations_per_day", "1000", SETTING_NUMBER, 1, DESK_MAX},
    {"limits", "desk_reservations_open", "100", SETTING_NUMBER, 1, DESK_MAX},
    {"limits", "cards_asked_per_day", "200", SETTING_NUMBER, 1, DESK_MAX},
    {"limits", "handshake_seconds", "10", SETTING_NUMBER, 1, SECONDS_MAX},
    {"limits", "request_seconds", "10", SETTING_NUMBER, 1, SECONDS_MAX},
    {"limits", "idle_seconds", "300", SETTING_NUMBER, 1, SECONDS_MAX},
};

/* Copies what fits; false where it does not. */
static bool copy(char *to, size_t capacity, const char *from) {
  int len = snprintf(to, capacity, "%s", from);

  return len >= 0 && (size_t)len < capacity;
}

/* What the resolver may know as a name, or an address: colons stand in IPv6 only (with its zone, RFC 4007 11.2), digits
 * and dots in IPv4. */
static bool host_possible(const char *host, bool bracketed) {
  char address[INET6_ADDRSTRLEN];
  uint8_t binary[sizeof(struct in6_addr)];

  if (bracketed || strchr(host, ':') != NULL) {
    int len = snprintf(address, sizeof address, "%.*s", (int)strcspn(host, "%"), host);
    return len < (int)sizeof address && inet_pton(AF_INET6, address, binary) == 1;
  }
  if (strspn(host, "0123456789.") == strlen(host))
    return inet_pton(AF_INET, host, binary) == 1;
  return strpbrk(host, "[]/?#@,* \t") == NULL;
}

/* Decimal, 0 (any that is free) to 65535. */
static bool port_possible(const char *port) {
  return port[0] != '\0' && port[strspn(port, "0123456789")] == '\0' && strtol(port, NULL, 10) <= UINT16_MAX;
}

/* "127.0.0.1:8443", "localhost:8443", "[::1]:8443". */
static bool take_listen(const char *text, struct configuration *configuration) {
  const char *colon = strrchr(text, ':');
  bool bracketed = text[0] == '[';

  if (colon == NULL || colon == text || !copy(configuration->port, sizeof configuration->port, colon + 1) ||
      !port_possible(configuration->port))
    return false;
  size_t len = (size_t)(colon - text);
  if (bracketed) {
    text++;
    len -= 2;
  }
  if (len == 0 || len >= sizeof configuration->host || (bracketed && text[len] != ']'))
    return false;
  memcpy(configuration->host, text, len);
  configuration->host[len] = '\0';
  return host_possible(configuration->host, bracketed);
}

static bool take_store(const struct settings *settings, struct configuration *configuration) {
  const char *store = settings_text(settings, "ledger", "store");
  int len = 0;

  if (strncmp(store, STORE_SERVER, strlen(STORE_SERVER)) == 0)
    return copy(configuration->store, sizeof configuration->store, store);
  if (strncmp(store, STORE_SQLITE, strlen(STORE_SQLITE)) != 0 || store[strlen(STORE_SQLITE)] == '\0')
    return false;
  store += strlen(STORE_SQLITE);
  if (store[0] == '/')
    return copy(configuration->store, sizeof configuration->store, store);
  len = snprintf(configuration->store, sizeof configuration->store, "%s/%s", settings_folder(settings), store);
  return len > 0 && (size_t)len < sizeof configuration->store;
}

/* Beside the store, where nothing else is said. */
static bool take_backups(const struct settings *settings, struct configuration *configuration) {
  const char *folder = settings_text(settings, "ledger", "backups");
  const char *slash = strrchr(configuration->store, '/');
  int store = slash == NULL ? 0 : (int)(slash - configuration->store);

  if (strncmp(configuration->store, STORE_SERVER, strlen(STORE_SERVER)) == 0)
    return true; /* a server's database has tools of its own for that */
  if (folder[0] != '\0')
    return copy(configuration->backups, sizeof configuration->backups, folder);
  int len =
      snprintf(configuration->backups, sizeof configuration->backups, "%.*s/backups", store, configuration->store);
  return len > 0 && (size_t)len < sizeof configuration->backups;
}

static bool take_demonstration(const struct settings *settings, struct configuration *configuration) {
  const char *text = settings_text(settings, "server", "demonstration");

  configuration->demonstration = strcmp(text, "yes") == 0;
  return configuration->demonstration || strcmp(text, "no") == 0;
}

static bool take_clock(const struct settings *settings, struct configuration *configuration) {
  const char *text = settings_text(settings, "server", "clock");

  configuration->clock_strict = strcmp(text, "strict") == 0;
  return configuration->clock_strict || strcmp(text, "warn") == 0;
}

static bool take_numbering(const struct settings *settings, struct configuration *configuration) {
  const char *text = settings_text(settings, "card", "numbers");

  configuration->numbers_ascending = strcmp(text, "ascending") == 0;
  return configuration->numbers_ascending || strcmp(text, "random") == 0;
}

/* What is more than text or a number; what it answers is the name of the value that is wrong, or NULL. */
static const char *take_texts(const struct settings *settings, struct configuration *configuration) {
  const struct currency *currency = currency_by_code(settings_text(settings, "server", "currency"));

  if (!take_listen(settings_text(settings, "server", "listen"), configuration))
    return SENTENCE("[server] listen must be HOST:PORT");
  if (currency == NULL)
    return SENTENCE("[server] currency must be three letters of ISO 4217");
  configuration->currency = currency->numeric;
  if (log_level_by_name(settings_text(settings, "server", "log_level"), &configuration->log_level) != STATUS_OK)
    return SENTENCE("[server] log_level must be error, warning, info or debug");
  if (!take_demonstration(settings, configuration))
    return SENTENCE("[server] demonstration must be yes or no");
  if (!take_clock(settings, configuration))
    return SENTENCE("[server] clock must be strict or warn");
  if (!take_numbering(settings, configuration))
    return SENTENCE("[card] numbers must be random or ascending");
  if (!take_store(settings, configuration))
    return SENTENCE("[ledger] store must be sqlite:PATH or postgresql://...");
  if (!take_backups(settings, configuration) ||
      !copy(configuration->folder, sizeof configuration->folder, settings_folder(settings)) ||
      !copy(configuration->port_file, sizeof configuration->port_file,
            settings_text(settings, "server", "port_file")) ||
      !copy(configuration->passphrase_file, sizeof configuration->passphrase_file,
            settings_text(settings, "keys", "passphrase_file")))
    return SENTENCE("a path is too long");
  return NULL;
}

/* What a new card pays without asking anybody. */
static void take_freedoms(const struct settings *settings, struct configuration *configuration) {
  configuration->no_pin = (struct no_pin_limits){.single = (uint32_t)settings_number(settings, "card", "no_pin_single"),
                                                 .total = (uint32_t)settings_number(settings, "card", "no_pin_total")};
  configuration->offline =
      (struct offline_limits){.single = (uint32_t)settings_number(settings, "card", "offline_single"),
                              .total = (uint32_t)settings_number(settings, "card", "offline_total"),
                              .count = (uint16_t)settings_number(settings, "card", "offline_count")};
}

static void take_numbers(const struct settings *settings, struct configuration *configuration) {
  configuration->issuer = (uint32_t)settings_number(settings, "server", "issuer");
  configuration->validity_years = (unsigned)settings_number(settings, "card", "validity_years");
  configuration->purse_ceiling = (uint32_t)settings_number(settings, "card", "purse_ceiling");
  configuration->payment_ceiling = (uint32_t)settings_number(settings, "card", "payment_ceiling");
  configuration->deposit = (uint32_t)settings_number(settings, "card", "deposit");
  configuration->replacement_days = (unsigned)settings_number(settings, "card", "replacement_days");
  configuration->refund_days = (unsigned)settings_number(settings, "card", "refund_days");
  configuration->body = (size_t)settings_number(settings, "limits", "body");
  configuration->connections = (size_t)settings_number(settings, "limits", "connections");
  configuration->connections_each = (size_t)settings_number(settings, "limits", "connections_each");
  configuration->strangers = (size_t)settings_number(settings, "limits", "strangers");
  configuration->strangers_each = (size_t)settings_number(settings, "limits", "strangers_each");
  configuration->workers = (size_t)settings_number(settings, "limits", "workers");
  configuration->queue = (size_t)settings_number(settings, "limits", "queue");
  configuration->silent_days = (unsigned)settings_number(settings, "limits", "silent_days");
  configuration->watch = (unsigned)settings_number(settings, "ledger", "watch_cards_per_second");
  configuration->group = (size_t)settings_number(settings, "ledger", "group");
  configuration->group_wait_us = (unsigned)settings_number(settings, "ledger", "group_wait");
  configuration->requests_per_second = (unsigned)settings_number(settings, "limits", "requests_per_second");
  configuration->requests_at_once = (unsigned)settings_number(settings, "limits", "requests_at_once");
  configuration->desk_reservations_per_day = settings_number(settings, "limits", "desk_reservations_per_day");
  configuration->desk_reservations_open = settings_number(settings, "limits", "desk_reservations_open");
  configuration->cards_asked_per_day = settings_number(settings, "limits", "cards_asked_per_day");
  configuration->handshake_seconds = (unsigned)settings_number(settings, "limits", "handshake_seconds");
  configuration->request_seconds = (unsigned)settings_number(settings, "limits", "request_seconds");
  configuration->idle_seconds = (unsigned)settings_number(settings, "limits", "idle_seconds");
}

static enum status take(const struct settings *settings, struct configuration *configuration, char problem[256]) {
  const char *wrong = take_texts(settings, configuration);

  take_numbers(settings, configuration);
  take_freedoms(settings, configuration);
  if (wrong == NULL && configuration->payment_ceiling > configuration->purse_ceiling)
    wrong = SENTENCE("[card] payment_ceiling must not be above purse_ceiling");
  if (wrong == NULL && configuration->deposit > configuration->purse_ceiling)
    wrong = SENTENCE("[card] deposit must not be above purse_ceiling");
  if (wrong == NULL && !no_pin_limits_valid(&configuration->no_pin))
    wrong = SENTENCE("[card] no_pin_single must not be above no_pin_total, nor one of them 0 only");
  if (wrong == NULL && !offline_limits_valid(&configuration->offline))
    wrong = SENTENCE("[card] offline_single must not be above offline_total");
  if (wrong == NULL)
    return STATUS_OK;
  snprintf(problem, PROBLEM_SIZE, "%s", wrong);
  return STATUS_BAD_CONFIG;
}

enum status configuration_load(const char *path, struct configuration *configuration, char problem[256]) {
  char file[CONFIGURATION_PATH_MAX];
  struct settings *settings = NULL;
  struct stat info;
  bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  int len = snprintf(file, sizeof file, folder ? "%s/" CONFIGURATION_FILE : "%s", path);

  *configuration = (struct configuration){0};
  problem[0] = '\0';
  if (len < 0 || (size_t)len >= sizeof file)
    return STATUS_NO_CONFIG;
  enum status status = settings_load(file, rows, SETTING_COUNT, &settings, problem);
  if (status == STATUS_OK)
    status = take(settings, configuration, problem);
  settings_free(&settings);
  return status;
}
